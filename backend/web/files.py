"""Files that people gave us, sent so that a browser shows or plays them and can never run anything in them.

Knows nothing of who may have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

_BLOCK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")
#: What a browser may show inside a page; everything else is saved to the disk.
_SHOWN = ("image/", "audio/", "video/")


def sent(request: HttpRequest, path: Path, *, content_type: str, name: str, save: bool = False) -> HttpResponseBase:
    """The file, or the part of it that a player asks for."""
    size = path.stat().st_size
    asked = _asked(request.headers.get("Range", ""), size)
    if asked is None:
        return _shut(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), "attachment", name)
    first, last = asked
    whole = (first, last) == (0, size - 1)
    response = StreamingHttpResponse(_blocks(path, first, last), content_type=content_type, status=200 if whole else 206)
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if not whole:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _shut(response, "inline" if content_type.startswith(_SHOWN) and not save else "attachment", name)


def _shut(response: HttpResponseBase, how: str, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _asked(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte to send; all of them unless one good range is asked for. None for one beyond the file."""
    found = _RANGE.match(header)
    if found is None or not size or found[0] == "bytes=-":
        return 0, size - 1
    if found[1]:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    else:
        first, last = max(0, size - int(found[2])), size - 1
    return (first, last) if first <= last else None


def _blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
