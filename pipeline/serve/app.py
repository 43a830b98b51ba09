"""The addresses and what they answer.

Terms and queries travel in the query string, never in the path: a term may hold a slash. Every
look-up takes about a millisecond once its tables are warm, so it is answered where it comes in,
without a thread. The answers stay those of the export that was opened: a newer one in its folder is
served after a restart.
"""

import importlib.metadata
import importlib.resources
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, PackageLoader
from starlette.exceptions import HTTPException as StarletteHTTPException

from nymgraph.pipeline.errors import InputError, NymgraphError
from nymgraph.pipeline.serve.answers import (
    About,
    ClusterAnswer,
    ExplanationAnswer,
    Fault,
    GraphAnswer,
    LinkAnswer,
    Suggestions,
    TermAnswer,
    drawn_graph,
)
from nymgraph.pipeline.serve.guard import LOCAL_NAMES, Guard
from nymgraph.pipeline.store import ClusterStore, UnknownTermError

__all__ = ["make_app"]

_MAX_TERM = 500
_PER_TERM = 50
_FILES = {"page.css": "text/css", "page.js": "text/javascript"}
_MARKED = 20  # marked terms that a prefix may have before others
Marked = Annotated[bool, Query(description="whether vulgar and offensive terms are given too")]
Term = Annotated[str, Query(min_length=1, max_length=_MAX_TERM, description="a term")]
ClusterId = Annotated[int, InPath(ge=-(2**63), lt=2**63, description="a cluster's id")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Fault, "description": "the address is not UTF-8"},
    404: {"model": Fault, "description": "no such term or cluster"},
    421: {"model": Fault, "description": "asked under a foreign host name"},
    422: {"model": Fault, "description": "a parameter is missing, too long or out of range"},
}


def make_app(store: ClusterStore, names: frozenset[str] = LOCAL_NAMES) -> FastAPI:
    """The application over a store.

    Args:
        store: The export to ask. It is asked by one thread.
        names: Names and addresses under which the server may be asked, lower case.

    Returns:
        The application; its page loads nothing from elsewhere, its schema is `/api/openapi.json`.

    Raises:
        ArtefactError: A table of the export is damaged.
    """
    app = FastAPI(
        title="nymgraph",
        description="Clusters of synonyms, their opposites, and why.",
        version=importlib.metadata.version("nymgraph"),
        docs_url=None,  # FastAPI's pages load scripts from elsewhere; ours is /api
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=_FAULTS,
    )
    _add_term_routes(app, store)
    _add_cluster_routes(app, store)
    _add_pages(app)
    _add_faults(app)
    app.add_middleware(Guard, names=names)
    return app


def _add_term_routes(app: FastAPI, store: ClusterStore) -> None:
    served = About.of(store)  # from tables, which are not open once the export is replaced

    @app.get("/api/about")
    async def about() -> About:
        """The export that this server serves."""
        return served

    @app.get("/api/suggest")
    async def suggest(
        prefix: Annotated[
            str, Query(min_length=1, max_length=_MAX_TERM, description="a beginning")
        ],
        n: Annotated[int, Query(ge=1, le=50, description="terms at most")] = 10,
        marked: Marked = True,
    ) -> Suggestions:
        """Terms that begin as asked."""
        found = store.suggest(prefix, n if marked else n + _MARKED)
        kept = [term for term in found if marked or not store.mark(term)]
        return Suggestions(prefix=prefix, terms=kept[:n])

    @app.get("/api/term")
    async def term(
        term: Term,
        follow: Annotated[
            bool, Query(description="answer an unknown term for the nearest one")
        ] = False,
        marked: Marked = True,
    ) -> TermAnswer:
        """The cluster of a term, its antonyms and its senses."""
        try:
            return TermAnswer.of(store, term, marked=marked)
        except UnknownTermError as error:
            if not follow or not error.near:
                raise
            found = TermAnswer.of(store, error.near[0], marked=marked)
            return found.model_copy(update={"instead_of": term, "near": list(error.near)})

    @app.get("/api/explain")
    async def explain(a: Term, b: Term) -> ExplanationAnswer:
        """Why two terms are together or apart."""
        return ExplanationAnswer.of(store.explain(a, b))

    @app.get("/api/graph")
    async def graph(
        term: Term,
        hops: Annotated[int, Query(ge=1, le=2, description="steps from the term")] = 1,
        n: Annotated[int, Query(ge=1, le=100, description="terms at most")] = 30,
        marked: Marked = True,
    ) -> GraphAnswer:
        """The judged pairs around a term."""
        found = store.entry(term).term
        return GraphAnswer.of(found, drawn_graph(store, found, hops, _PER_TERM, marked=marked), n)


def _add_cluster_routes(app: FastAPI, store: ClusterStore) -> None:
    @app.get("/api/cluster/{cluster_id}")
    async def cluster(cluster_id: ClusterId) -> ClusterAnswer:
        """A cluster by its id."""
        return ClusterAnswer.of(store.cluster(cluster_id))

    @app.get("/api/cluster/{cluster_id}/links")
    async def links(
        cluster_id: ClusterId,
        relation: Annotated[Literal["opposite", "related"], Query(description="which links")],
        n: Annotated[int, Query(ge=1, le=100, description="links at most")] = 10,
    ) -> list[LinkAnswer]:
        """The opposite or the related clusters, those with most votes first."""
        find = store.opposites if relation == "opposite" else store.related
        return [LinkAnswer.of(link) for link in find(cluster_id)[:n]]


def _add_pages(app: FastAPI) -> None:
    templates = Environment(loader=PackageLoader("nymgraph.pipeline.serve"), autoescape=True)
    folder = importlib.resources.files("nymgraph.pipeline.serve") / "templates"
    files = {name: (folder / name).read_text("utf-8") for name in _FILES}
    pages = {"/": "index.html", "/api": "api.html"}

    def page(address: str) -> HTMLResponse:
        spec = app.openapi() if address == "/api" else {}
        return HTMLResponse(templates.get_template(pages[address]).render(spec=spec))

    @app.get("/", include_in_schema=False)
    async def index() -> HTMLResponse:
        return page("/")

    @app.get("/api", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return page("/api")

    @app.get("/{name}", include_in_schema=False)
    async def file(name: str) -> Response:
        if name not in files:  # the names are known: nothing asked for becomes a path
            raise HTTPException(404, "there is nothing under this address")
        return Response(files[name], media_type=_FILES[name])


def _add_faults(app: FastAPI) -> None:
    @app.exception_handler(NymgraphError)
    async def on_error(_: Request, error: NymgraphError) -> JSONResponse:
        near = list(error.near) if isinstance(error, UnknownTermError) else []
        return _fault(
            404 if isinstance(error, InputError) else 500, error.problem, error.cure, near
        )

    @app.exception_handler(RequestValidationError)
    async def on_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return _fault(422, f"{first['loc'][-1]}: {first['msg']}", "see /api")

    @app.exception_handler(StarletteHTTPException)
    async def on_http(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return _fault(error.status_code, str(error.detail), "see /api")


def _fault(status: int, error: str, cure: str, near: list[str] | None = None) -> JSONResponse:
    fault = Fault(error=error, cure=cure, near=near or [])
    return JSONResponse(fault.model_dump(), status_code=status)
