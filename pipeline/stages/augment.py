"""augment: groups of near terms to pairs labelled by a language model; off by default."""

from nymgraph.pipeline.schemas import AUGMENT_REJECTS, AUGMENTED, JUDGEMENTS, TERMS
from nymgraph.pipeline.settings.params import AugmentParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["dry_run", "run"]


def run(params: AugmentParams, workspace: Workspace) -> None:
    """Group, ask, check, and write `pairs`, `judgements`, `rejects` and `metrics.json`.

    Off, it reads nothing and writes empty tables.

    Args:
        params: The section of the stage.
        workspace: The data folder.

    Raises:
        NymgraphError: The run has to stop; the answers so far are kept for the next one.
    """
    if not params.enabled:
        for table in (AUGMENTED, JUDGEMENTS, AUGMENT_REJECTS):
            workspace.write(table, table.empty())
        workspace.write_json("augment", "metrics.json", {"pairs": 0})
        return
    from nymgraph.pipeline.augment.endpoint import read_key
    from nymgraph.pipeline.augment.plan import make_plan
    from nymgraph.pipeline.augment.run import answer_plan

    read_key(params)  # before the long work of grouping
    terms = workspace.read(TERMS, ["term", "language", "frequency"])
    folder = workspace.work("augment")
    plan = make_plan(params, terms, folder, workspace.progress)
    outcome = answer_plan(plan, params, folder, workspace.progress)
    workspace.write(AUGMENTED, outcome.pairs)
    workspace.write(JUDGEMENTS, outcome.judgements)
    workspace.write(AUGMENT_REJECTS, outcome.rejects)
    workspace.write_json("augment", "metrics.json", outcome.metrics)
    workspace.record.fact("requests sent", outcome.sent)
    workspace.record.fact("spent by all runs", outcome.spent)


def dry_run(params: AugmentParams, workspace: Workspace) -> str:
    """The requests and cost of a run, as text; nothing is sent, `enabled` or not.

    Args:
        params: The section of the stage.
        workspace: The data folder.

    Returns:
        The estimate.

    Raises:
        NymgraphError: The terms, the encoder or the pairs to judge are not there.
    """
    from nymgraph.pipeline.augment.plan import describe, make_plan

    terms = workspace.read(TERMS, ["term", "language", "frequency"])
    folder = workspace.work("augment")
    return describe(make_plan(params, terms, folder, workspace.progress), params, folder)
