"""A process that draws letters: `python -m letters.press SECONDS BYTES`, with a socket as its standard input.

Each order is answered before the next is read: a page of HTML goes in, a PDF or a sentence comes out. Before its first order
it forbids itself to write files and to grow by more than so many bytes, and before each order to work longer than so many
seconds; whoever started it watches the clock on the wall. It ends when nobody is left to answer. Knows no landlord, no case
and no queue, and is given no secret.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from .draw import RenditionName, draw
from .errors import DrawingFault, LetterError, TooCostly

#: Said once, when it is ready to draw.
READY = {"ready": True}
#: How many orders it takes: what WeasyPrint calls keeps some 25 kB of each letter for ever.
LIFE = 500
_LENGTH = struct.Struct(">I")
TRIAL = "<html lang=en-GB style='--brand: #000'><title>x</title><h1>Aé</h1><p>Letters <strong>of</strong> ours<table><tr><th>a<td>b</table>"


def main(seconds: int, room: int) -> None:
    """Draw what is ordered until the other end is closed, or until the letters have left too much behind."""
    line = socket.socket(fileno=os.dup(0))
    # A signal to the whole group is for the worker, which finishes its letter and then closes the line.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_worker, args=(line.fileno(),), daemon=True).start()
    for rendition in get_args(RenditionName):
        draw(TRIAL, rendition, {}, window=False)
    _look_for_garbage_less()
    at_first = _limit_room(room)
    send(line, json.dumps(READY).encode())
    for drawn in range(1, LIFE + 1):
        if (order := receive(line)) is None:
            return
        _limit_work(seconds)
        said, pdf = answer(**json.loads(order))
        said["last"] = drawn == LIFE or said.get("error") == TooCostly.__name__ or _size() > at_first + room // 4
        send(line, json.dumps(said).encode())
        send(line, pdf)
        if said["last"]:
            return


def order_for(html: str, rendition: RenditionName, pictures: Mapping[str, bytes], window: bool) -> bytes:
    """A page to be drawn, as the process reads it."""
    encoded = {address: base64.b64encode(picture).decode() for address, picture in pictures.items()}
    return json.dumps({"html": html, "rendition": rendition, "pictures": encoded, "window": window}).encode()


def send(line: socket.socket, words: bytes) -> None:
    """One message."""
    line.sendall(_LENGTH.pack(len(words)) + words)


def receive(line: socket.socket, until: float | None = None) -> bytes | None:
    """One message; None when the line has been closed. `TimeoutError` when it is not all there by `until`, on the steady clock."""
    head = _exactly(line, _LENGTH.size, until)
    return None if head is None else _exactly(line, _LENGTH.unpack(head)[0], until)


def _exactly(line: socket.socket, size: int, until: float | None) -> bytes | None:
    found = bytearray()
    while len(found) < size:
        if until is not None:
            line.settimeout(max(until - time.monotonic(), 0.001))
        part = line.recv(min(size - len(found), 1 << 20))
        if not part:
            return None
        found += part
    return bytes(found)


def answer(html: str, rendition: RenditionName, pictures: Mapping[str, str], window: bool) -> tuple[dict[str, Any], bytes]:
    """What is said of an order, and the PDF."""
    try:
        pdf, pages = draw(html, rendition, {address: base64.b64decode(one) for address, one in pictures.items()}, window=window)
    except LetterError as error:
        return {"error": type(error).__name__, "sentence": str(error)}, b""
    except MemoryError:
        return {"error": TooCostly.__name__, "sentence": "It took too much memory to draw. Shorten what it says."}, b""
    except Exception as error:
        # Where, and not what: words of the letter do not belong in a log.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
        return {"error": DrawingFault.__name__, "sentence": "The letter could not be drawn. Write it more simply.", "where": where}, b""
    return {"pages": pages}, pdf


def _look_for_garbage_less() -> None:
    """What is here now stays; a letter makes so many small things that looking among all of them took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def _limit_room(room: int) -> int:
    """No files, no traces, and no more memory than `room` above what is in use now; gives back what that is."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if now := _size():
        resource.setrlimit(resource.RLIMIT_AS, (now + room, now + room))
    return now


def _limit_work(seconds: int) -> None:
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, most))


def _size() -> int:
    """The bytes of addresses in use; 0 on systems that do not say, which do not hold such a limit either."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _end_with_the_worker(line: int) -> None:
    """A worker that was killed leaves nobody to draw for, even in the middle of a letter."""
    hung_up = select.poll()
    hung_up.register(line, 0)
    hung_up.poll()
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
