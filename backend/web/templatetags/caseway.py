"""How times, due dates and answers read on a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """Friday 20 November 2026, 4:30pm"""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local:%A} {local.day} {local:%B %Y}, {_clock(local)}"


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


def _clock(local: datetime) -> str:
    hour, half = local.hour % 12 or 12, "am" if local.hour < 12 else "pm"
    return f"{hour}:{local:%M}{half}" if local.minute else f"{hour}{half}"


@register.simple_tag
def due(value: datetime, now: datetime | None = None) -> SafeString:
    """A tag that says in words how late something is, or when it is due."""
    words, look = due_words(value, now or timezone.now())
    return format_html('<span class="cw-tag cw-tag--{}">{}</span>', look, words)


def due_words(value: datetime, now: datetime) -> tuple[str, str]:
    """How a due time reads ("2 days late", "today by 5pm") and how it looks: late, soon or fine."""
    local, today = timezone.localtime(value), timezone.localtime(now).date()
    days = (local.date() - today).days
    if value < now:
        return (f"{_count(-days, 'day')} late" if days else f"Late since {_clock(local)}"), "late"
    if days == 0:
        return f"Today by {_clock(local)}", "soon"
    if days == 1:
        return f"Tomorrow by {_clock(local)}", "soon"
    return (f"In {days} days" if days < 15 else f"By {local.day} {local:%B %Y}"), "fine"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@register.filter
def category_label(case: Any) -> str:
    """The category's name, in the words of the case's own version."""
    forms = case.instance.version.contents.forms.values()
    questions = [question for form in forms for question in form.questions if question.fact == "category"]
    return next((question.labelled(case.category) for question in questions), str(case.category))


@register.filter
def lines(value: list[str] | None) -> str:
    return ", ".join(value or [])


@register.simple_tag(takes_context=True)
def question(context: template.Context, field: Any) -> SafeString:
    """Draw one field with the template for its type."""
    drawn = context.template.engine.get_template(field.template)  # type: ignore[union-attr]
    with context.push(field=field, question=field.question):
        return drawn.render(context)
