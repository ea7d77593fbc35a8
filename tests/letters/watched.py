"""Draws pages in a process that notes every file, connection and program that drawing asks Python for: a page a line comes in as
JSON, what became of it and what was asked for goes out. The audit hook cannot be taken away again, so it has a process of its own."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import letters
from letters import press

_WATCHED = (
    "open",
    "socket.",
    "subprocess.",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.system",
    "os.listdir",
    "os.scandir",
    "urllib.",
    "ftplib.",
)
#: Python's own modules, which it may load late; and what it draws with.
_OURS = tuple(str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, Path(letters.__file__).parent))
seen: list[str] = []
listening = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if listening and event.startswith(_WATCHED) and not str(args[0] if args else "").startswith(_OURS):
        seen.append(f"{event} {args!r:.200}")


def main() -> None:
    global listening
    press.answer(press.TRIAL, "accessible", {}, window=False)
    tempfile.gettempdir()  # Python tries once which folder it may write to
    sys.addaudithook(_hook)
    for line in sys.stdin:
        seen.clear()
        listening = True
        said, _ = press.answer(json.loads(line), "accessible", {}, window=False)
        listening = False
        print(json.dumps({**said, "asked": seen}), flush=True)


if __name__ == "__main__":
    main()
