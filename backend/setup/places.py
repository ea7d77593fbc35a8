"""Where set-up keeps things. Knows folders; knows nothing of what is put in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The repository's root and the private folder `.caseway` inside it."""

    root: Path

    @property
    def home(self) -> Path:
        """Everything that set-up makes, out of git's sight."""
        return self.root / ".caseway"

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.home / "venv"

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        """One file for each process, and set-up's own."""
        return self.home / "logs"

    @property
    def stamps(self) -> Path:
        """What was done already, by content hash."""
        return self.home / "stamps"

    @property
    def register(self) -> Path:
        """What the present `./run` started."""
        return self.home / "running"

    @property
    def tests(self) -> Path:
        """What each present `./test` started, a folder each."""
        return self.home / "tests"

    @property
    def media(self) -> Path:
        """Uploaded files."""
        return self.home / "media"

    @property
    def frontend(self) -> Path:
        """The browser's code and its lock file."""
        return self.root / "backend" / "frontend"

    def lock_file(self, name: str) -> Path:
        """The pinned packages of one purpose: run, test, node, postgres, queue or uv."""
        return self.root / "requirements" / f"{name}.txt"

    def make(self) -> None:
        """Make the folders; what may hold personal data is closed to other users."""
        self.home.mkdir(exist_ok=True)
        for folder in (self.logs, self.stamps, self.tests, self.media):
            folder.mkdir(mode=0o700, exist_ok=True)


def here() -> Places:
    """The places of the clone that this file belongs to."""
    return Places(Path(__file__).resolve().parents[2])
