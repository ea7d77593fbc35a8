"""The product's own preparation: migrations, packs, demonstration data, static files; and its processes.

Meets the product only through Django commands. Does again only what changed inputs call for.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from backend.setup.addresses import page_opens
from backend.setup.children import Child
from backend.setup.packages import setup_log
from backend.setup.places import Places
from backend.setup.processes import site_processes
from backend.setup.register import Register, wait_until
from backend.setup.steps import Progress, Stamps, Stopped, content_hash, run_quietly, tail

# What a start of the product reads; when none of it changed, neither did the database's shape.
SOURCES = ("backend", "processes", "letters", "templates", "requirements/run.txt")
FIRST_PAGE_PATIENCE = 90.0


@dataclass(frozen=True)
class Site:
    """The product of this clone with the environment that it runs in."""

    places: Places
    env: Mapping[str, str]

    def django(self, *arguments: str) -> None:
        """One Django command, its output in the log."""
        run_quietly(
            [self.places.python, "-m", "django", *arguments],
            log=setup_log(self.places),
            failure=f"The command 'django {' '.join(arguments)}' failed.",
            env=self.env,
            cwd=self.places.root,
        )


def prepare(site: Site, given: str, progress: Progress) -> None:
    """Bring the database and the static files up to the code; `given` is the DATABASE_URL that the user set, if any.

    Our own database changes only through us. A given one may be emptied behind our back, so it is always looked at.
    """
    stamps = Stamps(site.places.stamps)
    sources = content_hash(*(site.places.root / name for name in SOURCES))
    if given or not stamps.unchanged("prepared", sources):
        stamps.drop("prepared")
        progress.say("Bringing the database up to date")
        site.django("migrate", "--noinput")
        progress.say("Loading the process packs")
        site.django("load_packs")
        site.django("check_versions")
        progress.say("Collecting static files")
        # What only the API's unused pages and the tests need stays out.
        site.django("collectstatic", "--noinput", "--ignore", "rest_framework", "--ignore", "test")
        load_demo(site, given, stamps, progress)
        if not given:
            stamps.keep("prepared", sources)


def load_demo(site: Site, given: str, stamps: Stamps, progress: Progress) -> None:
    """The demonstration data, once for each database."""
    name = f"demo-{content_hash(given)[:12]}" if given else "demo"
    if not stamps.unchanged(name, "loaded"):
        progress.say("Loading the demonstration")
        site.django("demo")
        stamps.keep(name, "loaded")


def site_children(site: Site, port: int, register: Register) -> list[Child]:
    """Web, workers and clock, not yet started."""
    return [
        Child(
            name=process.name,
            argv=[str(site.places.python), "-m", *process.words],
            env=site.env,
            cwd=site.places.root,
            logs=site.places.logs,
            register=register,
        )
        for process in site_processes(bind=f"127.0.0.1:{port}")
    ]


def ask_for_sign_ins(site: Site) -> subprocess.Popen[str]:
    """Begin to ask who can sign in, while the web server starts."""
    return subprocess.Popen(
        [site.places.python, "-m", "django", "demo", "--sign-ins"],
        env=site.env,
        cwd=site.places.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def wait_for_first_page(web: Child, url: str) -> None:
    """Wait until a person would see a page; stop with the log's end if that does not come."""
    wait_until(lambda: web.ended() or page_opens(url), FIRST_PAGE_PATIENCE)
    if web.ended() or not page_opens(url):
        raise Stopped(f"The first page did not open at {url}. The end of {web.log}:\n{tail(web.log)}")


def tell(url: str, asked: subprocess.Popen[str]) -> None:
    """Print where to look and who to be."""
    sign_ins = asked.communicate()[0].strip()
    print(f"\nCaseway is ready at {url}\n\n{sign_ins}\n\nCtrl-C stops it; its data stays.", flush=True)
