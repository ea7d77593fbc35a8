"""Copies of a file that may be shown: without what it tells about its maker, the place it was made at or the camera.

A picture is drawn anew, upright; a video or recording keeps its sound and images byte for byte and loses the boxes beside
them. Knows nothing of evidence, cases or people.
"""

from __future__ import annotations

import shutil
import struct
import warnings
from collections.abc import Iterator
from io import BufferedRandom
from itertools import count
from pathlib import Path

from PIL import Image, ImageOps

#: More dots than the largest telephone camera takes.
MAX_PIXELS = 60_000_000
#: The longest side of the copy that is shown, and of the small picture in lists.
SHOWN, SMALL = 2_560, 320
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: Boxes of a video that hold words about it, and boxes in which these may stand.
_TELLING, _HOLDING = {b"udta", b"meta", b"uuid"}, {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
_MOST_BOXES = 10_000

warnings.simplefilter("error", Image.DecompressionBombWarning)


class Unreadable(Exception):
    """The file is damaged, or made to do harm."""


class TooManyPixels(Unreadable):
    """The picture has more dots than any camera takes."""


def picture_copies(source: Path, shown: Path, small: Path, *, content_type: str) -> str:
    """Draw the copy that is shown and the one for lists; gives back the copy's type. Raises `Unreadable`."""
    try:
        with Image.open(source, formats=(PICTURES[content_type],)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise TooManyPixels
            opened.draft("RGB", (SHOWN, SHOWN))
            drawn = ImageOps.exif_transpose(opened)
            drawn.thumbnail((SHOWN, SHOWN))
            kind = "PNG" if content_type == "image/png" else "JPEG"
            _bare(drawn, kind).save(shown, kind, quality=88)
            drawn.thumbnail((SMALL, SMALL))
            _bare(drawn, "JPEG").save(small, "JPEG", quality=80)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable from None
    return f"image/{kind.lower()}"


def _bare(picture: Image.Image, kind: str) -> Image.Image:
    """The same dots on a new sheet: nothing that stood beside them comes along."""
    see_through = kind == "PNG" and ("A" in picture.getbands() or "transparency" in picture.info)
    mode = "RGBA" if see_through else "RGB"
    sheet = Image.new(mode, picture.size, "white" if mode == "RGB" else None)
    rgba = picture.convert("RGBA")
    sheet.paste(rgba, (0, 0), None if see_through else rgba)
    return sheet


def boxed_copy(source: Path, shown: Path) -> None:
    """Copy a video or recording of the MP4 family and blank the boxes that tell. Raises `Unreadable`."""
    shutil.copyfile(source, shown)
    with shown.open("r+b") as file:
        for name_at, inside, end in list(_telling(file, 0, shown.stat().st_size, count())):
            file.seek(name_at)
            file.write(b"free")
            file.seek(inside)
            file.write(b"\0" * (end - inside))


def _telling(file: BufferedRandom, at: int, end: int, seen: count[int]) -> Iterator[tuple[int, int, int]]:
    """Where the name, the inside and the end are of every box between `at` and `end` that tells about the maker."""
    while at + 8 <= end:
        name, inside, after = _box(file, at, end)
        if after > end or after < inside or next(seen) > _MOST_BOXES:
            raise Unreadable
        if name in _TELLING:
            yield at + 4, inside, after
        elif name in _HOLDING:
            yield from _telling(file, inside, after, seen)
        at = after


def _box(file: BufferedRandom, at: int, end: int) -> tuple[bytes, int, int]:
    """The name of the box that begins at `at`, and where its inside begins and ends."""
    file.seek(at)
    size, name = struct.unpack(">I4s", file.read(8))
    if size != 1:
        return name, at + 8, at + size if size else end
    long = file.read(8)
    return name, at + 16, at + int.from_bytes(long) if len(long) == 8 else 0


def wave_copy(source: Path, shown: Path) -> None:
    """Copy a WAV recording with its sound alone. Raises `Unreadable`."""
    data = source.read_bytes()
    kept, at = b"", 12
    while at + 8 <= len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        if name in (b"fmt ", b"data", b"fact"):
            kept += data[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2
    if b"data" not in kept:
        raise Unreadable
    shown.write_bytes(b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WAVE" + kept)


def mpeg_copy(source: Path, shown: Path) -> None:
    """Copy an MP3 recording without the labels before and after its sound."""
    data = source.read_bytes()
    while data[:3] == b"ID3" and len(data) > 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size + (10 if data[5] & 0x10 else 0) :]
    shown.write_bytes(data[:-128] if data[-128:-125] == b"TAG" else data)


def pdf_copy(source: Path, shown: Path) -> None:
    """Copy a PDF without its maker's name, what it would run and what is hidden in it. Raises `Unreadable`."""
    import pikepdf

    try:
        with pikepdf.open(source) as pdf:
            for name in ("/Metadata", "/OpenAction", "/AA", "/Names", "/AcroForm"):
                if name in pdf.Root:
                    del pdf.Root[name]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            pdf.save(shown)
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise Unreadable from None


def plain_copy(source: Path, shown: Path) -> None:
    """Copy a file of a kind that has no room for such things."""
    shutil.copyfile(source, shown)
