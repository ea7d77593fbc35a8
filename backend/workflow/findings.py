"""What the checker says of a pack: findings, each with its place and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from backend.errors import DomainError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong with a pack. `element` is a BPMN id, or the key inside a form, table or promise."""

    file: str
    element: str
    sentence: str
    mend: str = ""
    name: str = ""
    severity: Severity = "error"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class PackRefused(DomainError):
    """The pack has errors, so it cannot be used."""

    def __init__(self, findings: list[Finding]) -> None:
        first = findings[0]
        where = f"{first.file}, “{first.name or first.element}”" if first.element else first.file
        super().__init__(f"{where}: {first.sentence}")
        self.findings = findings


def refuse(file: str, element: str, sentence: str, mend: str = "", name: str = "") -> PackRefused:
    """A refusal with a single finding, to be raised."""
    return PackRefused([Finding(file, element, sentence, mend, name)])
