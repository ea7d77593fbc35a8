"""What diagrams may name. Operations, letters, messages and casework's facts register here, so a diagram calls *up*
into the domain and the checker knows every signature without an upward import. Duplicates are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backend.workflow.expressions import Value
from backend.workflow.values import Fact

if TYPE_CHECKING:
    from backend.workflow.packs import Pack
    from backend.workflow.runner import Context

#: What a letter needs and a pack never gives: keys and labels.
Lacking = Callable[["Pack"], Iterable[tuple[str, str]]]
#: Why a letter could not print an answer, as a sentence; empty when it could.
Unfit = Callable[[object], str]
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


@dataclass
class _Catalogue:
    operations: dict[str, OperationKind] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    unfit: dict[str, list[Unfit]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, Lacking] = field(default_factory=dict)
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


def letter(code: str, title: str, lacking: Lacking, needs: Mapping[str, Unfit]) -> None:
    """Register a kind of letter that diagrams may send, how to tell what a pack never says to it, and by their keys the
    answers that it prints."""
    _add(_known.letters, code, title)
    _add(_known.lacking, code, lacking)
    for key, unfit in needs.items():
        _known.unfit.setdefault(key, []).append(unfit)


def unfit(key: str, value: object) -> str:
    """Why a letter could not print the answer under `key`, so that it is said while it can still be changed."""
    return next(filter(None, (check(value) for check in _known.unfit.get(key, ()))), "")


def operations() -> Mapping[str, OperationKind]:
    return _known.operations


def messages() -> Mapping[str, str]:
    return _known.messages


def facts() -> Mapping[str, Fact]:
    return _known.facts


def letters() -> Mapping[str, str]:
    return _known.letters


def lacking(code: str, pack: Pack) -> Iterable[tuple[str, str]]:
    """The key and label of everything that a letter needs and no case of this pack could give it."""
    return _known.lacking[code](pack)


def groups() -> Mapping[str, str]:
    return _known.groups


def choices(parameter: Parameter) -> tuple[str, ...]:
    """The values a parameter may take; empty when any value may be written."""
    if parameter.choices == "letters":
        return tuple(sorted(_known.letters))
    return parameter.choices if isinstance(parameter.choices, tuple) else ()


def _add(where: dict[str, Any], name: str, entry: Any) -> None:
    if name in where:
        raise RuntimeError(f"“{name}” is registered twice in the catalogue.")
    where[name] = entry
