#!/bin/sh
# Finds a Python that is new enough and hands over to backend.setup. Knows nothing else.
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" -m backend.setup "$@"
    fi
done
echo "Caseway needs Python 3.11 or newer and found none: install it (on Debian or Ubuntu: apt-get install python3 python3-venv) and try again." >&2
exit 1
