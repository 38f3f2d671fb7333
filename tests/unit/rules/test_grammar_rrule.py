"""`{rrule: ...}`: the strict check of RFC 5545 rules at day granularity."""

from __future__ import annotations

import pytest

from agendad.rules.grammar import GrammarError, parse_rrule


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"),
        ("rrule:freq=daily", "FREQ=DAILY"),
        (" FREQ=WEEKLY ; BYDAY = mo , we ;", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=+1,-1", "FREQ=MONTHLY;BYMONTHDAY=+1,-1"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=10", "FREQ=DAILY;INTERVAL=3;COUNT=10"),
        ("FREQ=DAILY;UNTIL=20271231T225959Z", "FREQ=DAILY;UNTIL=20271231T225959Z"),
        ("FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=30"),
    ],
)
def test_a_rule_is_kept_in_upper_case_without_its_name(text: str, kept: str) -> None:
    assert parse_rrule(text).text == kept


@pytest.mark.parametrize(
    ("text", "fault", "message", "hint"),
    [
        ("", "", "the rule has no FREQ", "begin with `FREQ=WEEKLY;`, for example"),
        ("INTERVAL=2", "INTERVAL=2", "the rule has no FREQ", "begin with `FREQ=WEEKLY;`, for example"),
        (
            "FREQ=HOURLY",
            "FREQ=HOURLY",
            "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY",
            "a rule works by the day; `at:` and `lasts:` say when in it",
        ),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR=9", "BYHOUR is finer than a day", "write the time of day as `at: 09:00`"),
        (
            "DTSTART:20260101;FREQ=DAILY",
            "DTSTART:20260101",
            "DTSTART is no part of a rule",
            "write the first day as `starting: 2027-01-04`",
        ),
        ("FREQ=DAILY; FOO=1", "FOO=1", "unknown part `FOO`", ""),
        ("FREQ=DAILY;INTERVAL", "INTERVAL", "expected `NAME=VALUE`, found `INTERVAL`", ""),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0", "INTERVAL is a number from 1 to 999", ""),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY", "FREQ is given twice", ""),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "COUNT=3", "COUNT and UNTIL exclude one another", ""),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL=20270230", "UNTIL is a date such as 20271231", ""),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO", "a numbered weekday has no meaning with FREQ=WEEKLY", ""),
        ("FREQ=WEEKLY;BYDAY=MX", "BYDAY=MX", "BYDAY is a list such as `MO,WE` or `1MO,-1FR`", ""),
        ("FREQ=WEEKLY;BYDAY=0MO", "BYDAY=0MO", "BYDAY is a list such as `MO,WE` or `1MO,-1FR`", ""),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6MO", "no month has a weekday more than five times", ""),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY=1", "BYMONTHDAY has no meaning with FREQ=WEEKLY", ""),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY=1", "BYYEARDAY has no meaning with FREQ=MONTHLY", ""),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13", "BYMONTH is a list of numbers from 1 to 12, without 0", ""),
        ("FREQ=YEARLY;BYMONTHDAY=0", "BYMONTHDAY=0", "BYMONTHDAY is a list of numbers from -31 to 31, without 0", ""),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "BYMONTHDAY=30", "these months have at most 29 days", ""),
        (
            "FREQ=YEARLY;BYWEEKNO=3",
            "BYWEEKNO=3",
            "BYWEEKNO names weeks, not days",
            "add a weekday, for example `;BYDAY=MO`",
        ),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS=1", "BYSETPOS chooses among days that another BY part names", ""),
        ("FREQ=DAILY;WKST=XX", "WKST=XX", "WKST is MO, TU, WE, TH, FR, SA or SU", ""),
    ],
)
def test_a_rule_is_refused_at_the_part_at_fault(text: str, fault: str, message: str, hint: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_rrule(text)
    error = caught.value
    assert (text[error.start : error.end], error.message, error.hint) == (fault, message, hint)
