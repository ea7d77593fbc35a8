"""A read whose SQL is written once per process, for the few that stand on the path of every command.

Django writes a queryset's SQL anew each time it runs. Where a row is joined with three others that takes longer than
the database's own work. Knows no model.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    """`queryset` gives the read with stand-ins for its values; `first` takes the values in the order of its filters."""

    def __init__(self, queryset: Callable[[], QuerySet[Row]]) -> None:
        self._queryset = queryset

    def first(self, *values: Any) -> Row | None:
        """The first row as the queryset would give it, with what it joins and annotates."""
        with connection.cursor() as cursor:
            cursor.execute(self._plan.sql, values)
            cells = cursor.fetchone()
        return None if cells is None else self._plan.row(list(cells))

    @cached_property
    def _plan(self) -> _Plan:
        return _Plan(self._queryset())


class _Plan:
    """What Django works out about a queryset before it runs it."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, _ = compiler.as_sql()
        joined: Any = compiler.klass_info
        own = joined["select_fields"]
        self.model, self.own = joined["model"], slice(own[0], own[-1] + 1)
        self.names = [column[0].target.attname for column in compiler.select[self.own]]
        self.annotations = compiler.annotation_col_map or {}
        self.converters = compiler.get_converters([column[0] for column in compiler.select])
        self.related = get_related_populators(joined, compiler.select, connection.alias)  # type: ignore[call-arg]  # stubs of a later Django

    def row(self, cells: list[Any]) -> Any:
        for position, (converters, expression) in self.converters.items():
            for convert in converters:
                cells[position] = convert(cells[position], expression, connection)
        found = self.model.from_db(connection.alias, self.names, cells[self.own])
        for related in self.related:
            related.populate(cells, found)
        for name, position in self.annotations.items():
            setattr(found, name, cells[position])
        return found
