"""A long list on pages. To count every row of a large landlord would cost more than to show the page, so counting stops at
`MOST`: beyond it the list says “more than”, and what it can be narrowed by is the way on."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST = 1_000


class Pages(Paginator):  # type: ignore[type-arg]
    """Pages of the first `MOST` rows; `more` when there are others."""

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        return rows.order_by()[: MOST + 1].count() if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST)

    @property
    def more(self) -> bool:
        return self._counted > MOST

    @property
    def found(self) -> str:
        """How many there are, in words."""
        return f"More than {MOST:,}" if self.more else f"{self.count:,}"


def page_of(request: HttpRequest, rows: Any, size: int) -> Page[Any]:
    """The page of the rows that the address asks for."""
    return Pages(rows, size).get_page(request.GET.get("page"))
