"""One thin module per stage, named as in dvc.yaml: read, call the core, write."""
