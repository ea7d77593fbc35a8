"""Pages that cost much to draw: what a landlord's own letter could hold if the checks before drawing missed it."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable, Mapping

from PIL import Image

MIXED = "Wآ漢иΩअไ"


def page(body: str, head: str = "") -> str:
    return f'<!doctype html><html lang="en-GB" style="--brand: #000"><head><title>x</title>{head}</head><body>{body}</body></html>'


def nested(tag: str, depth: int, inside: str = "x", style: str = "") -> str:
    start = f'<{tag} style="{style}">' if style else f"<{tag}>"
    return start * depth + inside + f"</{tag}>" * depth


def lists(depth: int) -> str:
    return "<ul><li>x" * depth + "</li></ul>" * depth


def tables(depth: int) -> str:
    return "<table><tr><td>x" * depth + "</table>" * depth


def auto_tables(depth: int) -> str:
    return '<table style="table-layout:auto"><tr><td>a<td>' * depth + "</table>" * depth


def table(rows: int, columns: int, style: str = "") -> str:
    return f'<table style="{style}">' + f"<tr>{'<td>noise at night' * columns}" * rows + "</table>"


def variables(depth: int) -> str:
    steps = ";".join(f"--v{n + 1}: var(--v{n}) var(--v{n})" for n in range(depth))
    return f'<p style="--v0: 1px;{steps};margin: var(--v{depth})">x'


def sums(depth: int) -> str:
    return f'<p style="width: {"calc(1px + " * depth}1px{")" * depth}">x'


def laughs(depth: int) -> str:
    """A drawing that uses itself twice at every level."""
    uses = "".join(f'<g id="g{n + 1}"><use href="#g{n}"/><use href="#g{n}"/></g>' for n in range(depth))
    return f'<svg width="9" height="9" viewBox="0 0 9 9"><defs><path id="g0" d="M0 0h1"/>{uses}</defs><use href="#g{depth}"/></svg>'


def picture(data: bytes, style: str = "") -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}" alt="x" style="{style}">'


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A picture that says it is larger than what can be held, written without ever holding it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compressobj(1)
    line = bytes(1 + width * 3)
    data = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gradient(stops: int) -> str:
    colours = ",".join(f"rgb({n % 256},0,0)" for n in range(stops))
    return f'<p style="background: linear-gradient({colours})">x'


#: Each by its name. The first ten are tried in every run of the tests.
COSTLY: Mapping[str, Callable[[], str]] = {
    "a cell over 100,000 columns": lambda: page("<table><td colspan=100000></table>"),
    "flexible boxes in one another": lambda: page(nested("div", 18, style="display:flex")),
    "a drawing that uses itself": lambda: page(laughs(22)),
    "lists in one another": lambda: page(lists(400)),
    "a word of 50,000 letters": lambda: page(f"<p>{'W' * 50_000}"),
    "scripts mixed without a space": lambda: page(f"<p>{MIXED * 2_000}"),
    "a table of 2,000 rows": lambda: page(table(2_000, 20)),
    "a picture larger than memory": lambda: page(picture(bomb(9_500, 9_500))),
    "text in 10,000 columns": lambda: page(f'<div style="columns:10000">{"word " * 5_000}</div>'),
    "variables that double": lambda: page(variables(30)),
    # The rest take part in the long proof.
    "a cell over 60,000 rows": lambda: page("<table><tr><td rowspan=60000>x<td>y</table>"),
    "wide and tall cells": lambda: page("<table>" + "<tr><td colspan=900 rowspan=900>x" * 30 + "</table>"),
    "boxes in one another": lambda: page(nested("div", 20_000)),
    "words in one another": lambda: page(f"<p>{nested('span', 20_000)}"),
    "tables in one another": lambda: page(tables(60)),
    "measured tables in one another": lambda: page(auto_tables(16)),
    "grids in one another": lambda: page(nested("div", 16, style="display:grid")),
    "floats in one another": lambda: page(nested("div", 200, style="float:left")),
    "boxes in lines in one another": lambda: page(nested("span", 200, style="display:inline-block")),
    "columns in one another": lambda: page(nested("div", 8, "word " * 500, style="columns:3")),
    "a measured table of long cells": lambda: page(table(300, 30, "table-layout:auto")),
    "50,000 paragraphs": lambda: page("<p>noise at night" * 50_000),
    "200,000 line ends": lambda: page(f"<p>{'x<br>' * 200_000}"),
    "20,000 pages": lambda: page('<p style="break-before:page">x' * 20_000),
    "a page of one millimetre": lambda: page(f"<p>{'word ' * 5_000}", "<style>@page{size:4mm 4mm;margin:0}</style>"),
    "3,000 floats": lambda: page('<div style="float:left;width:3mm">x</div>' * 3_000),
    "5,000 boxes out of the flow": lambda: page('<div style="position:absolute">x</div>' * 5_000),
    "5,000 footnotes": lambda: page('<span style="float:footnote">x</span>' * 5_000),
    "a letter a mile high": lambda: page('<p style="font-size:99999999mm">x'),
    "a box a million miles wide": lambda: page('<p style="width:99999999999mm;border:1mm solid">x'),
    "no room for any word": lambda: page(f'<p style="width:0">{"word " * 20_000}'),
    "marks on one letter": lambda: page(f"<p>a{chr(0x0301) * 50_000}"),
    "turns of direction": lambda: page(f"<p>{'<bdo dir=rtl>a<bdo dir=ltr>b' * 2_000}"),
    "a colour of 20,000 stops": lambda: page(gradient(20_000)),
    "a sum of 5,000 sums": lambda: page(sums(5_000)),
    "50,000 rules": lambda: page("<p>x" * 500, f"<style>{''.join(f'p:nth-child({n}n+1){{margin:0}}' for n in range(1, 50_000))}</style>"),
    "rules that look back": lambda: page("<p>x" * 3_000, f"<style>{'p ~ ' * 12}p{{margin:0}}</style>"),
    "20,000 counted things": lambda: page('<p style="counter-increment:a"><span style="content:counter(a)"></span>' * 20_000),
    "a path of a million points": lambda: page(f'<svg width="9" height="9"><path d="M0 0{" l1 1-1-1" * 500_000}"/></svg>'),
    "a drawing blurred and repeated": lambda: page(
        '<svg width="999" height="999"><pattern id="p" width="1e-3" height="1e-3" patternUnits="userSpaceOnUse"><path d="M0 0h1"/></pattern>'
        '<rect width="999" height="999" fill="url(#p)"/></svg>'
    ),
    "a picture of 8,000 by 8,000": lambda: page(picture(png(8_000, 8_000, "RGBA"))),
    "a picture repeated a million times": lambda: page(f"<p>{picture(png(1, 1)) * 20_000}"),
}  # fmt: skip
