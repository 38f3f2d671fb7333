"""The expressions in titles and notes (`Walk after {{ event.title }}`), filled in a sandbox.

`app/` makes one `Expressions` a cycle and hands its `render` to the engine. Jinja2 is imported only when a text holds
an expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.errors import AgendadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST: Final = 20_000
"""Characters that one rendered text may have; more is cut."""


class ExpressionError(AgendadError):
    """An expression that cannot be filled: wrong syntax, or a name that is not known here."""


class Expressions:
    """Renders texts with undefined names as errors; titles and other data are data, never template code."""

    def __init__(self) -> None:
        self._environment: ImmutableSandboxedEnvironment | None = None
        self._templates: dict[str, Template] = {}

    def render(self, text: str, context: Mapping[str, object]) -> str:
        """`text` with its expressions filled from `context`; raises ExpressionError."""
        from jinja2 import TemplateError

        try:
            if text not in self._templates:
                self._templates[text] = self._sandbox().from_string(text)
            return self._templates[text].render(context)[:LONGEST]
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ExpressionError(f"`{text.strip()[:60]}` cannot be filled: {error}") from None

    def _sandbox(self) -> ImmutableSandboxedEnvironment:
        if self._environment is None:
            from jinja2 import StrictUndefined
            from jinja2.sandbox import ImmutableSandboxedEnvironment

            self._environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        return self._environment
