"""Verdicts of rule tests as lines for a person, and as JUnit XML for a build server. Called by `agendad test`."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from agendad.model.ruletest import Difference, Verdict

_WIDEST: Final = 100
_NOT_XML: Final = re.compile("[^\t\n\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
_GREEN, _RED, _PLAIN = "\033[32m", "\033[1;31m", "\033[0m"


def verdict_lines(verdict: Verdict, *, colour: bool) -> str:
    """One line a test, and below a failed one what was wanted, what came and why."""
    word = "ok    " if verdict.passed else "FAILED"
    painted = f"{_GREEN if verdict.passed else _RED}{word}{_PLAIN}" if colour else word
    lines = [f"  {painted}  {verdict.name}"]
    lines += [f"          {line}" for line in failure_lines(verdict)]
    return "\n".join(lines)


def failure_lines(verdict: Verdict) -> Iterator[str]:
    """What is wrong with a failed test; nothing for one that passed."""
    if verdict.trouble:
        yield f"cannot be judged: {verdict.trouble}"
    if verdict.hint:
        yield f"  help: {verdict.hint}"
    for difference in verdict.differences:
        yield from _difference(difference)


def summary(verdicts: Sequence[Verdict]) -> str:
    """`12 tests, 1 failed`."""
    failed = sum(not verdict.passed for verdict in verdicts)
    count = f"{len(verdicts)} test{'s' * (len(verdicts) != 1)}"
    return f"{count}, {failed} failed" if failed else f"{count}, all passed"


def _difference(found: Difference) -> Iterator[str]:
    kind = {"skipped": "skipped occurrence"}.get(found.what, found.what)
    if found.wanted and found.came:
        yield f"another {kind} of `{found.rule}` came"
        for name, wanted, came in found.parts:
            yield f"  {name:<9} wanted {_short(wanted)}"
            yield f"            came   {_short(came) or 'nothing'}"
    elif found.wanted:
        yield f"no {kind} of `{found.rule}` came"
        yield f"  wanted    {_short(found.wanted)}"
    else:
        yield f"a {kind} of `{found.rule}` came that was not wanted"
        yield f"  came      {_short(found.came)}"
    for number, sentence in enumerate(found.why):
        yield f"  {'why' if not number else '':<9} {_short(sentence)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 3]}..."


def junit(verdicts: Iterable[Verdict], broken: Iterable[tuple[str, str]] = ()) -> bytes:
    """JUnit XML, a suite a file; `broken` are files that could not be read, each with its problems as text.

    Times are zero, so that the same tests give the same file.
    """
    from xml.etree.ElementTree import Element, ElementTree, SubElement, indent, tostring

    root = Element("testsuites", name="agendad test")
    for file, found in groupby(verdicts, key=lambda verdict: verdict.file):
        tests = list(found)
        failed = sum(not verdict.passed for verdict in tests)
        suite = _suite(root, file, len(tests), failures=failed)
        for verdict in tests:
            case = _case(suite, file, verdict.name)
            if not verdict.passed:
                lines = list(failure_lines(verdict))
                SubElement(case, "failure", message=_xml(lines[0])).text = _xml("\n".join(lines))
    for file, text in broken:
        suite = _suite(root, file, 1, errors=1)
        SubElement(_case(suite, file, file), "error", message="the file cannot be read").text = _xml(text)
    indent(ElementTree(root))
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _suite(root: Element, file: str, tests: int, *, failures: int = 0, errors: int = 0) -> Element:
    from xml.etree.ElementTree import SubElement

    counts = {"tests": tests, "failures": failures, "errors": errors, "time": 0}
    return SubElement(root, "testsuite", {"name": _xml(file), **{name: str(count) for name, count in counts.items()}})


def _case(suite: Element, file: str, name: str) -> Element:
    from xml.etree.ElementTree import SubElement

    return SubElement(suite, "testcase", {"classname": _xml(file), "name": _xml(name), "time": "0"})


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold, not even escaped."""
    return _NOT_XML.sub("\ufffd", text)
