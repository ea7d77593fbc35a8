"""WeasyPrint the plain way: pages come in as a list a line, the seconds that each took go out."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    from weasyprint import HTML

    for line in sys.stdin:
        took = []
        for page in json.loads(line):
            started = time.perf_counter()
            HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
            took.append(time.perf_counter() - started)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
