"""Plans made of nothing: no data, no GPU, no probe."""

from pathlib import Path
from typing import Any

from nymgraph.pipeline.planner.command import PlanRequest, planned
from nymgraph.pipeline.planner.plan import Plan
from nymgraph.pipeline.settings.params import Params, check_params
from nymgraph.pipeline.storage.artefacts import Workspace

NOWHERE = Path("no-such-folder")


def params_of(**sections: dict[str, Any]) -> Params:
    """Parameters that differ from the default in these sections."""
    return check_params(sections, Path("a test"))


def plan_of(params: Params | None = None, **request: Any) -> Plan:  # noqa: ANN401
    """The plan of a request; the machine is the processor of the table unless one is named."""
    asked = PlanRequest(**{"terms": 1e6, "device": "cpu", "probe": False, **request})
    made, _ = planned(params or Params(), Workspace(NOWHERE), asked)
    return made
