"""The only package that imports SpiffWorkflow: diagrams and state in, state and what happened out.

Knows no Django, no database and no case. `parse` turns checked diagrams into something runnable, `Run` moves one
instance on. See `specs` for what SpiffWorkflow runs wrong and how it is made right.
"""

from backend.workflow.engine.parsing import Diagrams, parse
from backend.workflow.engine.run import PARTY, Effect, EngineError, Host, Offer, OpenTask, Outcome, Run, StepDone, Trouble

__all__ = [
    "PARTY", "Diagrams", "Effect", "EngineError", "Host", "Offer", "OpenTask", "Outcome", "Run", "StepDone", "Trouble", "parse",
]  # fmt: skip
