"""The only package that imports SpiffWorkflow: diagrams and state in, state and what happened out.

Knows no Django, no database and no case. `build` turns checked diagrams into something runnable, `Run` moves one
instance on. `specs` says what each element does, and why SpiffWorkflow's own element does not do it.
"""

from backend.workflow.engine.build import Diagrams, build
from backend.workflow.engine.run import Effect, Host, Offer, OpenTask, Outcome, Run, StepDone, Trouble
from backend.workflow.engine.specs import INSTANCES, INSTANCES_DONE, ITEM, PARTY, EngineError

__all__ = [
    "INSTANCES", "INSTANCES_DONE", "ITEM", "PARTY", "Diagrams", "Effect", "EngineError", "Host", "Offer", "OpenTask", "Outcome", "Run",
    "StepDone", "Trouble", "build",
]  # fmt: skip
