"""The copies of files that may be shown: they tell nothing about their maker, and what would do harm is refused."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from backend.casework import sharing

HERE = "+52.6661+000.1589/"


def photo(path: Path, kind: str = "JPEG", size: tuple[int, int] = (40, 20)) -> Path:
    """A picture that says where, when and with what it was taken, and how to turn it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Canary Cameras", 6
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 39.0, 58.0), 3: "E", 4: (0.0, 9.0, 32.0)})
    Image.new("RGB", size, "teal").save(path, kind, exif=exif, comment=b"Canary words") if kind == "JPEG" else Image.new("RGB", size).save(
        path, kind, exif=exif
    )
    return path


def box(name: bytes, inside: bytes, *, long: bool = False) -> bytes:
    if long:
        return struct.pack(">I4sQ", 1, name, len(inside) + 16) + inside
    return struct.pack(">I4s", len(inside) + 8, name) + inside


@pytest.mark.parametrize(
    ("kind", "ending", "drawn"), [("JPEG", "jpeg", "image/jpeg"), ("PNG", "png", "image/png"), ("WEBP", "webp", "image/jpeg")]
)
def test_a_picture_is_drawn_anew_upright_and_says_nothing_of_its_maker(tmp_path: Path, kind: str, ending: str, drawn: str) -> None:
    source, shown, small = photo(tmp_path / "photo", kind), tmp_path / "shown", tmp_path / "small"
    assert b"Canary" in source.read_bytes()
    assert sharing.picture_copies(source, shown, small, content_type=f"image/{ending}") == drawn
    for copy in (shown, small):
        with Image.open(copy) as opened:
            assert opened.size == (20, 40) and not opened.getexif() and b"Canary" not in copy.read_bytes()


def test_what_is_hidden_behind_a_picture_does_not_come_along(tmp_path: Path) -> None:
    source = photo(tmp_path / "photo")
    source.write_bytes(source.read_bytes() + b"<script>alert(1)</script>")
    sharing.picture_copies(source, tmp_path / "shown", tmp_path / "small", content_type="image/jpeg")
    assert b"<script>" not in (tmp_path / "shown").read_bytes()


def test_a_large_picture_is_shown_smaller(tmp_path: Path) -> None:
    source = photo(tmp_path / "photo", size=(6_000, 300))
    sharing.picture_copies(source, tmp_path / "shown", tmp_path / "small", content_type="image/jpeg")
    with Image.open(tmp_path / "shown") as shown, Image.open(tmp_path / "small") as small:
        assert max(shown.size) == sharing.SHOWN and max(small.size) == sharing.SMALL


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    held = BytesIO()
    Image.new("1", (9_000, 9_000)).save(held, "PNG")
    (tmp_path / "bomb").write_bytes(held.getvalue())
    with pytest.raises(sharing.TooManyPixels):
        sharing.picture_copies(tmp_path / "bomb", tmp_path / "a", tmp_path / "b", content_type="image/png")


def test_a_video_keeps_its_pictures_and_loses_the_place(tmp_path: Path) -> None:
    pictures = b"\x01\x02 the film itself"
    told = box(b"udta", box(b"\xa9xyz", HERE.encode()))
    film = (
        box(b"ftyp", b"mp42\0\0\0\0mp42")
        + box(
            b"moov", box(b"mvhd", b"\0" * 20) + told + box(b"trak", box(b"tkhd", b"\0" * 8) + box(b"meta", b"Canary", long=True)), long=True
        )
        + box(b"uuid", b"Canary words")
        + box(b"mdat", pictures)
    )
    source, shown = tmp_path / "film", tmp_path / "shown"
    source.write_bytes(film)
    sharing.boxed_copy(source, shown)
    copy = shown.read_bytes()
    assert len(copy) == len(film) and copy.endswith(pictures) and b"mvhd" in copy and b"tkhd" in copy
    assert HERE.encode() not in copy and b"Canary" not in copy and b"meta" not in copy
    assert struct.unpack(">I4sQ", copy[20:36])[:2] == (1, b"moov")


@pytest.mark.parametrize("film", [struct.pack(">I4s", 900, b"moov"), struct.pack(">I4sQ", 1, b"moov", 3), struct.pack(">I4s", 4, b"moov")])
def test_a_video_whose_boxes_do_not_fit_is_refused(tmp_path: Path, film: bytes) -> None:
    (tmp_path / "film").write_bytes(film + b"\0" * 16)
    with pytest.raises(sharing.Unreadable):
        sharing.boxed_copy(tmp_path / "film", tmp_path / "shown")


def test_a_recording_keeps_its_sound_alone(tmp_path: Path) -> None:
    chunk = lambda name, data: name + struct.pack("<I", len(data)) + data  # noqa: E731
    inside = chunk(b"fmt ", b"\0" * 16) + chunk(b"LIST", b"Canary") + chunk(b"data", b"soundsound")
    (tmp_path / "a").write_bytes(b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WAVE" + inside)
    sharing.wave_copy(tmp_path / "a", tmp_path / "b")
    assert b"soundsound" in (tmp_path / "b").read_bytes() and b"Canary" not in (tmp_path / "b").read_bytes()
    label = b"ID3\x04\0\0" + bytes((0, 0, 0, 6)) + b"Canary"
    (tmp_path / "c").write_bytes(label + b"\xff\xfbsound" + b"TAG" + b"Canary".ljust(125))
    sharing.mpeg_copy(tmp_path / "c", tmp_path / "d")
    assert (tmp_path / "d").read_bytes() == b"\xff\xfbsound"


def test_a_pdf_loses_its_makers_name_and_what_it_would_run(tmp_path: Path) -> None:
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = "Canary Author"
        pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Canary')"))
        pdf.save(tmp_path / "a")
    sharing.pdf_copy(tmp_path / "a", tmp_path / "b")
    with pikepdf.open(tmp_path / "b") as copy:
        assert len(copy.pages) == 1 and "/OpenAction" not in copy.Root and "/Info" not in copy.trailer
