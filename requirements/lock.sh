#!/bin/sh
# Makes the lock files anew from pyproject.toml. Needs uv (the one in .caseway/venv will do).
# --upgrade as an argument takes newer versions; without it pinned versions stay where they can.
CDPATH= cd -- "$(dirname -- "$0")/.." || exit 1
uv=${UV:-.caseway/venv/bin/uv}
lock() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}
lock pyproject.toml -o requirements/run.txt "$@" || exit 1
lock pyproject.toml --extra test -c requirements/run.txt -o requirements/test.txt "$@" || exit 1
for name in node postgres queue uv; do
    python3 - "$name" <<'EOF' | lock - -c requirements/run.txt -o "requirements/$name.txt" "$@" || exit 1
import sys, tomllib
print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]]))
EOF
done
