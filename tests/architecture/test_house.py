"""The house keeps its shape: imports run downhill, the code is clean, and nothing names what it must not."""

from __future__ import annotations

import ast
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from backend.setup.processes import site_processes

ROOT = Path(__file__).parents[2]
#: What tools make, by the last part of its path.
MADE = {".git", *(line.rstrip("/").rpartition("/")[2] for line in (ROOT / ".gitignore").read_text().split())}


def _files() -> Iterator[Path]:
    """Every file of ours, also where there is no git: somebody may have unpacked an archive."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in MADE]
        yield from (Path(folder) / name for name in names if not name.endswith(".pyc"))


FILES = sorted(_files())
TEXT = [path for path in FILES if path.suffix not in {".png"} and path.is_file()]
CODE = [
    path
    for path in TEXT
    if path.suffix == ".py" and path.parts[len(ROOT.parts)] in ("backend", "letters") and "migrations" not in path.parts
]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_imports_run_downhill() -> None:
    said = run("lint-imports", "--no-cache")
    assert said.returncode == 0, said.stdout


def test_ruff_finds_nothing() -> None:
    said = run("ruff", "check", "--no-cache", ".")
    assert said.returncode == 0, said.stdout
    assert run("ruff", "format", "--check", "--no-cache", ".").returncode == 0


def test_every_type_is_right() -> None:
    said = run("mypy", "backend", "letters")
    assert said.returncode == 0, said.stdout


def test_functions_and_files_are_small() -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in CODE for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]  # fmt: skip
    assert statistics.median(lengths) < 10
    assert sum(length < 30 for length in lengths) / len(lengths) >= 0.9
    sizes = [len(path.read_text().splitlines()) for path in CODE]
    assert sum(size < 300 for size in sizes) / len(sizes) >= 0.9 and max(sizes) <= 500


@pytest.mark.parametrize("words", [r"p[y]pi\.org", r"pythonh[o]sted", r"npm[j]s\.org", r"deb\.deb[i]an\.org", r"/w[o]rk/", r"/f[a]rm/"])
def test_no_file_names_a_registry_or_a_place_on_somebodys_machine(words: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in TEXT if re.search(words, path.read_text(errors="ignore"))]
    assert found == []


def test_nothing_third_party_is_committed() -> None:
    assert [path for path in FILES if re.search(r"(\.min\.(js|css)|\.woff2?|\.ttf|\.otf)$", path.name)] == []


def test_no_python_gives_a_diagrams_words_to_eval() -> None:
    called = {"eval", "exec", "compile"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in CODE for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in called
    ]  # fmt: skip
    assert found == []


def test_compose_runs_what_the_supervisor_runs() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert set(services) == {"postgres", "redis", "web", "worker", "letters", "beat"}
    for process in site_processes(bind="0.0.0.0:8000"):
        command = services[process.name]["command"].removesuffix('"')
        assert command.endswith(f"python -m django check_versions && exec {' '.join(process.words)}"), process.name


def test_compose_and_the_settings_speak_of_the_same_environment() -> None:
    asked = set(re.findall(r'environment\.\w+\("(\w+)"', (ROOT / "backend" / "settings.py").read_text()))
    given = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["x-caseway"]["environment"])
    docker = set(re.findall(r"(CASEWAY_\w+|DATABASE_URL|REDIS_URL)=", (ROOT / "Dockerfile").read_text()))
    readme = set(re.findall(r"`(CASEWAY_\w+)`", (ROOT / "README.md").read_text()))
    assert asked - given - docker <= readme
    assert given <= asked


def test_the_image_installs_the_packages_that_the_set_up_installs() -> None:
    from backend.setup.packages import packages_for_run

    dockerfile = (ROOT / "Dockerfile").read_text()
    assert [package.name for package in packages_for_run() if package.name not in dockerfile and "venv" not in package.name] == []
    assert f"python:{sys.version_info.major}." in dockerfile


def test_no_question_role_or_deadline_of_the_pack_is_written_in_python() -> None:
    """Labels of the baseline's questions, roles and promises stand in the pack alone."""
    import json

    pack = ROOT / "processes" / "baseline"
    labels = {
        q["label"] for path in (pack / "forms").glob("*.json") if path.stem != "report" for q in json.loads(path.read_text())["questions"]
    }
    labels -= {"Yes", "No", "How?", "Why?"}
    product = [path for path in CODE if "demo" not in path.parts]
    text = "\n".join(path.read_text() for path in product)
    assert [label for label in labels if f'"{label}"' in text] == []
    assert [role for role in ("housing-officer", "team-leader", "tenancy-compliance") if role in text] == []
