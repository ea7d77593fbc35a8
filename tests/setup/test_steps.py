"""Stamps, secrets, lock files and the list of processes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.setup import packages
from backend.setup.environment import secret_key, site_environment
from backend.setup.packages import Package, ensure_packages, says_no_browser
from backend.setup.places import Places, here
from backend.setup.processes import site_processes
from backend.setup.steps import Progress, Stamps, Stopped, content_hash, run_quietly

LOCK_FILES = sorted((here().root / "requirements").glob("*.txt"))


def test_a_step_is_done_again_only_when_its_inputs_changed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    stamps = Stamps(tmp_path / "stamps")
    assert not stamps.unchanged("build", content_hash(source))
    stamps.keep("build", content_hash(source))
    assert stamps.unchanged("build", content_hash(source))
    source.write_text("two")
    assert not stamps.unchanged("build", content_hash(source))


def test_what_tools_make_is_not_an_input(tmp_path: Path) -> None:
    before = content_hash(tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").touch()
    assert content_hash(tmp_path) == before


def test_a_command_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"It failed\.(.|\n)*no such package"):
        run_quietly(["sh", "-c", "echo no such package; exit 3"], log=tmp_path / "log", failure="It failed.")


def test_the_secret_is_kept_and_private(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert secret_key(tmp_path) == key
    assert len(key) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_a_power_cut_emptied_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    assert secret_key(tmp_path)


def test_the_environment_names_what_the_product_reads(places: Places) -> None:
    env = site_environment(places, database="postgres://x", queue="unix:///x", home=places.home, demo=True)
    assert env["DJANGO_SETTINGS_MODULE"] == "backend.settings"
    assert (env["DATABASE_URL"], env["REDIS_URL"], env["CASEWAY_DEMO"]) == ("postgres://x", "unix:///x", "1")
    assert env["CASEWAY_HOSTS"] == "localhost,127.0.0.1"


def test_letters_have_a_worker_of_their_own() -> None:
    queues = [process.arguments for process in site_processes(bind="x") if "-Q" in process.arguments]
    assert [words[words.index("-Q") + 1] for words in queues] == ["default", "letters"]


def test_missing_packages_are_named_in_one_line_to_who_may_not_install_them(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Package("libpango-1.0-0", "letters", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(packages, "is_debian", lambda: True)
    with pytest.raises(Stopped, match=r"sudo apt-get install -y --no-install-recommends libpango-1\.0-0$"):
        ensure_packages(places, Progress(), [missing])


def test_no_browser_is_a_failure_for_ci_and_loud_for_a_person(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("CI", raising=False)
    says_no_browser(Progress())
    assert "SKIPPED" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Stopped, match="No Chromium"):
        says_no_browser(Progress())


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.name)
def test_a_lock_file_has_a_hash_for_every_package_and_names_no_host(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^[a-z0-9-]+==\S+(?! *;)[^\\]*$", text, re.MULTILINE)


def test_the_browsers_lock_file_names_no_host() -> None:
    text = (here().frontend / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text
