"""Files are read where what a library throws at a damaged one becomes an error that names it.

A call that opens or decodes a file stands in a `with` of a guard (`reading`, `blamed`,
`one_export`), in a `try` that has its own words for what may come, or is listed below.
"""

import ast
import re
from collections.abc import Iterator

from tests.project.imports import PACKAGES, ROOT

READS = re.compile(
    r"pl\.(read|scan)_\w+|(pq|pa)\.(ParquetFile|ParquetDataset|read\w*|open\w*|memory_map)"
    r"|np\.(load|loadtxt|genfromtxt|fromfile|memmap|lib\.format\.(read_\w+|open_memmap))"
    r"|json\.loads?|pickle\.loads?|torch\.load|yaml\.(safe_)?load(_all)?|faiss\.read_\w+"
    r"|load_file|safe_open|mmap\.mmap|ElementTree\.(parse|iterparse)|.*\.read_text"
)
GUARDS = {"reading", "_reading", "blamed", "blamed_export", "one_export", "_loading", "suppress"}

UNGUARDED = {
    "files of the package": {
        "pipeline/augment/prompts.py _text",
        "pipeline/lexicon/marks.py _listed",
        "pipeline/lexicon/wordnet.py _sense_counts",
        "pipeline/lookup/stop_words.py stop_words",
        "pipeline/own_list/params_file.py params_text",
        "pipeline/own_list/stage_graph.py folder_graph",
        "pipeline/own_list/stage_graph.py stage_entries",
        "pipeline/own_list/stage_graph.py template",
        "pipeline/report/page.py _asset",
        "pipeline/serve/app.py _add_pages",
    },
    "lines of text: one torn by a kill is left out, and no byte is refused": {
        "pipeline/augment/account.py _lines",
        "pipeline/storage/shards.py _read_manifest",
    },
    "not yet read: the schema was, under guard, and `blamed` or `one_export` holds the rest": {
        "pipeline/lookup/export.py scan",
        "pipeline/storage/artefacts.py scan",
        "pipeline/store/export_folder.py scan",
    },
    "written by the same process, or a shard whose hash `open_work` has compared": {
        "pipeline/augment/plan.py _groups",
        "pipeline/candidates/searches.py settled_plan",
        "pipeline/encoders/beginnings.py _forget_the_machine",
        "pipeline/storage/manifests.py rows_of",
        "pipeline/storage/shards.py _load",
        "pipeline/storage/shards.py fill",
    },
    "called in a `try` or after a check, in the same module or by `load_model`": {
        "pipeline/encoders/subwords.py load",
        "pipeline/encoders/word_vectors.py open_word_vectors",
        "pipeline/lexicon/tables.py _parse",
        "pipeline/lexicon/tables.py _quick",
        "pipeline/lexicon/wn_lmf.py _read",
    },
}


def unguarded(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
    """The reads below a node that no guard surrounds: the innermost function, and the call."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    if isinstance(node, ast.Call) and READS.fullmatch(ast.unparse(node.func)):
        yield function, ast.unparse(node.func)
    guarded = isinstance(node, ast.Try) and bool(node.handlers)
    if isinstance(node, ast.With):
        guarded = any(is_guard(item.context_expr) for item in node.items)
    inside = getattr(node, "body", []) if guarded else []
    for child in ast.iter_child_nodes(node):
        if child not in inside:
            yield from unguarded(child, function)


def is_guard(context: ast.expr) -> bool:
    return isinstance(context, ast.Call) and ast.unparse(context.func) in GUARDS


def test_a_read_without_a_guard_is_found() -> None:
    code = """
def bare(path): return json.loads(path.read_text("utf-8"))
def lazily(path): return pl.scan_parquet(path).collect()
def guarded(path):
    with reading(path, "embed"):
        return np.load(path)
def tried(path):
    try:
        return load_file(path)
    except ValueError:
        return np.load(path)
"""
    found = list(unguarded(ast.parse(code), ""))
    assert found == [
        ("bare", "json.loads"),
        ("bare", "path.read_text"),
        ("lazily", "pl.scan_parquet"),
        ("tried", "np.load"),
    ]


def test_no_file_is_read_without_a_guard() -> None:
    found = {
        f"{file.relative_to(ROOT).as_posix()} {function}"
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for function, _ in unguarded(ast.parse(file.read_text("utf-8")), "")
    }
    assert found == set().union(*UNGUARDED.values())
