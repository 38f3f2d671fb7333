"""A word to the person that does not wait for `status`: a rule file cannot be taken up (`notice:` in agendad.yaml).

The daemon calls it once a problem: when what keeps newer rules from being taken up becomes another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agendad.service.journal import Journal

_PATIENCE: Final = 1.0
"""Seconds after which notify-send is not waited for any longer: the bus may have to start a server of notices first."""
_LONGEST: Final = 1000


class Notice(Protocol):
    """Tells the person something that does not wait until they ask."""

    def tell(self, summary: str, body: str) -> None:
        """One line, and more of it. Returns within about a second and never raises."""
        ...


class NoNotice:
    """`notice: none`."""

    def tell(self, summary: str, body: str) -> None:
        """Nothing."""


class DesktopNotice:
    """`notice: desktop`: by notify-send of libnotify (https://specifications.freedesktop.org/notification-spec/latest/).

    Where that cannot be used, the journal says so once.
    """

    def __init__(self, journal: Journal, environ: Mapping[str, str]) -> None:
        """`environ` names the PATH, and the bus of the desktop to notify-send."""
        self._journal = journal
        self._environ = environ
        self._said = False

    def tell(self, summary: str, body: str) -> None:
        """See Notice."""
        import html
        import shutil
        import subprocess

        command = shutil.which("notify-send", path=self._environ.get("PATH", ""))
        if command is None:
            self._fail("notify-send is not installed")
            return
        # It reads backslashes as escapes of C, and the server reads the body as markup.
        words = [_plain(summary), html.escape(_plain(body), quote=False).replace("\\", "\\\\")]
        try:
            done = subprocess.run(  # noqa: S603 - no shell; two words behind `--`
                [command, "--app-name=agendad", "--", *words],
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._fail("notify-send got no answer")
        except (OSError, ValueError):
            self._fail("notify-send cannot be started")
        else:
            if done.returncode:
                self._fail("notify-send finds no desktop")

    def _fail(self, why: str) -> None:
        if not self._said:
            self._said = True
            self._journal.note("warning", "notice", f"`notice: desktop` has no effect: {why}")


def open_notice(journal: Journal, environ: Mapping[str, str], *, desktop: bool) -> Notice:
    """The notices of the configuration (`Settings.desktop_notice`)."""
    return DesktopNotice(journal, environ) if desktop else NoNotice()


def _plain(text: str) -> str:
    """At most so many characters, and none of them a control."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text)[:_LONGEST]
