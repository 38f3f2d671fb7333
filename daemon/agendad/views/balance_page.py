"""The balance as one self-contained HTML page: no script, no request to anywhere, printable, light and dark.

`page()` is called by `app/balance.py`. Every number of the pictures stands in a table, too; the colours are those of
`week.css`, the rest of the looks is in `balance.css` beside this module.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.views.balance import goal_text, percent, period_text, said, verdict_text
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.views.balance import BalanceSheet, Goal, Line
    from agendad.views.words import Words

_HERE: Final = Path(__file__)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CLIP: Final = 160  # characters of a name that are drawn
_TONES: Final = 8
_COLUMNS: Final = 8  # more of them leave no room for a number on each
_LABELS: Final = 6
_TOP, _FLOOR = 16.0, 94.0  # pixels from the top of a small picture: where the highest column and all columns end

# one path a verdict, on a square of 16, so that none is told by colour alone
_MARKS: Final = {
    "below": "M8 4v7.5M5 8.5l3 3l3-3",
    "above": "M8 12V4.5M5 7.5l3-3l3 3",
    "within": "M4.5 8.3l2.4 2.4l4.6-5",
}


def page(sheet: BalanceSheet) -> str:
    """The whole page; everything that came from outside is escaped."""
    say = words(sheet.language)
    heading = said("heading", sheet.language)
    style = "".join(_HERE.with_name(name).read_text("utf-8") for name in ("week.css", "balance.css"))
    main = f"{_sums(sheet)}{_development(sheet, say)}{_numbers(sheet, say)}" if sheet.total else _nothing(sheet)
    return (
        f'<!DOCTYPE html>\n<html lang="{say.tag}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(say.say('page', title=heading))}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{_definitions()}{_masthead(sheet, heading, say)}"
        f'<main class="page">\n{main}</main>\n</body>\n</html>\n'
    )


def _text(text: str) -> str:
    return escape(clean(text), quote=True)


def _definitions() -> str:
    marks = "".join(
        f'<symbol id="m-{name}" viewBox="0 0 16 16"><path d="{path}"/></symbol>' for name, path in _MARKS.items()
    )
    return f'<svg class="defs" aria-hidden="true"><defs>{marks}</defs></svg>\n'


def _masthead(sheet: BalanceSheet, heading: str, say: Words) -> str:
    now = say.say("now", when=f"{say.day(sheet.now)} {sheet.now:%H:%M}")
    counted = said("counted", sheet.language, time=duration(sheet.total))
    return (
        f'<header class="masthead"><h1>{_text(heading)}</h1><p>{_text(say.day_range(sheet.first, sheet.last))} · '
        f'<b>{_text(counted)}</b></p><p class="soft">{_text(now)}</p></header>\n'
    )


def _nothing(sheet: BalanceSheet) -> str:
    return f'<section class="card"><p>{_text(said("nothing", sheet.language))}</p></section>\n'


def _tone(sheet: BalanceSheet, line: Line) -> str:
    if line is sheet.other:
        return "real"
    return f"c{next(number for number, each in enumerate(sheet.lines) if each is line) % _TONES}"


def _name(line: Line) -> str:
    name = clean(line.name)
    return _text(name if len(name) <= _CLIP else f"{name[:_CLIP]}…")


# ---------------------------------------------------------------- sums


def _sums(sheet: BalanceSheet) -> str:
    """A row a category: a bar with its target, time, share, and the verdict."""
    language = sheet.language
    heads = [("category", ""), ("time", "num"), ("share", "num"), ("verdict", "")]
    head, *rest = (f'<th scope="col" class="{css}">{_text(said(name, language))}</th>' for name, css in heads)
    rows = "".join(_row(line, sheet) for line in sheet.shown)
    aims = any(line.goal for line in sheet.lines)
    sample = (
        '<span class="c0"><svg class="bullet" aria-hidden="true"><rect class="aim" width="100%" height="100%"/>'
        '<path class="bound" d="M1 0v14"/></svg>'
        f"{_text(said('target-mark', language))}</span>"
    )
    hint = "" if aims else f"<p>{_text(said('no-targets', language))}</p>"
    return (
        f'<section class="card sums"><div class="table"><table><thead><tr>{head}<td></td>{"".join(rest)}</tr></thead>'
        f'<tbody>{rows}</tbody></table></div><p class="scale soft">{sample if aims else ""}'
        f"<span>{_text(said('overlap', language))}</span></p>{hint}</section>\n"
    )


def _row(line: Line, sheet: BalanceSheet) -> str:
    language = sheet.language
    verdict = verdict_text(line, language)
    mark = f'<svg class="mark" aria-hidden="true"><use href="#m-{line.verdict}"/></svg>' if line.verdict else ""
    beside = f'<span class="judged {line.verdict or ""}">{mark}{_text(verdict)}</span>' if line.goal else ""
    goal = f'<span class="goal">{_text(goal_text(line.goal, language))}</span>' if line.goal else ""
    return (
        f'<tr class="{_tone(sheet, line)}"><th scope="row"><span class="clip">{_name(line)}</span></th>'
        f'<td class="reach" aria-hidden="true">{_bullet(line, sheet)}</td>'
        f'<td class="num"><b>{_text(duration(line.minutes))}</b></td>'
        f'<td class="num soft">{_text(percent(line.share, language))}</td><td class="beside">{beside}{goal}</td></tr>'
    )


def _bullet(line: Line, sheet: BalanceSheet) -> str:
    """The target as a field that the bar should end in, the time as a bar before it."""
    wide = f"{100 * line.minutes / sheet.longest:.2f}%"
    aim = bounds = ""
    if goal := line.goal:
        least, most = (None if bound is None else 100 * bound / sheet.longest for bound in _range(goal))
        start, end = least or 0, 100 if most is None else most
        aim = f'<rect class="aim" x="{start:.2f}%" width="{max(0, end - start):.2f}%" height="100%"/>'
        bounds = "".join(
            f'<line class="bound" x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="100%"/>'
            for at in dict.fromkeys([least, most])
            if at is not None
        )
    return (
        '<svg class="bullet"><rect class="track" y="30%" width="100%" height="40%" rx="2"/>'
        f'{aim}<rect class="spent" y="22%" width="{wide}" height="56%" rx="2"/>{bounds}</svg>'
    )


def _range(goal: Goal) -> tuple[float | None, float | None]:
    return goal.from_minutes, goal.to_minutes


# ---------------------------------------------------------------- week by week


def _development(sheet: BalanceSheet, say: Words) -> str:
    """A small picture a category: a column a week, each with a scale of its own."""
    if len(sheet.periods) < 2:
        return ""
    pictures = "".join(_picture(line, sheet, say) for line in sheet.shown)
    part = any(not period.whole for period in sheet.periods)
    note = (
        '<p class="scale soft"><span class="c0"><svg class="columns" aria-hidden="true"><g class="part">'
        '<rect class="spent" x="2" y="1" width="18" height="12"/></g></svg>'
        f"{_text(said('part-mark', sheet.language))}</span></p>"
    )
    return (
        f'<section class="card" aria-hidden="true"><h2>{_text(said(f"by-{sheet.unit}", sheet.language))}</h2>'
        f'<div class="small">{pictures}</div>{note if part else ""}</section>\n'
    )


def _picture(line: Line, sheet: BalanceSheet, say: Words) -> str:
    weekly = line.goal if line.goal and line.goal.unit == "minutes" and sheet.unit == "week" else None
    bounds = [bound for bound in (weekly.least, weekly.most) if bound is not None] if weekly else []
    highest = max([1.0, *line.periods, *bounds])

    def height(minutes: float) -> float:
        return _FLOOR - (_FLOOR - _TOP) * minutes / highest

    field = ""
    if weekly:
        top = _TOP if weekly.most is None else height(weekly.most)
        field = f'<rect class="aim" y="{top:.1f}" width="100%" height="{height(weekly.least or 0) - top:.1f}"/>'
        field += "".join(f'<line class="bound" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>' for y in map(height, bounds))
    slot = 100 / len(line.periods)
    columns = "".join(
        _column(sheet, number, minutes, (slot, height(minutes)), say) for number, minutes in enumerate(line.periods)
    )
    aim = said("aim", sheet.language, goal=goal_text(weekly, sheet.language)) if weekly else ""
    return (
        f'<section class="{_tone(sheet, line)}"><h3><span class="clip">{_name(line)}</span>'
        f'<span class="soft">{_text(aim)}</span></h3><svg class="columns">{field}{columns}'
        f'<line class="base" x2="100%" y1="{_FLOOR:g}" y2="{_FLOOR:g}"/></svg></section>'
    )


def _column(sheet: BalanceSheet, number: int, minutes: int, place: tuple[float, float], say: Words) -> str:
    period, (slot, top) = sheet.periods[number], place
    middle = f"{slot * (number + 0.5):.2f}%"
    bar = (
        f'<rect class="spent" x="{slot * (number + 0.18):.2f}%" y="{top:.1f}" width="{slot * 0.64:.2f}%"'
        f' height="{_FLOOR - top:.1f}"/>'
    )
    few = len(sheet.periods) <= _COLUMNS
    value = f'<text class="value" x="{middle}" y="{top - 4:.1f}">{_text(_short(minutes))}</text>' if few else ""
    month = say.short_months[period.first.month - 1]
    label = ""
    if number % -(-len(sheet.periods) // _LABELS) == 0:
        name = f"{period.first.day} {month}" if sheet.unit == "week" else month
        label = f'<text x="{middle}" y="{_FLOOR + 14:g}">{_text(name)}</text>'
    return f"<g{'' if period.whole else ' class=part'}>{bar}{value}{label}</g>"


def _short(minutes: int) -> str:
    """`12 h`, `3.5`: a column has little room."""
    hours = minutes / 60
    return f"{hours:.0f} h" if hours >= 10 or hours == int(hours) else f"{int(hours)} h {minutes % 60:02d}"


def _numbers(sheet: BalanceSheet, say: Words) -> str:
    """The same in numbers, which is what a screen reader reads; folded for the eye."""
    if len(sheet.periods) < 2:
        return ""
    heads = [say.say("when"), said("all", sheet.language), *(clean(line.name) for line in sheet.shown)]
    rows = "".join(
        f'<tr><th scope="row">{_text(period_text(period, sheet, say))}</th>'
        + _cells([period.total, *(line.periods[number] for line in sheet.shown)])
        + "</tr>"
        for number, period in enumerate(sheet.periods)
    )
    title = said("in-numbers", sheet.language, title=said(f"by-{sheet.unit}", sheet.language))
    head = "".join(f'<th scope="col" class="{"num" if n else ""}">{_text(h[:_CLIP])}</th>' for n, h in enumerate(heads))
    return (
        f'<details class="card numbers"><summary>{_text(title)}</summary>'
        f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>\n'
    )


def _cells(minutes: Iterable[int]) -> str:
    return "".join(f'<td class="num">{_text(duration(each))}</td>' for each in minutes)
