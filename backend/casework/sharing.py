"""Copies of a file that may be shown: without what it tells about its maker, the place it was made at or the camera.

A picture is drawn anew, upright; a video or recording keeps its sound and images byte for byte and loses the boxes beside
them. Knows nothing of evidence, cases or people.
"""

from __future__ import annotations

import re
import shutil
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from io import BufferedRandom
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from PIL import Image

#: More dots than the largest telephone camera takes.
MAX_PIXELS = 60_000_000
#: The longest side of the copy that is shown, and of the small picture in lists.
SHOWN, SMALL = 2_560, 320
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: Where a camera says how it was held, and how the picture is turned to stand upright.
_ORIENTATION = 0x0112
_TURNS: Mapping[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
#: Boxes of a video that hold words about it, and boxes in which these may stand.
_TELLING, _HOLDING = {b"udta", b"meta", b"uuid"}, {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
_MOST_BOXES, _DEEPEST = 10_000, 16
#: Segments of a JPEG that hold words about it: where, when and with what it was taken, and what somebody wrote of it.
_WORDS = (0xE1, 0xED, 0xFE)
#: In a Word document: who wrote or changed it, and where its properties are named. No document that people write is larger.
_AUTHORS = re.compile(rb"""(\b\w+:(?:author|initials|userId|providerId)=)(?:"[^"]*"|'[^']*')""")
_PROPERTIES = re.compile(rb"""<(?:Override|Relationship)\b[^>]*["']/?docProps/[^>]*/>""")
_MOST_UNPACKED = 200 * 1024 * 1024

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
            drawn = _upright(opened)
            drawn.thumbnail((SHOWN, SHOWN))
            kind = "PNG" if content_type == "image/png" else "JPEG"
            _bare(drawn, kind).save(shown, kind, quality=88)
            drawn.thumbnail((SMALL, SMALL))
            _bare(drawn, "JPEG").save(small, "JPEG", quality=80)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable from None
    return f"image/{kind.lower()}"


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it was meant to be seen. What else stands beside its dots is not read: cameras write it in odd ways."""
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION))
    return picture if turn is None else picture.transpose(turn)


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
        for name_at, inside, end in list(_telling(file, 0, shown.stat().st_size, count(), 0)):
            file.seek(name_at)
            file.write(b"free")
            file.seek(inside)
            file.write(b"\0" * (end - inside))


def _telling(file: BufferedRandom, at: int, end: int, seen: count[int], depth: int) -> Iterator[tuple[int, int, int]]:
    """Where the name, the inside and the end are of every box between `at` and `end` that tells about the maker."""
    if depth > _DEEPEST:
        raise Unreadable
    while at + 8 <= end:
        name, inside, after = _box(file, at, end)
        if after > end or after < inside or next(seen) > _MOST_BOXES:
            raise Unreadable
        if name in _TELLING:
            yield at + 4, inside, after
        elif name in _HOLDING:
            yield from _telling(file, inside, after, seen, depth + 1)
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
    data, at = source.read_bytes(), 12
    found: list[tuple[bytes, bytes]] = []
    while at + 8 <= len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        if name in (b"fmt ", b"data", b"fact"):
            found.append((name, data[at : at + 8 + size + size % 2]))
            if len(found) > _MOST_BOXES:
                raise Unreadable
        at += 8 + size + size % 2
    if b"data" not in dict(found):
        raise Unreadable
    kept = b"".join(part for _, part in found)
    shown.write_bytes(b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WAVE" + kept)


def mpeg_copy(source: Path, shown: Path) -> None:
    """Copy an MP3 recording without the labels before and after its sound."""
    data, at = source.read_bytes(), 0
    while data[at : at + 3] == b"ID3" and len(data) > at + 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[at + 6 : at + 10], (21, 14, 7, 0), strict=True))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    shown.write_bytes(data[at:-128] if data[at:][-128:-125] == b"TAG" else data[at:])


def pdf_copy(source: Path, shown: Path) -> None:
    """Copy a PDF without its maker's name, what it would run, what is hidden in it and what its photos tell. Raises `Unreadable`."""
    import pikepdf

    try:
        with pikepdf.open(source) as pdf:
            for name in ("/Metadata", "/OpenAction", "/AA", "/Names", "/AcroForm"):
                if name in pdf.Root:
                    del pdf.Root[name]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            for part in pdf.objects:
                if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                    _hush(part)
            pdf.save(shown)
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise Unreadable from None


def _hush(part: Any) -> None:
    """Take from one object of a PDF what is not on its pages, and from a photo what stands beside its dots."""
    from pikepdf import Name

    for name in ("/Metadata", "/PieceInfo", "/AA", "/EF", "/JS"):
        if name in part:
            del part[name]
    if part.get("/Filter") == Name.DCTDecode:
        part.write(_without_words(part.read_raw_bytes()), filter=Name.DCTDecode, decode_parms=part.get("/DecodeParms"))


def _without_words(photo: bytes) -> bytes:
    """A JPEG without where, when and with what it was taken; its dots byte for byte."""
    kept, at = [photo[:2]], 2
    while at + 4 <= len(photo) and photo[at] == 0xFF and photo[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4])
        if photo[at + 1] not in _WORDS:
            kept.append(photo[at:end])
        at = end
    return b"".join((*kept, photo[at:]))


def word_copy(source: Path, shown: Path) -> None:
    """Copy a Word document without its properties, the names of those who changed it and what its photos tell. Raises `Unreadable`."""
    try:
        with ZipFile(source) as old, ZipFile(shown, "w", ZIP_DEFLATED) as new:
            parts = [part for part in old.infolist() if not part.filename.startswith("docProps/")]
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Unreadable
            for part in parts:
                new.writestr(part.filename, _unsigned(part.filename, old.read(part)))
    except (BadZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        raise Unreadable from None


def _unsigned(name: str, inside: bytes) -> bytes:
    if name.endswith((".jpg", ".jpeg")):
        return _without_words(inside)
    if not name.endswith((".xml", ".rels")):
        return inside
    return _AUTHORS.sub(rb'\1""', _PROPERTIES.sub(b"", inside))


def plain_copy(source: Path, shown: Path) -> None:
    """Copy a file of a kind that has no room for such things."""
    shutil.copyfile(source, shown)
