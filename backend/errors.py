"""The errors that reach a person: each is a sentence that says what to do. Knows nothing of Django."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """Something is not right, and nothing was changed. Please check and try again."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or (type(self).__doc__ or "").strip())

    @property
    def sentence(self) -> str:
        return str(self.args[0])


class NotAllowed(DomainError):
    """Your role does not let you do this. Ask your team leader or administrator."""


class NotFound(DomainError):
    """We cannot find that. It may have been moved, or it may belong to somebody else."""


class AlreadyDone(DomainError):
    """This has already been done, so nothing was changed."""


class Refused(DomainError):
    """What is missing could have been known before: the person can put it right now."""


class InvalidAnswers(DomainError):
    """Some answers need another look."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)
