"""How times, due dates and answers read on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backend.rules.deadlines import clock, in_words
from backend.rules.working_time import Calendar

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """Friday 20 November 2026, 4:30pm"""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local:%A} {local.day} {local:%B %Y}, {clock(local)}"


@register.filter
def day(value: datetime | None) -> str:
    """20 November 2026"""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.day} {local:%B %Y}"


@register.filter
def month(value: datetime) -> str:
    """November 2026"""
    return f"{timezone.localtime(value):%B %Y}"


@register.simple_tag(takes_context=True)
def due(context: template.Context, value: datetime, now: datetime | None = None) -> SafeString:
    """A tag that says in words how late something is, or when it is due, in the landlord's working time."""
    landlord = context.get("landlord")
    said = in_words(value, now=now or timezone.now(), calendar=landlord.calendar if landlord else Calendar())
    return format_html('<span class="cw-tag cw-tag--{}">{}</span>', said.look, said.words)


@register.filter
def category_label(case: Any) -> str:
    """The category's name, in the words of the case's own version."""
    forms = case.instance.version.contents.forms.values()
    questions = [question for form in forms for question in form.questions if question.fact == "category"]
    return next((question.labelled(case.category) for question in questions), str(case.category))


@register.filter
def labelled(value: str, labels: Mapping[str, str]) -> str:
    """How the case's own procedure calls a value."""
    return labels.get(value, value)


@register.filter
def lines(value: list[str] | None) -> str:
    return ", ".join(value or [])


@register.simple_tag(takes_context=True)
def question(context: template.Context, field: Any) -> SafeString:
    """Draw one field with the template for its type."""
    drawn = context.template.engine.get_template(field.template)  # type: ignore[union-attr]
    with context.push(field=field, question=field.question):
        return drawn.render(context)
