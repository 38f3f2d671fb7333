"""The closed grammar of every text value of the rule language; called by the reader of rules and configuration.

Each `parse_*` takes the text of one scalar and gives a value of the model, or raises GrammarError with the place of
the fault and the likely correction. Nothing here knows YAML, fields or files.
"""

from __future__ import annotations

from agendad.rules.amounts import parse_days, parse_hours, parse_percent, parse_span, parse_target
from agendad.rules.dates import parse_at_most, parse_count, parse_date, parse_date_range
from agendad.rules.patterns import parse_pattern
from agendad.rules.phrase import parse_phrase, parse_weekdays
from agendad.rules.rrule import parse_rrule
from agendad.rules.times import (
    parse_at,
    parse_comparison,
    parse_duration,
    parse_horizon,
    parse_length,
    parse_prefer,
    parse_time,
    parse_time_range,
)
from agendad.rules.words import GrammarError

__all__ = [
    "GrammarError",
    "parse_at",
    "parse_at_most",
    "parse_comparison",
    "parse_count",
    "parse_date",
    "parse_date_range",
    "parse_days",
    "parse_duration",
    "parse_horizon",
    "parse_hours",
    "parse_length",
    "parse_pattern",
    "parse_percent",
    "parse_phrase",
    "parse_prefer",
    "parse_rrule",
    "parse_span",
    "parse_target",
    "parse_time",
    "parse_time_range",
    "parse_weekdays",
]
