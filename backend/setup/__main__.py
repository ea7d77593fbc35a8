"""The door of set-up: `python -m backend.setup run|test|bench`. Knows the arguments and how to say what failed."""

from __future__ import annotations

import argparse
import sys

from backend.setup.places import here
from backend.setup.run import run
from backend.setup.steps import Stopped
from backend.setup.throwaway import bench, test


def main(arguments: list[str]) -> int:
    """Do what is asked; a plain sentence and 1 where that cannot be."""
    try:
        return dispatch(arguments)
    except Stopped as stopped:
        print(f"{stopped}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"This user may not use {error.filename}: run this as the user who owns the clone.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The machine refused: {error}. Mend that and try again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def dispatch(arguments: list[str]) -> int:
    """Choose among the three commands."""
    command, rest = (arguments or ["run"])[0], arguments[1:]
    if command == "test":
        return test(here(), rest)
    if command == "bench":
        return bench(here(), rest)
    given = run_arguments(rest)
    return run(here(), port=given.port, fresh=given.fresh)


def run_arguments(arguments: list[str]) -> argparse.Namespace:
    """What may be said after `./run`."""
    parser = argparse.ArgumentParser(prog="./run", description="Sets everything up and runs Caseway until Ctrl-C.")
    parser.add_argument("--port", type=port_number, default=8000, help="where the site listens on this machine")
    parser.add_argument("--fresh", action="store_true", help="start over: remove the database and the uploads first")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """A port between 1 and 65535."""
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number between 1 and 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
