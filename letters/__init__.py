"""How we write to people: letters for anti-social behaviour cases, as HTML and PDF.

The narrow door of a pure package: no Django, no database, no queue. Give it a kind's code and data, get a letter
or a LetterError whose message an officer can act on. Drawing takes what it takes: for data from outside, `press` is
a process that holds itself to limits.
"""

from .address import block as address_block
from .address import postcode
from .address import problems as address_problems
from .brand import LOGO_BYTES, PLAIN, Brand
from .catalogue import DECIDED, Audience, Kind, from_json, kind, kinds, plain_sample, sample
from .dates import clock, day, moment
from .draw import RenditionName
from .errors import BadWording, Flaw, LetterError, NeedsNotMet
from .languages import languages
from .needs import STANDARD, STANDARD_ROOTS, Need
from .own import form_fields, own_letter, prescribed_with, reworded
from .render import RENDITIONS, Rendition, gallery, missing, preview_html, redraw, render
from .starting import as_wording
from .texts import Text, as_message, retold
from .translation import Translation, translated, translations
from .values import unfit

__all__ = [
    "DECIDED", "LOGO_BYTES", "PLAIN", "RENDITIONS", "STANDARD", "STANDARD_ROOTS", "Audience", "BadWording", "Brand", "Flaw", "Kind",
    "LetterError", "Need", "NeedsNotMet", "Rendition", "RenditionName", "Text", "Translation", "address_block", "address_problems",
    "as_message", "as_wording", "clock", "day", "form_fields", "from_json", "gallery", "kind", "kinds", "languages", "missing",
    "moment", "own_letter", "plain_sample", "postcode", "prescribed_with", "preview_html", "redraw", "render", "retold", "reworded",
    "sample", "translated", "translations", "unfit",
]  # fmt: skip
