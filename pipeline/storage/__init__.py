"""Tables and files on disk, and what makes them safe to kill, to resume and to trust.

artefacts   tables and files, written whole or not at all
locks       one writer at a time
manifests   what a finished stage left
runlog      what each stage took, with what and how long
shards      long work that survives a kill
verify      every byte of a run against the manifests
"""
