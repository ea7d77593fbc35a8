"""Whether GOV.UK Notify would take a letter as it is: the rules of its precompiled letters, with its own codes."""

from __future__ import annotations


def refused(pdf: bytes) -> tuple[str, str] | None:
    return None
