"""One self-contained HTML page about a run: what went in, what came out, how good it is.

page          the sections put into the page, nothing that runs or loads from elsewhere
run_data      what a section may read of a run, read once
blocks        what a section is made of: figures, charts, tables, notes
numbers       numbers and lists of terms as people read them
verdict       whether the run is good, and where to look first
charts        small charts as inline SVG, coloured by the page's style sheet

One module per section, each with its `TITLE`, `NEEDS` (files without which there is nothing to
show) and `build`:

overview      the run in figures, beside plain alternatives
everyday      whether the clusters of common words hold what people mean first
flow          what went in and out of each stage, and how long it took
blind_spot    what cosine alone cannot distinguish
judgements    how good the classifier is, and where it errs
gates         precision and recall at each gate
purity        sizes of clusters, antonyms inside them, drift along chains
clusters      the best, worst, biggest and most conflicted clusters
search        a box that finds a sample of clusters
previous      what changed since an earlier run
"""

from nymgraph.pipeline.report.page import render_report

__all__ = ["render_report"]
