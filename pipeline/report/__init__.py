"""One self-contained HTML page about a run: what went in, what came out, how good it is.

page          the sections put into the page, nothing that runs or loads from elsewhere
run_data      what a section may read of a run, read once
blocks        what a section is made of: figures, charts, tables, notes
numbers       numbers and lists of terms as people read them
verdict       whether the run is good, and where to look first
charts        small charts as inline SVG, coloured by the page's style sheet

overview · everyday · flow · blind_spot · judgements · gates · purity · clusters · search ·
previous: one module per section, each with its `TITLE`, `NEEDS` (files without which there is
nothing to show) and `build`.
"""

from nymgraph.pipeline.report.page import render_report

__all__ = ["render_report"]
