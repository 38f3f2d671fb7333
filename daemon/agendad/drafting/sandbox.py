"""Where template code runs: it sees data and nothing else, and its work is counted.

One environment for titles and notes (`expressions.py`) and for letters (`letters.py`). The work is counted in steps and
characters, never in seconds, so that the same template ends in the same way on every machine. Not for two threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined, TemplateRuntimeError, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import Namespace
from markupsafe import Markup

from agendad.drafting.counting import counted_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2 import Template
    from jinja2.runtime import Context

WORK: Final = 300_000
"""Steps and characters that one text may take; a long letter takes about 5,000."""

DEEPEST: Final = 40
"""Calls inside calls."""

_LONGEST_RANGE: Final = 10_000
_MOST_BITS: Final = 256
_FILTERS: Final = (
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "groupby",
    "int",
    "last",
    "length",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "wordcount",
)
_METHODS: Final[tuple[tuple[type, frozenset[str]], ...]] = (
    (
        str,
        frozenset(
            {"capitalize", "endswith", "lower", "lstrip", "rstrip", "split", "startswith", "strip", "title", "upper"}
        ),
    ),
    (Mapping, frozenset({"get", "items", "keys", "values"})),
    (
        date,
        frozenset(
            {"date", "day", "hour", "isoformat", "isoweekday", "minute", "month", "strftime", "time", "weekday", "year"}
        ),
    ),
    (time, frozenset({"hour", "isoformat", "minute", "strftime"})),
    (timedelta, frozenset({"days", "seconds", "total_seconds"})),
    (
        LoopContext,
        frozenset(
            {
                "cycle",
                "depth",
                "first",
                "index",
                "index0",
                "last",
                "length",
                "nextitem",
                "previtem",
                "revindex",
                "revindex0",
            }
        ),
    ),
)


class TooMuch(TemplateRuntimeError):
    """The template would go on for too long, or make too much."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment with the filters of `words`; `show` and `keep` say what becomes of values (see `run`)."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(self) -> None:
        # What a template itself says is Markup; everything else that is put out is data and goes through `keep`.
        super().__init__(undefined=StrictUndefined, autoescape=True, optimized=False, finalize=_shown)
        own: dict[str, Callable[..., object]] = {"join": self._join, "replace": self._replace, "round": self._round}
        self.filters = {name: self._metered(FILTERS[name]) for name in _FILTERS}
        self.filters |= {name: self._metered(function) for name, function in own.items()}
        self.filters |= {"_counted": self.counted, "_tick": self.tick, "_weighed": self._weighed}
        self.filters["_concat"] = self.joined
        self.tests = dict(TESTS)
        self.globals = {"range": self._range, "namespace": Namespace}
        self._left = WORK
        self._depth = 0
        self.show: Callable[[object], str] = str
        self.keep: Callable[[str], str] = str

    def template(self, source: str) -> Template:
        """A template whose work is counted; raises TemplateSyntaxError and what else the compiler raises."""
        return self.from_string(counted_tree(self.parse(source), self))

    def add_filters(self, functions: Mapping[str, Callable[..., object]]) -> None:
        """Makes functions known as filters; their work is counted like that of all others."""
        self.filters |= {name: self._metered(function) for name, function in functions.items()}

    def run(
        self,
        template: Template,
        context: Mapping[str, object],
        *,
        show: Callable[[object], str] = str,
        keep: Callable[[str], str] = str,
    ) -> Iterator[str]:
        """The pieces of one text, plain: joined to markup by `+` a piece would be escaped.

        `show` gives the text of a value that is put out, `keep` what stands for a text that is data.
        """
        self._left, self._depth, self.show, self.keep = WORK, 0, show, keep
        for piece in template.root_render_func(template.new_context(dict(context))):
            yield str(piece)

    # ------------------------------------------------------------ values

    def put_out(self, value: object) -> Markup:
        """What stands in the text for a value."""
        if isinstance(value, Markup):
            self.tick(len(value))
            return value
        text = self.show(value)
        self.tick(len(text))
        return Markup(self.keep(text))  # noqa: S704 - markup is what the template says; `keep` has dealt with the data

    def joined(self, parts: Iterable[object]) -> str:
        """One text of several values: markup as soon as one of them is."""
        values = [part if isinstance(part, str) else self.show(part) for part in parts]
        self.tick(sum(map(len, values)))
        if any(isinstance(value, Markup) for value in values):
            return Markup("").join(self.put_out(value) for value in values)
        return "".join(values)

    # ------------------------------------------------------------ the meter

    def tick(self, steps: int) -> str:
        """Counts work; raises TooMuch."""
        self._left -= max(steps, 1)
        if self._left < 0:
            raise TooMuch("this takes more work than a text may")
        return ""

    def counted(self, items: Iterable[object]) -> Iterator[object]:
        """The items, each a step."""
        for item in items:
            self.tick(1)
            yield item

    def _weighed(self, value: object) -> object:
        if isinstance(value, Sized):
            self.tick(len(value) // 64)
        return value

    def _metered(self, function: Callable[..., object]) -> Callable[..., object]:
        """The filter, with what goes in and comes out counted."""
        place = 1 if hasattr(function, "jinja_pass_arg") else 0

        @wraps(function)
        def metered(*args: Any, **named: Any) -> object:
            given = list(args)
            if isinstance(given[place], Iterator):
                given[place] = self.counted(given[place])
            elif isinstance(given[place], Sized) and not isinstance(given[place], StrictUndefined):
                self.tick(len(given[place]) // 8)
            found = function(*given, **named)
            self.tick(len(found) if isinstance(found, str | list) else 1)
            return found

        return metered

    # ------------------------------------------------------------ what template code may do

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Fields of values and items of mappings, and a few methods that only look; no other method."""
        self.tick(1)
        if attr.startswith("_"):
            return False
        for kind, names in _METHODS:
            if isinstance(obj, kind):
                return attr in names
        if isinstance(obj, Namespace):
            return True
        return is_dataclass(obj) and not callable(value)

    def wrap_str_format(self, value: object) -> None:
        """No `format` of text: its widths know no bounds."""

    def call(self, context: Context, obj: Any, /, *args: Any, **named: Any) -> Any:
        """Calls what a template calls, at most `DEEPEST` deep."""
        self.tick(10)
        if isinstance(obj, LoopContext):
            args = (self.counted(args[0]), *args[1:])
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise TooMuch("calls are nested too deeply")
            return super().call(context, obj, *args, **named)
        finally:
            self._depth -= 1

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on small numbers, and texts joined or repeated."""
        self.tick(1)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self.joined((left, right))
        if operator == "%" and isinstance(left, str):
            raise SecurityError("text cannot be formatted with `%`")
        if operator in {"+", "*"}:
            sizes = [len(each) if isinstance(each, Sized) else abs(each) for each in (left, right) if _has_size(each)]
            if any(isinstance(each, Sized) for each in (left, right)) and len(sizes) == 2:
                self.tick(sizes[0] * sizes[1] if operator == "*" else sum(sizes))
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right
            if bits > _MOST_BITS:
                raise TooMuch("the number is too large")
        found = super().call_binop(context, operator, left, right)
        if isinstance(found, int) and found.bit_length() > _MOST_BITS:
            raise TooMuch("the number is too large")
        return found

    # ------------------------------------------------------------ filters and functions of jinja2 that know no bounds

    def _range(self, *bounds: int) -> range:
        found = range(*bounds)
        if len(found) > _LONGEST_RANGE:
            raise TooMuch(f"a range has at most {_LONGEST_RANGE} members")
        return found

    def _join(self, values: Iterable[object], separator: str = "", attribute: str | None = None) -> str:
        items = list(self.counted(values))
        if attribute is not None:
            items = [self.getitem(item, attribute) for item in items]
        parts = [part for item in items for part in (separator, item)]
        return self.joined(parts[1:])

    def _replace(self, text: str, old: str, new: str) -> str:
        if not old:
            raise ValueError("nothing cannot be replaced")
        parts = str(text).split(old)
        self.tick(len(text) + len(parts) * len(new))
        return new.join(parts)

    def _round(self, value: float, digits: int = 0) -> float:
        return round(value, max(-20, min(digits, 20)))


def _has_size(value: object) -> bool:
    return isinstance(value, Sized | int)


@pass_context  # it tells the compiler that constants cannot be put out at once either
def _shown(context: Context, value: object) -> str:
    sandbox = context.environment
    assert isinstance(sandbox, Sandbox)  # noqa: S101 - the only environment that has this function
    return sandbox.put_out(value)
