"""The English names of the calendar, as the rule language spells them: read by `rules/`, written back by `core/`."""

from __future__ import annotations

from typing import Final

DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
ORDINAL_NAMES: Final = ("first", "second", "third", "fourth", "fifth", "last")
