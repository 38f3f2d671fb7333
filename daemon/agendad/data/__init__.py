"""Where the shipped rule packs, templates and units lie: in the wheel beside this file, in a checkout at its top."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def rules_dir() -> Path:
    """The folder of the shipped rule packs, one folder a pack."""
    return _find("rules")


def templates_dir() -> Path:
    """The folder of the shipped mail templates."""
    return _find("templates")


def systemd_dir() -> Path:
    """The folder of the shipped systemd units: `user/` and `system/`."""
    return _find("systemd")


def _find(name: str) -> Path:
    packaged = _HERE / name
    return packaged if packaged.is_dir() else _HERE.parents[2] / name
