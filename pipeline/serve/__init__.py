"""A small local web page over an export: search, cluster card, graph, and the same as JSON.

app       the addresses and what they answer
answers   what the store gives, as JSON with a declared schema
guard     what is refused before anything is looked up, and the headers of every answer
patience  a connection that bounds what a visitor can hold
server    a free port, warm tables, and the server itself

The page needs the extra `serve`. It reads an export and writes nothing.
"""

from nymgraph.pipeline.serve.app import make_app
from nymgraph.pipeline.serve.server import serve

__all__ = ["make_app", "serve"]
