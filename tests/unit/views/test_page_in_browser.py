"""The page in a real browser: it is drawn, in both schemes and on paper, and the browser has nothing to complain of."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest
from views_sample import at, days, event, fields, sample_sheet, sheet_of

from agendad.model.calendar import Event, EventFields
from agendad.views.html import page

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt install chromium)")

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
DARK = "--blink-settings=preferredColorScheme=0"


def browse(folder: Path, html: str, *flags: str) -> str:
    """Opens the page in a browser of its own; what the page's console said."""
    file = folder / "week.html"
    file.write_text(html, "utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, profile, *flags, file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def picture(folder: Path, html: str, size: str, *flags: str) -> tuple[str, int, str]:
    """The colour of the top left corner, how many lines of pixels differ, and what the console said."""
    file = folder / "week.png"
    said = browse(folder, html, f"--screenshot={file}", f"--window-size={size}", *flags)
    data = file.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    packed, at_byte = b"", 8
    while at_byte < len(data):  # PNG: length, type, data, checksum
        (length,) = struct.unpack(">I", data[at_byte : at_byte + 4])
        if data[at_byte + 4 : at_byte + 8] == b"IDAT":
            packed += data[at_byte + 8 : at_byte + 8 + length]
        at_byte += length + 12
    raw = zlib.decompress(packed)
    stride = width * channels + 1
    lines = {raw[row * stride : (row + 1) * stride] for row in range(height)}
    return f"#{raw[1:4].hex()}", len(lines), said  # the first pixel is stored as it is under every filter


@pytest.mark.parametrize(
    ("flags", "size", "ground"),
    [((), "1440,1200", "#f5f6f8"), ((DARK,), "1440,1200", "#10141a"), ((), "500,1200", "#f5f6f8")],
    ids=["light", "dark", "phone"],
)
def test_the_week_is_drawn_without_a_complaint(tmp_path: Path, flags: tuple[str, ...], size: str, ground: str) -> None:
    corner, different, said = picture(tmp_path, page(sample_sheet()), size, *flags)
    assert said == ""
    assert corner == ground
    assert different > 250


def test_the_browser_would_have_told_of_a_request(tmp_path: Path) -> None:
    """The policy of the page is in force: the console complains when something is asked from outside."""
    tampered = page(sample_sheet()).replace("<main>", '<img src="https://example.invalid/x.png"><main>')
    *_, said = picture(tmp_path, tampered, "800,600")
    assert "Content Security Policy" in said


@pytest.mark.parametrize("crowded", [False, True], ids=["usual", "around the clock"])
def test_paper_has_one_page_a_week_and_one_for_the_summary(tmp_path: Path, crowded: bool) -> None:
    html = page(sample_sheet(weeks=3))
    if crowded:
        fairs = [event(days(f"Fair {n}", 0, 21)) for n in range(8)]
        nights = [
            Event("personal", f"n{n}", EventFields("Night", at(7 * n, "00:00"), at(7 * n, "24:00"))) for n in range(3)
        ]
        html = page(sheet_of(*fairs, *nights, event(fields("Early", 0, "00:15-01:00")), days_shown=21))
    paper = tmp_path / "week.pdf"
    said = browse(tmp_path, html, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    assert said == ""
    data = paper.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 4
    boxes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", data)}
    assert boxes == {(0, 0, 842, 595)}
