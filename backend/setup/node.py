"""Node and the browser's code: `npm ci` and `npm run build`, each only when its inputs changed."""

from __future__ import annotations

import os
import re
import shutil

from backend.setup.packages import setup_log
from backend.setup.places import Places
from backend.setup.steps import Progress, Stamps, answer_of, content_hash, run_quietly

OLDEST_NODE = 20
# No questions to the registry beyond the packages, and no cache left in the temporary folder.
QUIET = {"npm_config_audit": "false", "npm_config_fund": "false", "NODE_DISABLE_COMPILE_CACHE": "1"}


def machine_has_node() -> bool:
    """Whether a Node that is new enough, with npm, is on the PATH; if not, a wheel brings it."""
    found = re.match(r"v(\d+)\.", answer_of(["node", "--version"]))
    return found is not None and int(found[1]) >= OLDEST_NODE and shutil.which("npm") is not None


def ensure_frontend(places: Places, progress: Progress) -> None:
    """The browser's packages and the built code, if the clone has any."""
    if not (places.frontend / "package.json").exists():
        return
    stamps = Stamps(places.stamps)
    lock = content_hash(*(places.frontend / name for name in ("package.json", "package-lock.json", ".npmrc")))
    if not (stamps.unchanged("npm", lock) and (places.frontend / "node_modules").is_dir()):
        progress.say("Installing the browser's packages")
        npm(places, "ci")
        stamps.keep("npm", lock)
    sources = content_hash(lock, places.frontend)
    if not (stamps.unchanged("frontend", sources) and (places.frontend / "dist").is_dir()):
        progress.say("Building the browser's code")
        npm(places, "run", "build")
        stamps.keep("frontend", sources)


def npm(places: Places, *arguments: str) -> None:
    """One call of npm."""
    run_quietly(
        ["npm", *arguments],
        log=setup_log(places),
        failure=f"'npm {' '.join(arguments)}' failed in {places.frontend}.",
        env={**os.environ, **QUIET, "PATH": path_with_node(places)},
        cwd=places.frontend,
    )


def path_with_node(places: Places) -> str:
    """The PATH on which `node` and `npm` are found: the machine's, or else the wheel's in the virtual environment.

    Not the wheel's own `bin` folder: its `npm` is a link that became a file, and cannot find its library.
    """
    path = os.environ.get("PATH", os.defpath)
    return path if machine_has_node() else f"{places.venv / 'bin'}{os.pathsep}{path}"


def find_node(places: Places) -> str:
    """The Node that set-up uses, by its path; call it after the Python packages are there."""
    return shutil.which("node", path=path_with_node(places)) or "node"
