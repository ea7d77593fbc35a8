"""The only package that imports SpiffWorkflow: diagrams and state in, state and what happened out.

Knows no Django, no database and no case. `build` turns checked diagrams into something runnable, `Run` moves one
instance on. `specs` says what each element does, and why SpiffWorkflow's own element does not do it.
"""

from backend.workflow.engine.build import Diagrams, build
from backend.workflow.engine.outcome import Effect, Host, Offer, OpenTask, Outcome, Rearmed, StepDone, Trouble
from backend.workflow.engine.run import NO_END, Run
from backend.workflow.engine.specs import INSTANCES, INSTANCES_DONE, ITEM, MAX_ROUNDS, PARTY, EngineError
from backend.workflow.engine.state import scopes

__all__ = [
    "INSTANCES", "INSTANCES_DONE", "ITEM", "MAX_ROUNDS", "NO_END", "PARTY", "Diagrams", "Effect", "EngineError", "Host", "Offer",
    "OpenTask", "Outcome", "Rearmed", "Run", "StepDone", "Trouble", "build", "scopes",
]  # fmt: skip
