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

    from agendad.drafting.sandbox import Sandbox

LONGEST: Final = 20_000
"""Characters that one rendered text may have; more is cut."""


class ExpressionError(AgendadError):
    """An expression that cannot be filled: wrong syntax, or a name that is not known here."""


class Expressions:
    """Renders texts with undefined names as errors; titles and other data are data, never template code."""

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None
        self._templates: dict[str, Template] = {}

    def render(self, text: str, context: Mapping[str, object]) -> str:
        """`text` with its expressions filled from `context`; raises ExpressionError."""
        from agendad.drafting.faults import RAISED, fault
        from agendad.drafting.sandbox import Sandbox

        if self._sandbox is None:
            self._sandbox = Sandbox()
        try:
            if text not in self._templates:
                self._templates[text] = self._sandbox.template(text)
            found = ""
            for piece in self._sandbox.run(self._templates[text], context):
                found += piece
                if len(found) >= LONGEST:
                    break
            return found[:LONGEST]
        except RAISED as error:
            wrong = fault(error, context)
            raise ExpressionError(f"`{text.strip()[:60]}` cannot be filled: {wrong.message}", hint=wrong.hint) from None
