"""Golden files of the views: compared, or written again with `AGENDAD_UPDATE_GOLDEN=1 pytest tests/unit/views`."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "views"


def assert_golden(name: str, text: str) -> None:
    """The text is that of the file, to the byte."""
    file = GOLDEN / name
    if os.environ.get("AGENDAD_UPDATE_GOLDEN"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"differs from {file}"
