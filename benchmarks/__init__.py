"""Repeatable comparisons on throw-away services: `./bench NAME`. Never part of the test run."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup()
