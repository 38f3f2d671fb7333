"""What went wrong in a template, in words for the person who wrote it. Called by `expressions.py` and `letters.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateError, TemplateSyntaxError

from agendad.errors import AgendadError

if TYPE_CHECKING:
    from collections.abc import Iterable

RAISED: Final = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    SyntaxError,  # blocks nested more deeply than Python compiles
    RecursionError,
    AgendadError,  # a function of the context refuses its arguments
)
"""What template code can raise, from wrong syntax to a wrong argument of a filter."""

_NO_NAME: Final = re.compile(r"^'(\w+)' is undefined$")
_NO_FIELD: Final = re.compile(r"^'(?P<kind>.+?)(?: object)?' has no attribute '(?P<name>[^']*)'$")
_UNSAFE: Final = re.compile(r"^access to attribute '([^']*)' of .* object is unsafe\.$")
_MEANT: Final = re.compile(r"^(.*?); (did you mean `.*`\?)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` is that of the template from 1, 0 when it is not known; `word` is the name that is wrong, if it is one."""

    message: str
    hint: str = ""
    line: int = 0
    word: str = ""


def fault(error: BaseException, known: Iterable[str] = ()) -> Fault:
    """What an exception from template code says; `known` are the names that the template could use."""
    line = _line(error)
    if isinstance(error, AgendadError):
        return Fault(error.message, error.hint, line)
    if isinstance(error, RecursionError):
        return Fault("expressions are nested too deeply", line=line)
    if isinstance(error, SyntaxError):
        return Fault("blocks are nested too deeply", line=line)
    if isinstance(error, OverflowError):
        return Fault("the number is too large", line=line)
    text = (error.message if isinstance(error, TemplateError) else None) or str(error) or type(error).__name__
    if found := _NO_NAME.match(text):
        return Fault(f"there is no `{found[1]}` here", did_you_mean(found[1], known), line, found[1])
    if found := _NO_FIELD.match(text):
        return Fault(f"there is no `{found['name']}` in it", line=line, word=found["name"])
    if found := _UNSAFE.match(text):
        return Fault(f"`{found[1]}` is not available to templates", line=line, word=found[1])
    if found := _MEANT.match(text):
        return Fault(found[1], found[2], line)
    return Fault(text[:1].lower() + text[1:].rstrip("."), line=line)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest of the known names, or an empty one."""
    near = get_close_matches(word, sorted(known), 1)
    return f"did you mean `{near[0]}`?" if near else ""


def _line(error: BaseException) -> int:
    """The line of the template at which it happened: the innermost one."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
