"""The searches and the pairing of some terms: resumed after a kill, published with one rename."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.initials import initials_pairs
from nymgraph.pipeline.candidates.searches import (
    Found,
    PairRecipe,
    SearchRecipe,
    SpellRecipe,
    assembled,
    cuts_of,
    discard_lists,
    lists_file,
    settled_plan,
)
from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.indexes.plans import IndexPlan, checked_plan, plan_index
from nymgraph.pipeline.lexicon.spelled import spell_bare
from nymgraph.pipeline.limits import free_room, index_gb, refuse, retrieve_refusals
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import RetrieveParams
from nymgraph.pipeline.storage.shards import open_work

__all__ = ["Searched", "search_pairs"]


class Searched(NamedTuple):
    """The terms that are searched, and their vectors.

    Attributes:
        file: The file of the vectors; the terms are its first rows.
        vectors: (n_terms, dim), those rows.
        terms: n_terms terms.
        language: Language code of the terms.
        pairs: Known pairs of these terms: a, b, relation, split.
        opposites: Finds pairs that differ by an affix that makes opposites.
        glossed: int64 (n_pairs, 2), terms and their definitions, a < b, sorted.
        inputs: All that determines the candidates but the plan and the parameters.
    """

    file: Path
    vectors: npt.NDArray[Any]
    terms: list[str]
    language: str
    pairs: pl.DataFrame
    opposites: OpposingAffixes
    glossed: npt.NDArray[np.int64]
    inputs: dict[str, Any]


def search_pairs(
    searched: Searched,
    params: RetrieveParams,
    engine: Engine,
    folder: Path,
    progress: Progress,
    destination: Path,
    look: Callable[[Found, IndexPlan, int], None],
) -> None:
    """Search the neighbours of terms by vector and by spelling, and pair them.

    Args:
        searched: The terms.
        params: The section `retrieve`.
        engine: Makes the shards.
        folder: Of the working shards.
        progress: Shows them.
        destination: Where the candidates are published, part by part.
        look: Called with the lists, the plan and the number of candidates, before all is published
            and the lists are thrown away.

    Raises:
        CapacityError: The search does not fit this machine.
    """
    n_terms, dim = searched.vectors.shape
    plan = checked_plan(plan_index(n_terms, dim, params), params.k)
    here = engine is LOCAL  # else the workers hold the index
    held_gb = index_gb(n_terms, dim, plan.kind, plan.storage, plan.device) if here else 0.0
    sizes = (n_terms, dim, params.k + params.spelling_k)
    refuse(retrieve_refusals(*sizes, held_gb, folder, free_room(destination.parent)))
    inputs = searched.inputs | {
        "params": params.model_dump(),
        "plan": plan._asdict(),
        "threads": faiss.omp_get_max_threads(),
    }
    cuts = cuts_of(n_terms, params.shard_terms)
    with (
        open_work(folder / "tuned", inputs, 1, ".npy") as tuned,
        open_work(folder / "lists", inputs, len(cuts), ".npy") as near,
        open_work(folder / "spelled", inputs, len(cuts), ".npy") as spelled,
        open_work(folder / "pairs", inputs, 2 * len(cuts) + 1) as paired,
    ):
        plan, index = settled_plan(tuned, searched.vectors, plan, params)
        threads = faiss.omp_get_max_threads()
        nearest = SearchRecipe(searched.file, cuts, plan, params, threads, index)
        near.take(engine.made(nearest, near.pending), progress, "retrieve: shards searched")
        alike = SpellRecipe(spell_bare(searched.terms, searched.language), cuts, params)
        spelled.take(engine.made(alike, spelled.pending), progress, "retrieve: shards spelled")
        found = Found(assembled(near, cuts), assembled(spelled, cuts))
        files = (lists_file(near), lists_file(spelled), searched.file)
        acronyms = initials_pairs(searched.terms, searched.language)
        further = {"initials": acronyms, "gloss": searched.glossed}
        pairing = PairRecipe(cuts, *files, searched.opposites, searched.pairs, further)
        paired.take(engine.made(pairing, paired.pending), progress, "retrieve: shards paired")
        look(found, plan, paired.rows)
        paired.publish(destination)
        for lists in (near, spelled):
            discard_lists(lists)
        tuned.discard()
