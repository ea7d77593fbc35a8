"""Loads every measure at start-up."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "backend.reporting"

    def ready(self) -> None:
        from backend.reporting import registry

        registry.load()
