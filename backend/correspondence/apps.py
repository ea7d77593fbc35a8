"""Registers every kind of letter in the catalogue, so that the checker knows what diagrams may send."""

from functools import partial

from django.apps import AppConfig

#: The types of need that one answer in words can meet, as it is.
_TYPED = ("text", "paragraphs")


class CorrespondenceConfig(AppConfig):
    name = "backend.correspondence"

    def ready(self) -> None:
        import letters
        from backend.correspondence.words import lacking, unfit
        from backend.workflow import catalogue

        for kind in letters.kinds().values():
            typed = {need.name: partial(unfit, need) for need in kind.needs if need.type in _TYPED or len(need.columns) == 1}
            catalogue.letter(kind.code, kind.title, partial(lacking, kind), typed)
