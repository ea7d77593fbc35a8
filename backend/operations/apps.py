"""Imports every operation, so that adding one touches one file."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "backend.operations"

    def ready(self) -> None:
        package = import_module(self.name)
        for module in iter_modules(package.__path__):
            if module.name != "apps":
                import_module(f"{self.name}.{module.name}")
