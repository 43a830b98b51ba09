"""A free port, warm tables, and the server itself."""

import errno
import logging
import socket
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.serve.app import make_app
from nymgraph.pipeline.serve.guard import LOCAL_NAMES
from nymgraph.pipeline.serve.patience import ImpatientProtocol, Seldom
from nymgraph.pipeline.store import ClusterStore

__all__ = ["listen", "serve", "server_config", "warm"]

_log = logging.getLogger("nymgraph")
_BUSY = {errno.EADDRINUSE, errno.EACCES}


def serve(export: Path, host: str, port: int, names: frozenset[str]) -> None:
    """Serve an export until it is interrupted (Ctrl-C).

    Args:
        export: The export folder.
        host: The address to listen on.
        port: The port, 0 for any free one.
        names: Further names under which the server may be asked.

    Raises:
        InputError: The port is taken, or the address is not one of this machine.
        ArtefactError: The folder holds no finished export.
    """
    store = ClusterStore(export)
    with closing(listen(host, port)) as listening:
        warm(store)
        config = server_config(store, LOCAL_NAMES | {name.lower() for name in names})
        address, number = listening.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        _log.info(
            "serve: %s terms at http://%s:%d/ (Ctrl-C ends it)", f"{len(store):,}", shown, number
        )
        logging.getLogger("asyncio").addFilter(Seldom())
        logging.getLogger("uvicorn.error").addFilter(Seldom())
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def server_config(store: ClusterStore, names: frozenset[str]) -> uvicorn.Config:
    """How the server is run.

    Args:
        store: The export to ask.
        names: Names and addresses under which it may be asked, lower case.

    Returns:
        The settings of uvicorn.
    """
    return uvicorn.Config(
        make_app(store, names),
        http=ImpatientProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: The address.
        port: The port, 0 for any free one.

    Returns:
        The socket; the caller closes it.

    Raises:
        InputError: The port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named, or asyncio would leave Nagle's algorithm on: 40 ms more for each answer
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(128)
    except (OSError, OverflowError) as error:
        opened.close()
        busy = getattr(error, "errno", None) in _BUSY
        raise InputError(
            f"cannot listen on {host}, port {port}",
            got=getattr(error, "strerror", None) or str(error),
            cure="give another port with --port (0 takes a free one)"
            if busy
            else "give an address of this machine with --host, such as 127.0.0.1",
        ) from error
    return opened


def warm(store: ClusterStore) -> None:
    """Ask everything once, so that the first visitor does not wait for indices to be built."""
    for term in store:
        cluster = store[term]
        if cluster.id is not None:
            store.entry(term)
            store.related(cluster.id)
            store.explain(cluster.members[0], cluster.members[-1])
            store.graph(term, 1)
            store.suggest(term[:1], 1)
            return
