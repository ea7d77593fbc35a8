"""How a landlord's letters look: one colour, one logo, who signs.

Knows no letters. The logo is drawn afresh from its pixels, so nothing that was hidden in the file travels on.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from functools import lru_cache

from .errors import BadBrand
from .needs import Need
from .values import Fault, read

LOGO_BYTES, LOGO_PIXELS = 700_000, 2_000
# WCAG 2 asks 4.5 to 1 of ordinary text.
CONTRAST = 4.5
_PICTURE = re.compile(r'<img src="(data:image/png;base64,[A-Za-z0-9+/=]+)"')
_SERVICE = Need("service", "text", "where letters to you can be served", optional=True, where="Add it in the landlord's settings.")
_SIGNATORY = Need("signatory", "text", "the words under the officer's name", where="Add them in the landlord's settings.")


@dataclass(frozen=True, slots=True)
class Brand:
    """The colour (#rrggbb, dark enough to read on white), the logo as PNG, the words under the officer's name; and where and how
    letters to the landlord may be served, which stands at the end of each letter."""

    colour: str
    logo: bytes | None
    signatory: str
    service: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.colour):
            raise BadBrand("The landlord's colour must look like #005ea5.")
        if _contrast_on_white(self.colour) < CONTRAST:
            raise BadBrand(f"The landlord's colour {self.colour} is too pale to read on white. Choose a darker one.")
        try:
            read(_SIGNATORY, self.signatory)
            read(_SERVICE, self.service)
        except Fault as fault:
            raise BadBrand(str(fault)) from None
        if self.logo is not None:
            logo_png(self.logo)


@lru_cache(maxsize=16)
def logo_png(raw: bytes) -> bytes:
    """The logo as a clean PNG on white."""
    from PIL import Image

    if len(raw) > LOGO_BYTES:
        raise BadBrand(f"The logo is too large a file: {len(raw):,} bytes, where {LOGO_BYTES:,} fit.")
    try:
        with Image.open(io.BytesIO(raw), formats=("PNG",)) as image:
            if max(image.size) > LOGO_PIXELS:
                raise BadBrand(f"The logo must be at most {LOGO_PIXELS:,} pixels wide and high.")
            pixels = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, BadBrand):
            raise
        raise BadBrand("The logo must be a PNG picture.") from error
    sheet = Image.new("RGBA", pixels.size, "white")
    sheet.alpha_composite(pixels)
    out = io.BytesIO()
    sheet.convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def logo_uri(logo: bytes) -> str:
    """The address under which the letter, and nothing else, finds the logo."""
    return "data:image/png;base64," + base64.b64encode(logo_png(logo)).decode("ascii")


def pictures_in(html: str) -> dict[str, bytes]:
    """The pictures of a page by the addresses that the page names them by, which hold them whole. Values are escaped, so
    only a template can have written such an address; a picture that it did not write would still be no more than a picture."""
    return {uri: base64.b64decode(uri.partition(",")[2]) for uri in set(_PICTURE.findall(html))}


def _contrast_on_white(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


PLAIN = Brand(colour="#1d3557", logo=None, signatory="Neighbourhoods team")
