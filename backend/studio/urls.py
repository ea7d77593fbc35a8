"""The process owner's pages, under /redraw."""

from django.urls import path

from backend.studio import coverage, lettering, views

urlpatterns = [
    path("", views.studio, name="studio"),
    path("catalogue", views.known_words, name="catalogue"),
    path("settings", views.settings, name="settings"),
    path("practices", coverage.practices, name="practices"),
    path("open", views.open_draft, name="draft-open"),
    path("publish", views.publish, name="draft-publish"),
    path("discard", views.discard, name="draft-discard"),
    path("versions/<int:number>/<str:file>", views.version_diagram, name="version-diagram"),
    path("diagrams/<str:file>", views.modeller, name="modeller"),
    path("diagrams/<str:file>/save", views.save, name="modeller-save"),
    path("diagrams/<str:file>/steps/<str:element>", views.step, name="step-edit"),
    path("letters", lettering.letters, name="wordings"),
    path("letters/new", lettering.new, name="wording-new"),
    path("letters/standing", lettering.standing_words, name="wording-standing"),
    path("letters/<slug:code>", lettering.letter, name="wording-of"),
    path("letters/<slug:code>/preview", lettering.preview, name="wording-preview"),
    path("letters/<slug:code>/in/<slug:language>", lettering.tongue, name="wording-tongue"),
    path("letters/<slug:code>/in/<slug:language>/preview", lettering.preview_tongue, name="wording-tongue-preview"),
    path("letters/<slug:code>/back", lettering.back, name="wording-back"),
    path("forms/<slug:key>", views.wording, name="wording"),
]
