"""The copies of files that may be shown: they tell nothing about their maker, and what would do harm is refused."""

from __future__ import annotations

import struct
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_whose_camera_wrote_nonsense_is_drawn_upright_all_the_same(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    # The resolution is declared as text.
    odd = exif.tobytes().replace(struct.pack("<HHI", 0x011A, 5, 1), struct.pack("<HHI", 0x011A, 2, 1))
    odd = odd.replace(struct.pack(">HHI", 0x011A, 5, 1), struct.pack(">HHI", 0x011A, 2, 1))
    assert odd != exif.tobytes()
    Image.new("RGB", (40, 20)).save(tmp_path / "a", kind, exif=odd)
    sharing.picture_copies(tmp_path / "a", tmp_path / "b", tmp_path / "c", content_type=f"image/{kind.lower()}")
    with Image.open(tmp_path / "b") as opened:
        assert opened.size == (20, 40)


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


def test_a_video_of_boxes_within_boxes_is_refused(tmp_path: Path) -> None:
    film = b""
    for _ in range(3_000):
        film = box(b"moov", film)
    (tmp_path / "film").write_bytes(box(b"ftyp", b"mp42\0\0\0\0mp42") + film)
    with pytest.raises(sharing.Unreadable):
        sharing.boxed_copy(tmp_path / "film", tmp_path / "shown")


def test_a_recording_in_countless_pieces_holds_nobody_up(tmp_path: Path) -> None:
    began = time.perf_counter()
    (tmp_path / "a").write_bytes(b"RIFF\0\0\0\0WAVE" + b"data\0\0\0\0" * 300_000)
    with pytest.raises(sharing.Unreadable):
        sharing.wave_copy(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").write_bytes(b"ID3\x04\0\0\0\0\0\0" * 300_000 + b"\xff\xfbsound")
    sharing.mpeg_copy(tmp_path / "c", tmp_path / "d")
    assert (tmp_path / "d").read_bytes() == b"\xff\xfbsound" and time.perf_counter() - began < 5


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


def test_a_photo_inside_a_document_does_not_say_where_it_was_taken_and_nobody_has_signed_it(tmp_path: Path) -> None:
    import pikepdf

    jpeg = photo(tmp_path / "photo").read_bytes()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        picture = pdf.make_stream(jpeg, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Filter=pikepdf.Name.DCTDecode)
        picture.Metadata = pdf.make_stream(b"Canary place")
        attached = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a", EF=pikepdf.Dictionary(F=pdf.make_stream(b"Canary file")))
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=picture), Hidden=pdf.make_indirect(attached))
        pdf.save(tmp_path / "a", compress_streams=False)
    assert (tmp_path / "a").read_bytes().count(b"Canary") == 4
    sharing.pdf_copy(tmp_path / "a", tmp_path / "b")
    assert b"Canary" not in (tmp_path / "b").read_bytes()
    with pikepdf.open(tmp_path / "b") as copy:
        drawn = copy.pages[0].obj.Resources.XObject.A.read_raw_bytes()
    with Image.open(BytesIO(drawn)) as opened, Image.open(BytesIO(jpeg)) as before:
        assert opened.tobytes() == before.tobytes() and not opened.getexif()
    with ZipFile(tmp_path / "c", "w") as written:
        written.writestr(
            "_rels/.rels",
            '<Relationships><Relationship Id="1" Target="docProps/core.xml"/><Relationship Target="word/document.xml"/></Relationships>',
        )
        written.writestr("docProps/core.xml", "<dc:creator>Canary Author</dc:creator>")
        written.writestr(
            "word/document.xml", '<w:ins w:id="1" w:author="Canary Author" w:date="x"><w:t>She said: the author left</w:t></w:ins>'
        )
        written.writestr("word/media/image1.jpeg", jpeg)
    sharing.word_copy(tmp_path / "c", tmp_path / "d")
    with ZipFile(tmp_path / "d") as copied:
        parts = {name: copied.read(name) for name in copied.namelist()}
    assert set(parts) == {"_rels/.rels", "word/document.xml", "word/media/image1.jpeg"} and b"Canary" not in b"".join(parts.values())
    assert parts["_rels/.rels"] == b'<Relationships><Relationship Target="word/document.xml"/></Relationships>'
    assert b"She said: the author left" in parts["word/document.xml"]


@pytest.mark.parametrize("inside", [b"PK\x03\x04 no archive", b""])
def test_a_word_document_that_is_none_is_refused(tmp_path: Path, inside: bytes) -> None:
    (tmp_path / "a").write_bytes(inside)
    with pytest.raises(sharing.Unreadable):
        sharing.word_copy(tmp_path / "a", tmp_path / "b")
