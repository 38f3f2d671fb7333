"""Draws `before-after.png`: the working days of the example's week without agendad, and with it.

    make picture

The example is the one of `agendad demo`, as it is on a fixed Monday; both halves are what `agendad plan --html` writes.
Chromium takes the picture (`CHROMIUM=...` names another one), so that fonts may differ from machine to machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURE = Path(__file__).with_name("before-after.png")
NOW = "2026-11-23T06:00"
DAYS = ("2026-11-23", "2026-11-27")
WIDTH, HEIGHT = 1600, 748
LOOKS = """
body { padding: 1.1rem 1.25rem; width: 1600px }
.halves { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; max-width: none }
.halves h1 { font-size: 1.25rem; margin-bottom: .6rem }
.week { margin: 0 } .week h2 { display: none }
.cal { grid-template-columns: var(--gutter) repeat(5, minmax(0, 1fr)) }
.cal > [style*="grid-column:7"], .cal > [style*="grid-column:8"], .now { display: none }
.head.today b { color: inherit }
:root { --minute: .76px }
"""


def main() -> None:
    """Makes the example, draws its week twice, and lets the browser take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder, "demo")
        agendad("demo", str(demo))
        after = week(demo)
        agendad("purge", "--yes", "--config", str(demo))
        for path in (demo / "rules").iterdir():
            path.unlink()
        configuration = demo / "agendad.yaml"
        configuration.write_text(configuration.read_text("utf-8").partition("\ncategories:")[0] + "\n", "utf-8")
        page = Path(folder, "page.html")
        page.write_text(beside(week(demo), after), "utf-8")
        take(page, Path(folder))
    print(f"wrote {PICTURE}")


def agendad(*words: str) -> None:
    """One command at the fixed moment."""
    subprocess.run(
        [sys.executable, "-m", "agendad", *words, "--quiet", "--now", NOW], check=True, stdout=subprocess.DEVNULL
    )


def week(demo: Path) -> str:
    """The page of the week as it stands."""
    page = demo / "plan.html"
    agendad("plan", "--config", str(demo), "--from", DAYS[0], "--to", DAYS[1], "--html", str(page))
    return page.read_text("utf-8")


def beside(before: str, after: str) -> str:
    """One page with the week of both."""
    head = after.partition("</style>")[0] + LOOKS + "</style>\n</head>\n"
    body = after.partition("</head>\n")[2].partition('<header class="masthead">')[0]
    halves = [
        f"<div><h1>{title}</h1>{only_week(page)}</div>"
        for title, page in (("Before", before), ("With agendad and the starter pack", after))
    ]
    return f'{head}{body}<main class="halves">{"".join(halves)}</main>\n</body>\n</html>\n'


def only_week(page: str) -> str:
    """The grid of a page, without what is below it."""
    found = re.search(r'<section class="week".*?(?=<(?:div class="summary|section class="card))', page, re.DOTALL)
    assert found is not None
    return found[0]


def take(page: Path, folder: Path) -> None:
    """A screenshot of the page; the browser has its profile in the folder, too."""
    browser = os.environ.get("CHROMIUM", "chromium")
    flags = ["--headless", "--hide-scrollbars", "--disable-gpu", f"--user-data-dir={folder}/profile"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to run as root with one
    size = f"--window-size={WIDTH},{HEIGHT}"
    subprocess.run([browser, *flags, size, f"--screenshot={PICTURE}", page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()
