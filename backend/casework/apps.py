"""Registers what diagrams may name of casework: its facts and messages, and where subjects come from."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "backend.casework"

    def ready(self) -> None:
        from backend.casework import subjects
        from backend.workflow import runner

        subjects.register()
        runner.serve(subjects.Cases())
