"""System packages: what letters need to be drawn, what Python needs for a virtual environment, a browser for tests.

Looks first and installs nothing that is there. Knows Debian's package names; elsewhere it says what is missing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.setup.places import Places
from backend.setup.steps import Progress, Stopped, answer_of, run_quietly

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


@dataclass(frozen=True)
class Package:
    """A Debian package, what it is for, and how to see that it is not needed."""

    name: str
    purpose: str
    present: Callable[[], bool]
    optional: bool = False


def library(soname: str, plain: str) -> Callable[[], bool]:
    """Whether a shared library can be loaded."""

    def present() -> bool:
        try:
            ctypes.CDLL(soname)
        except OSError:
            return ctypes.util.find_library(plain) is not None
        return True

    return present


def font(*families: str) -> Callable[[], bool]:
    """Whether all these font families are installed."""
    return lambda: all(family in FontList.text() or file_of(family) for family in families)


class FontList:
    """What `fc-list` says, asked once."""

    said: str | None = None

    @classmethod
    def text(cls) -> str:
        """All families, or nothing where there is no `fc-list`."""
        if cls.said is None:
            cls.said = answer_of(["fc-list", ":", "family"])
        return cls.said


def file_of(family: str) -> bool:
    """Whether a font file is named after the family, for machines without `fc-list`."""
    pattern = f"{family.replace(' ', '')}-Regular.*"
    return any(next(Path(folder).expanduser().rglob(pattern), None) for folder in FONT_FOLDERS)


def venv_package() -> str:
    """Debian's package that lets this very Python make a virtual environment."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    usual = answer_of(["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return "python3-venv" if version == usual else f"python{version}-venv"


def can_make_venv() -> bool:
    """Whether this Python has what a virtual environment with pip takes; Debian splits it off."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def find_browser() -> str | None:
    """The Chromium that the tests drive: the one named in CASEWAY_CHROMIUM, else one on the PATH."""
    names = (os.environ.get("CASEWAY_CHROMIUM") or "", *BROWSERS)
    found = (path for name in names if name and (path := shutil.which(name)))
    # Ubuntu's package is a script that only says where else to find the browser.
    return next((path for path in found if answer_of([path, "--version"])), None)


def packages_for_run() -> list[Package]:
    """What `./run` needs from the system."""
    return [
        Package("python3-venv", "the virtual environment", can_make_venv),
        Package("libpango-1.0-0", "letters", library("libpango-1.0.so.0", "pango-1.0")),
        Package("libpangoft2-1.0-0", "letters", library("libpangoft2-1.0.so.0", "pangoft2-1.0")),
        Package("libharfbuzz-subset0", "letters", library("libharfbuzz-subset.so.0", "harfbuzz-subset"), True),
        Package("fonts-liberation", "letters", font("Liberation Sans", "Liberation Serif")),
        Package("fonts-dejavu-core", "letters", font("DejaVu Sans")),
        Package("fonts-noto-core", "letters in Urdu and Arabic", font("Noto Sans", "Noto Naskh Arabic")),
        Package("poppler-utils", "looking at letters before GOV.UK Notify does", lambda: shutil.which("pdftotext") is not None),
    ]


def packages_for_tests() -> list[Package]:
    """What `./test` needs from the system; without a browser it can do most of its work."""
    browser = Package("chromium", "journeys through a browser", lambda: find_browser() is not None, optional=True)
    return [*packages_for_run(), browser]


def ensure_packages(places: Places, progress: Progress, packages: list[Package]) -> None:
    """Have all the packages that are not optional, or stop and say what to install."""
    missing = [package for package in packages if not package.present()]
    needed = [package for package in missing if not package.optional]
    if not needed:
        return
    names = [venv_package() if package.name == "python3-venv" else package.name for package in missing]
    if not (is_debian() and os.geteuid() == 0):
        raise Stopped(how_to_install(needed, names))
    install(names, {package.name for package in missing if package.optional}, places, progress)
    FontList.said = None
    still = [package.name for package in needed if not package.present()]
    if still:
        raise Stopped(f"These packages were installed and still cannot be used: {' '.join(still)}. Reinstall them.")


def how_to_install(needed: list[Package], names: list[str]) -> str:
    """The one line for a person who must install packages."""
    if is_debian():
        return f"Caseway needs system packages. Please run this line, then try again:\n  {apt_line(names)}"
    purposes = "; ".join(f"{package.name} ({package.purpose})" for package in needed)
    return f"Caseway needs what Debian calls {purposes}: install it with this system's package manager, then try again."


def apt_line(names: list[str]) -> str:
    """What to type."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(names)}"


def is_debian() -> bool:
    """Debian or one of its descendants."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg") is not None


def install(names: list[str], optional: set[str], places: Places, progress: Progress) -> None:
    """Install packages with apt, fetching the lists first where they are old or not there."""
    progress.say(f"Installing system packages: {' '.join(names)}")
    try:
        apt_install([name for name in names if name not in optional or is_known(name)], places)
    except Stopped:
        progress.say("Fetching the package lists first")
        run_quietly(["apt-get", "-q", "update"], log=setup_log(places), failure=failure(names), env=apt_environment())
        apt_install([name for name in names if name not in optional or is_known(name)], places)


def apt_install(names: list[str], places: Places) -> None:
    """One call of apt; it waits for another that is running."""
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", *names]
    run_quietly(command, log=setup_log(places), failure=failure(names), env=apt_environment())


def is_known(name: str) -> bool:
    """Whether this release of Debian or Ubuntu has the package at all."""
    return bool(answer_of(["apt-cache", "show", "--no-all-versions", name]))


def failure(names: list[str]) -> str:
    """What to say when apt fails."""
    return f"apt could not install system packages; run '{apt_line(names)}' to see why, then try again."


def apt_environment() -> dict[str, str]:
    """Never ask anything."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def setup_log(places: Places) -> Path:
    """The log of everything that set-up runs."""
    return places.logs / "setup.log"


def ensure_browser(places: Places, progress: Progress) -> str | None:
    """The browser for the tests; None, loudly, where none can be had. Under CI that stops the run."""
    if not find_browser() and is_debian() and os.geteuid() == 0:
        try:
            install(["chromium"], set(), places, progress)
        except Stopped as stopped:
            progress.warn(str(stopped))
    browser = find_browser()
    if browser is None:
        says_no_browser(progress)
    return browser


def says_no_browser(progress: Progress) -> None:
    """Loud for a person, fatal for CI: journeys that are skipped there would never be run anywhere."""
    sentence = f"No Chromium was found, and the journeys through a browser need it: {apt_line(['chromium'])}"
    if os.environ.get("CI") == "true":
        raise Stopped(sentence)
    progress.warn(f"{sentence}. They are SKIPPED.")
