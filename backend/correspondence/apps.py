"""Registers every kind of letter in the catalogue, so that the checker knows what diagrams may send."""

from functools import partial

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "backend.correspondence"

    def ready(self) -> None:
        import letters
        from backend.correspondence.words import lacking
        from backend.workflow import catalogue

        for kind in letters.kinds().values():
            catalogue.letter(kind.code, kind.title, partial(lacking, kind))
