"""A sheet as one self-contained HTML page: no script, no request to anywhere, printable, light and dark.

`page()` is called by `app/` (`plan --html`, `demo`). Blocks are drawn in inline SVG, so that they keep their shape when
a printer leaves backgrounds out, and written in HTML, so that text wraps, scales and is read aloud in order. The looks
are in `week.css` beside this module.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.views.layout import LEAST
from agendad.views.sheet import CHANGED_STATES, State
from agendad.views.words import clock_range, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agendad.views.sheet import Day, Item, Line, Piece, Sheet, Strip, Total
    from agendad.views.words import Words

_STYLE: Final = Path(__file__).with_name("week.css")
_CLIP: Final = 160  # characters of a title that are drawn; the label has all of it
_OPEN: Final = 40  # a longer list of changes is folded at first
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

# one path a state, on a square of 16, so that no state is told by colour alone
_MARKS: Final = {
    State.NEW: "M8 4.5v7M4.5 8h7",
    State.MOVED: "M4 8h7.5M8.5 5l3 3-3 3",
    State.LEFT: "M4 8h7.5M8.5 5l3 3-3 3",
    State.CHANGED: "M4.5 6.5h7M4.5 9.8h7",
    State.GONE: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6",
    State.PINNED: "M8 12.6V8.2M8 8a2 2 0 1 0 0-4a2 2 0 0 0 0 4",
    State.VIOLATES: "M8 4v4.8M8 11.6v.2",
}
_HATCH: Final = "".join(f"M{x - 1440} 0l1440 1440" for x in range(0, 1900, 9))


def page(sheet: Sheet) -> str:
    """The whole page; everything that came from outside is escaped."""
    say = words(sheet.language)
    title = say.say("page", title=sheet.title)
    style = _STYLE.read_text("utf-8")
    weeks = "".join(_week(sheet, number, say) for number in range(len(sheet.weeks)))
    return (
        f'<!DOCTYPE html>\n<html lang="{sheet.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f'<body style="--span:{sheet.bottom - sheet.top}">\n{_definitions()}{_masthead(sheet, say)}{_key(sheet, say)}'
        f"<main>\n{weeks}{_summary(sheet, say)}</main>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(text, quote=True)


def _definitions() -> str:
    marks = "".join(
        f'<symbol id="m-{state}" viewBox="0 0 16 16"><path d="{path}"/></symbol>' for state, path in _MARKS.items()
    )
    return f'<svg class="defs" aria-hidden="true"><defs>{marks}<path id="hatch" d="{_HATCH}"/></defs></svg>\n'


def _mark(state: State) -> str:
    return f'<svg class="mark" aria-hidden="true"><use href="#m-{state}"/></svg>' if state in _MARKS else ""


def _shape(state: State, *, light: bool = False, guard: bool = False) -> str:
    hatch = '<use class="hatch" href="#hatch"/>' if guard or state is State.GONE else ""
    rim = state not in (State.SAME, State.PINNED, State.EVENT) or light
    outline = '<rect class="rim" width="100%" height="100%" rx="5"/>' if rim else ""
    return (
        '<svg class="shape" aria-hidden="true"><rect class="body" width="100%" height="100%"/>'
        f'{hatch}<rect class="bar" width="4" height="100%"/>{outline}</svg>'
    )


# ---------------------------------------------------------------- head


def _masthead(sheet: Sheet, say: Words) -> str:
    """The title, how many blocks are new, moved, changed and gone, and the moment and zone of it all."""
    counts = [(state, sum(item.state is state for item in sheet.items)) for state in CHANGED_STATES]
    tally = "".join(f'<li class="real">{_mark(state)}{_text(say.count(state, n))}</li>' for state, n in counts if n)
    nothing = f"<li>{_text(say.say('no-changes'))}</li>"
    now = say.say("now", when=f"{say.day(sheet.now)} {sheet.now:%H:%M}")
    return (
        f'<header class="masthead"><h1>{_text(sheet.title)}</h1><ul class="tally">{tally or nothing}</ul>'
        f'<p class="soft">{_text(now)} · {_text(sheet.zone)}</p></header>\n'
    )


def _key(sheet: Sheet, say: Words) -> str:
    """What the colours and shapes mean: a sample for each rule and for each state that occurs."""
    entries = [f"<li>{_chip(total)}{_text(_clip(total.title, say))}</li>" for total in sheet.totals]
    if any(item.light and item.state is State.EVENT for item in sheet.items):
        shape = _shape(State.EVENT, light=True)
        entries.append(f'<li><span class="chip real light">{shape}</span>{_text(say.say("light-events"))}</li>')
    present = {item.state for item in sheet.items}
    entries += [f'<li class="real">{_mark(state)}{_text(say.say(state))}</li>' for state in _MARKS if state in present]
    return f'<ul class="key" aria-label="{_text(say.say("key"))}">{"".join(entries)}</ul>\n'


def _chip(total: Total) -> str:
    css = _classes(total.tone, bool(total.rule), ["guard" if total.guard else ""])
    return f'<span class="chip {css}">{_shape(State.SAME, guard=total.guard)}</span>'


# ---------------------------------------------------------------- a week


def _week(sheet: Sheet, number: int, say: Words) -> str:
    week = sheet.weeks[number]
    heads = "".join(_head(day, column, sheet.now, say) for column, day in enumerate(week.days, 2))
    rows = max((strip.row for strip in week.strips), default=-1) + 1
    strips = ""
    if rows:
        items = "".join(_strip(strip, number, say) for strip in week.strips)
        strips = f'<p class="lead">{_text(say.say("all-day"))}</p><ul class="strips">{items}</ul>'
    hours = "".join(
        f'<span style="--at:{minute - sheet.top}">{minute // 60:02d}:00</span>'
        for minute in range(sheet.top + 60, sheet.bottom, 60)
    )
    days = "".join(_day(day, column, sheet, say) for column, day in enumerate(week.days, 2))
    alone = ' class="hidden"' if len(sheet.weeks) == 1 else ""  # the page's title says it already
    return (
        f'<section class="week" style="--rows:{rows}" aria-labelledby="w{number}">'
        f'<h2 id="w{number}"{alone}>{_text(week.title)}</h2><div class="scroll"><div class="cal">'
        f'<div class="corner"></div>{heads}{strips}'
        f'<div class="hours" aria-hidden="true">{hours}</div>{days}</div></div></section>\n'
    )


def _head(day: Day, column: int, now: datetime, say: Words) -> str:
    today = now.date() == day.day
    mark = f' <span class="hidden">{_text(say.say("today"))}</span>' if today else ""
    shift = f' <span class="shift soft">{_text(day.shift)}</span>' if day.shift else ""
    name = _text(f"{say.short_days[day.day.weekday()]} {day.day.day}")
    css = "head today" if today else "head"
    return f'<div class="{css}" style="grid-column:{column}"><b>{name}</b>{mark}{shift}</div>'


def _day(day: Day, column: int, sheet: Sheet, say: Words) -> str:
    pieces = [piece for piece in (*day.guards, *day.pieces) if piece.bottom > sheet.top and piece.top < sheet.bottom]
    items = "".join(_piece(piece, day, sheet, say) for piece in pieces)
    inner = f"<ol>{items}</ol>" if items else f'<p class="hidden">{_text(say.say("empty-day"))}</p>'
    return (
        f'<section class="day" style="grid-column:{column}" aria-label="{_text(say.long_day(day.day))}">'
        f"{_grid(day, sheet)}{inner}{_now(day, sheet)}</section>"
    )


def _grid(day: Day, sheet: Sheet) -> str:
    """The hour lines and the tint of a weekend; one unit is a minute."""
    span = sheet.bottom - sheet.top
    rest = f'<rect class="rest" width="1" height="{span}"/>' if day.day.weekday() > 4 else ""
    lines = "".join(f"M0 {minute - sheet.top}h1" for minute in range(sheet.top + 60, sheet.bottom, 60))
    return (
        f'<svg class="grid" viewBox="0 0 1 {span}" preserveAspectRatio="none" aria-hidden="true">'
        f'{rest}<path d="{lines}"/></svg>'
    )


def _now(day: Day, sheet: Sheet) -> str:
    """The line of the present moment, above the items."""
    minute = sheet.now.hour * 60 + sheet.now.minute - sheet.top
    if sheet.now.date() != day.day or not 0 <= minute < sheet.bottom - sheet.top:
        return ""
    dot = '<circle cx="3" cy="4" r="3"/><path d="M0 4h9999"/>'
    return f'<svg class="now" style="--top:{minute}" aria-hidden="true">{dot}</svg>'


# ---------------------------------------------------------------- an item


def _piece(piece: Piece, day: Day, sheet: Sheet, say: Words) -> str:
    top, bottom = max(piece.top, sheet.top), min(piece.bottom, sheet.bottom)
    long = max(bottom - top, LEAST)
    lane = piece.lane
    slim = lane.width * 2 < lane.lanes
    lines = max((long - 6) // 15 - (not slim), 1)
    place = (
        f"--top:{top - sheet.top};--long:{long};--lines:{lines};"
        f"--left:{lane.number / lane.lanes:.4g};--wide:{lane.width / lane.lanes:.4g}"
    )
    size = "xs" if long < 25 else "s" if long < 40 else "slim" if slim else ""
    css = [size, "late" if day.day.weekday() > 3 else ""]
    time = _time(piece.item) if piece.begins else f"{say.say('continues')} {_time(piece.item)}"
    return _item(piece.item, f"{piece.item.id}-{day.day:%m%d}", place, css, time, say)


def _strip(strip: Strip, week: int, say: Words) -> str:
    place = f"grid-column:{strip.first + 1}/span {strip.days};grid-row:{strip.row + 1}"
    return _item(strip.item, f"{strip.item.id}-w{week}", place, ["late"] if strip.first > 3 else [], "", say)


def _item(item: Item, ident: str, place: str, css: Sequence[str], time: str, say: Words) -> str:
    state = say.say(item.state)
    label = ", ".join([item.when, item.title or say.say("untitled"), state, *item.remarks])
    described = f' aria-describedby="{ident}"' if item.reasons else ""
    written = f"{time} · {state}" if time and item.state in _MARKS else time
    flags = [item.state.value, "light" if item.light else "", "guard" if item.guard else "", *css]
    title = _text(_clip(item.title, say))
    return (
        f'<li class="item {_classes(item.tone, bool(item.rule), flags)}" style="{place}" tabindex="0"'
        f' aria-label="{_text(label)}"{described}>{_shape(item.state, light=item.light, guard=item.guard)}'
        f'<span class="text" aria-hidden="true">{_mark(item.state)}<span class="title">{title}</span>'
        f'<span class="time">{_text(written)}</span></span>{_tip(item, ident, say)}</li>'
    )


def _tip(item: Item, ident: str, say: Words) -> str:
    """What hover and focus show: the whole title, when, state, and the reasons."""
    facts = " · ".join([say.say(item.state), *item.remarks])
    source = item.key or (say.say("in-calendar", calendar=item.calendar) if item.calendar else "")
    reasons = _list(item.reasons)
    return (
        f'<div class="tip" role="tooltip"><b>{_text(item.title or say.say("untitled"))}</b>'
        f"<p>{_text(item.when)}<br>{_mark(item.state)}{_text(facts)}</p>"
        f'{f"""<ul id="{ident}">{reasons}</ul>""" if reasons else ""}<p class="soft">{_text(source)}</p></div>'
    )


def _classes(tone: int, own: bool, flags: Iterable[str]) -> str:
    return " ".join([f"c{tone}" if own else "real", *filter(None, flags)])


def _clip(title: str, say: Words) -> str:
    if not title:
        return say.say("untitled")
    return title if len(title) <= _CLIP else f"{title[:_CLIP]}…"


def _time(item: Item) -> str:
    start, end = item.start, item.end
    return clock_range(start, end) if isinstance(start, datetime) and isinstance(end, datetime) else ""


def _list(texts: Iterable[str]) -> str:
    return "".join(f"<li>{_text(text)}</li>" for text in texts)


# ---------------------------------------------------------------- summary


def _summary(sheet: Sheet, say: Words) -> str:
    cards = [
        _totals(sheet, say),
        _lines("drafts", sheet.drafts, say),
        _lines("violations", sheet.violations, say),
        _lines("skipped", sheet.skipped, say),
        _notes("problems", sheet.problems, say),
        _notes("notes", sheet.notes, say),
        _changes(sheet, say),
    ]
    return f'<div class="summary">{"".join(cards)}</div>\n'


def _totals(sheet: Sheet, say: Words) -> str:
    if not sheet.totals:
        return ""
    rows = "".join(_total(total, say) for total in sheet.totals)
    heads = [(say.say("rule"), ""), (say.say("blocks"), "num"), (say.say("time"), "num"), (say.say("state"), "num")]
    return f'<section class="card"><h2>{_text(say.say("totals"))}</h2>{_table(heads, rows)}</section>'


def _total(total: Total, say: Words) -> str:
    changed = ", ".join(say.count(state, n) for state in CHANGED_STATES if (n := total.states.get(state, 0)))
    return (
        f'<tr><th scope="row"><span class="name">{_chip(total)}'
        f'<span class="clip">{_text(_clip(total.title, say))}</span></span></th><td class="num">{total.count}</td>'
        f'<td class="num">{_text(duration(total.minutes))}</td><td class="num soft">{_text(changed)}</td></tr>'
    )


def _changes(sheet: Sheet, say: Words) -> str:
    """What would be written, in order of time; folded when it is long, as on a first run."""
    changes = sheet.changes
    if not changes:
        return ""
    rows = "".join(
        f'<tr><td class="fix {_classes(item.tone, True, ())}">{_mark(item.state)}{_text(say.say(item.state))}</td>'
        f'<td class="fix">{_text(item.when)}</td><td><span class="clip">{_text(_clip(item.title, say))}</span></td>'
        f"<td>{_text(item.why)}</td></tr>"
        for item in changes
    )
    heads = [(say.say(name), "") for name in ("state", "when", "what", "why")]
    title = f"{say.say('changes')} ({len(changes)})"
    fold = "" if len(changes) > _OPEN else " open"
    return f'<details class="card wide"{fold}><summary>{_text(title)}</summary>{_table(heads, rows)}</details>'


def _lines(name: str, lines: Sequence[Line], say: Words) -> str:
    if not lines:
        return ""
    rows = "".join(
        f'<tr><td class="fix">{_text(line.when)}</td><td><span class="clip">{_text(_clip(line.title, say))}</span></td>'
        f"<td>{_text(' '.join(line.reasons))}</td></tr>"
        for line in lines
    )
    heads = [(say.say(head), "") for head in ("when", "what", "why")]
    return f'<section class="card"><h2>{_text(say.say(name))}</h2>{_table(heads, rows)}</section>'


def _table(heads: Iterable[tuple[str, str]], rows: str) -> str:
    cells = "".join(f'<th scope="col" class="{css}">{_text(head)}</th>' for head, css in heads)
    return f'<div class="table"><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'


def _notes(name: str, texts: Sequence[str], say: Words) -> str:
    if not texts:
        return ""
    return f'<section class="card"><h2>{_text(say.say(name))}</h2><ul>{_list(texts)}</ul></section>'
