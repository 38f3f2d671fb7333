"""The content lines of vCards: unfolding, parameters, escapes and encodings. Called by `vcard.py`.

RFC 6350, 3.2 to 3.4 (4.0), RFC 2426 (3.0), and the quoted-printable lines of 2.1. The line reader of icalendar is not
used, because it keeps only the last of two `TYPE` parameters and unescapes a list before it can be split.
"""

from __future__ import annotations

import quopri
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agendad.providers.people.card import decoded

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

# [group "."] name *(";" parameter) ":" value
_NAME: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)(?=[;:])")
_PARAMETERS: Final = re.compile(r'((?:;(?:"[^"]*"|[^":;])*)*):')
_PARAMETER: Final = re.compile(r';((?:"[^"]*"|[^";])*)')
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_PART: Final = {sep: re.compile(rf"((?:\\.|[^\\{sep}])*)(?:{sep}|$)", re.DOTALL) for sep in ",;"}
_ENCODINGS: Final = frozenset(("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"))
_FIRST: Final = 1
_LAST: Final = 101  # behind the PREF of RFC 6350, 5.3: 1 to 100


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: its name in capitals, its parameters by name, its value with its escapes, and where it begins.

    The name of a line that cannot be read is empty.
    """

    line: int
    name: str = ""
    value: str = ""
    parameters: dict[str, list[str]] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """The preference: the lower, the more it is meant to be used."""
        if "pref" in self.parameters.get("TYPE", ()):
            return _FIRST
        number = next(iter(self.parameters.get("PREF", ())), "")
        return int(number) if number.isascii() and number.isdigit() and len(number) <= 3 else _LAST

    def text(self) -> str:
        """The value as text."""
        return _ESCAPE.sub(_meant, self.value)

    def parts(self, separator: str) -> list[str]:
        """The texts of a value that is a list, separated by commas or semicolons."""
        return [_ESCAPE.sub(_meant, part) for part in _PART[separator].findall(self.value)]


def content_lines(text: str, wanted: Container[str]) -> Iterator[ContentLine]:
    """The wanted properties, and the lines that are no property; what is not wanted costs next to nothing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    continues = False  # whether the line before goes on in the next one, by the soft line break of 2.1
    while at < len(lines):
        first, begins = lines[at], at + 1
        at += 1
        soft, continues = continues, first.endswith("=")
        named = _NAME.match(first)
        if named is None:
            if not soft and first.strip() and first[0] not in " \t":
                yield ContentLine(begins)
            continue
        if (name := named[1].upper()) not in wanted:
            continue  # its folded lines begin with white space and are passed over as well
        while at < len(lines) and lines[at][:1] in {" ", "\t"}:
            first += lines[at][1:]
            at += 1
        head = _PARAMETERS.match(first, named.end())
        if head is None:
            yield ContentLine(begins)
            continue
        parameters, value = _parameters(head[1]), first[head.end() :]
        if "quoted-printable" in parameters.get("ENCODING", ()):
            while value.endswith("=") and at < len(lines):
                value += f"\n{lines[at]}"
                at += 1
            value = _unquoted(value, parameters)
        continues = False
        yield ContentLine(begins, name, value, parameters)


def _parameters(text: str) -> dict[str, list[str]]:
    """Parameters by name in capitals, values in small letters; a bare word (2.1) is a type, or an encoding."""
    found: dict[str, list[str]] = {}
    for each in _PARAMETER.findall(text) if text else ():
        name, equals, value = each.partition("=")
        if not equals:
            name, value = ("ENCODING" if name.upper() in _ENCODINGS else "TYPE"), name
        found.setdefault(name.strip().upper(), []).extend(value.replace('"', "").lower().split(","))
    return found


def _unquoted(value: str, parameters: dict[str, list[str]]) -> str:
    """The text of a quoted-printable value in its character set, UTF-8 unless it says otherwise."""
    data = quopri.decodestring(value.encode())
    try:
        return data.decode(next(iter(parameters.get("CHARSET", ())), "utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decoded(data)


def _meant(escape: re.Match[str]) -> str:
    return "\n" if escape[1] in "nN" else escape[1]
