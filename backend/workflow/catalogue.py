"""What diagrams may name. Operations, letters, messages and casework's facts register here, so a diagram calls *up*
into the domain and the checker knows every signature without an upward import. Duplicates are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from backend.workflow.expressions import Value
from backend.workflow.findings import Finding
from backend.workflow.values import Fact

if TYPE_CHECKING:
    from backend.workflow.packs import Pack
    from backend.workflow.runner import Context

#: The landlord's own letters and wording of a pack: texts by code and name of file.
LetterTexts = Mapping[str, Mapping[str, str]]
#: An operation's code: it acts on the case of the context and gives back new facts.
Perform = Callable[..., Mapping[str, Value]]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation. `choices` are the values allowed; "letters" means every letter code."""

    label: str
    choices: tuple[str, ...] | str = ()
    optional: bool = False


@dataclass(frozen=True)
class OperationKind:
    """A word that diagrams can say: what it is called in the editor, its parameters, the facts it sets."""

    name: str
    label: str
    parameters: Mapping[str, Parameter]
    perform: Perform
    gives: tuple[Fact, ...] = ()


class Writing(Protocol):
    """What whoever writes letters tells of them. `texts` are a pack's own; what is shipped is always there."""

    def titles(self, texts: LetterTexts) -> Mapping[str, str]:
        """The title of every letter that can be sent, by code."""
        ...

    def lacking(self, code: str, pack: Pack) -> Iterable[tuple[str, str]]:
        """The key and label of everything that a letter needs and no case of this pack could give it."""
        ...

    def findings(self, pack: Pack) -> Iterable[Finding]:
        """What is wrong with the pack's own letters and wording."""
        ...

    def unfit(self, texts: LetterTexts, key: str, value: object) -> str:
        """Why a letter could not print the answer under `key`, as a sentence; empty when it could."""
        ...


@dataclass
class _Catalogue:
    operations: dict[str, OperationKind] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    writing: dict[str, Writing] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)


_known = _Catalogue()


def operation(
    name: str, label: str, *, gives: tuple[Fact, ...] = (), **parameters: Parameter
) -> Callable[[Callable[..., Mapping[str, Value] | None]], Callable[..., Any]]:
    """Register a function `(context, **parameters)` as an operation of this name."""

    def register(perform: Callable[..., Mapping[str, Value] | None]) -> Callable[..., Any]:
        def run(context: Context, **values: Value) -> Mapping[str, Value]:
            return perform(context, **values) or {}

        _add(_known.operations, name, OperationKind(name, label, parameters, run, gives))
        return perform

    return register


def message(name: str, label: str) -> None:
    """Register a message that casework can deliver to a case."""
    _add(_known.messages, name, label)


def fact(declared: Fact) -> None:
    """Register a fact that casework sets when it opens or changes a case."""
    _add(_known.facts, declared.name, declared)


def group(name: str, label: str) -> None:
    """Register a group of people for each of whom an activity can happen."""
    _add(_known.groups, name, label)


def letters_by(writing: Writing) -> None:
    """Register who writes letters."""
    _add(_known.writing, "letters", writing)


def writing() -> Writing:
    """Who writes letters."""
    return _known.writing["letters"]


def operations() -> Mapping[str, OperationKind]:
    return _known.operations


def messages() -> Mapping[str, str]:
    return _known.messages


def facts() -> Mapping[str, Fact]:
    return _known.facts


def letters(texts: LetterTexts) -> Mapping[str, str]:
    """The title of every letter that a pack with these own letters may send, by code."""
    return writing().titles(texts)


def groups() -> Mapping[str, str]:
    return _known.groups


def choices(parameter: Parameter, texts: LetterTexts) -> tuple[str, ...]:
    """The values a parameter may take in a pack with these own letters; empty when any value may be written."""
    if parameter.choices == "letters":
        return tuple(sorted(letters(texts)))
    return parameter.choices if isinstance(parameter.choices, tuple) else ()


def _add(where: dict[str, Any], name: str, entry: Any) -> None:
    if name in where:
        raise RuntimeError(f"“{name}” is registered twice in the catalogue.")
    where[name] = entry
