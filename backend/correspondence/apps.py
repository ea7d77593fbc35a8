"""Tells the catalogue who writes letters, so that the checker knows what diagrams may send."""

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "backend.correspondence"

    def ready(self) -> None:
        from backend.correspondence.wording.told import PackLetters
        from backend.workflow import catalogue

        catalogue.letters_by(PackLetters())
