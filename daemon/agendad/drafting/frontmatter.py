"""A template file: its front matter and its body, with the lines they stand in. Called by `letters.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agendad.drafting.faults import Fault, did_you_mean
from agendad.drafting.tokens import without_tokens

_KEYS: Final = ("subject", "language")
_FENCE: Final = re.compile(r"---[ \t]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_EXAMPLE: Final = 'begin the file with three lines: `---`, `subject: "Thank you"`, `---`'


@dataclass(frozen=True, slots=True)
class Sheet:
    """`body_line` is the number of lines before the body; `language` that in which the file is written, if it says."""

    subject: str
    body: str
    subject_line: int
    body_line: int
    language: str = ""


def read_sheet(source: str) -> tuple[Sheet | None, tuple[Fault, ...]]:
    """The parts of a template file, None when it has no usable front matter; and every problem, by line."""
    lines = without_tokens(source.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ends = next((number for number, line in enumerate(lines[1:], 1) if _FENCE.fullmatch(line)), None)
    if not _FENCE.fullmatch(lines[0]):
        return None, (Fault("the template has no front matter", _EXAMPLE, 1),)
    if ends is None:
        return None, (Fault("the front matter has no end", "close it with a line `---` before the text", 1),)
    values, faults = _values("\n".join(lines[1:ends]))
    subject, line = values.get("subject", ("", 0))
    if "subject" not in values and not any(_is_subject(each.word) for each in faults):
        faults.append(Fault("the front matter has no `subject`", 'add a line `subject: "..."`', 1))
    language, where = values.get("language", ("", 0))
    if language and not _LANGUAGE.fullmatch(language):
        faults.append(Fault(f"`{language}` is not the tag of a language", "write for example `fr`", where, language))
    if faults or "subject" not in values:
        return None, tuple(sorted(faults, key=lambda each: each.line))
    body = "\n".join(lines[ends + 1 :])
    return Sheet(subject, body, line, ends + 1, language), ()


def _is_subject(word: str) -> bool:
    """Whether a problem with this word is what became of the subject; one without a word is about all of it."""
    return not word or bool(did_you_mean(word, ["subject"]))


def _values(text: str) -> tuple[dict[str, tuple[str, int]], list[Fault]]:
    """Text and line by key. The front matter begins on the second line of the file."""
    import yaml

    faults: list[Fault] = []
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        hint = "put the whole text in quotes"
        return {}, [Fault(f"the front matter cannot be read: {problem}", hint, (mark.line if mark else 0) + 2)]
    values: dict[str, tuple[str, int]] = {}
    if root is None:
        return values, faults
    if not isinstance(root, yaml.MappingNode):
        return values, [Fault("the front matter is no list of `key: value` lines", _EXAMPLE, root.start_mark.line + 2)]
    for key, value in root.value:
        name, line = str(key.value), key.start_mark.line + 2
        if name.startswith("x-"):
            continue
        if name not in _KEYS:
            hint = did_you_mean(name, _KEYS) or "the keys are `subject` and `language`"
            faults.append(Fault(f"unknown key `{name}` in the front matter", hint, line, name))
        elif name in values:
            faults.append(Fault(f"`{name}` is given twice", line=line, word=name))
        elif not isinstance(value, yaml.ScalarNode):
            hint = "put the whole text in quotes"
            faults.append(Fault(f"`{name}` is no text", hint, value.start_mark.line + 2, name))
        elif not value.value.strip():
            faults.append(Fault(f"`{name}` is empty", "write it behind the colon", line, name))
        else:
            values[name] = (str(value.value), value.start_mark.line + 2)
    return values, faults
