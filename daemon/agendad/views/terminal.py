"""A sheet as text for a terminal or a file: the weeks as a grid of half hours, and the changes one by one.

`week_text()` is printed by `demo` and `status`, `plan_text()` by `plan`; both called by `app/`. Columns are counted in
terminal cells, so wide characters keep them straight. Colours are the eight basic ones of the terminal's own theme,
and only repeat what a sign says.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from agendad.views.sheet import CHANGED_STATES, State
from agendad.views.words import duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agendad.views.sheet import Day, Item, Line, Piece, Sheet, Week
    from agendad.views.words import Words

_SLOT: Final = 30  # minutes a row
_GUTTER: Final = 6
_NARROWEST: Final = 9  # cells a column; below that the days do not stand side by side

SIGNS: Final = {
    State.NEW: "+",
    State.MOVED: "→",
    State.CHANGED: "~",
    State.GONE: "×",
    State.LEFT: "←",
    State.PINNED: "•",
    State.VIOLATES: "!",
}
_HUES: Final = (34, 36, 32, 33, 35, 94, 96, 95)
_STATE_HUES: Final = {State.NEW: 32, State.MOVED: 33, State.CHANGED: 33, State.GONE: 31, State.VIOLATES: 31}


@dataclass(frozen=True, slots=True)
class Terminal:
    """How wide the text may be (None: as wide as it needs, one line each), and whether it is coloured."""

    width: int | None = 80
    color: bool = False

    def paint(self, text: str, code: int) -> str:
        """`text` in a colour (an SGR number), or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text.strip() else text


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` columns: cut with an ellipsis, or filled with blanks."""
    if cells(text) > width:
        text = f"{_head_of(text, width - 1)}…" if width > 0 else ""
    return text + " " * (width - cells(text))


def filled(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns, broken between words where it can be."""
    line = ""
    for word in text.split(" "):
        rest = word
        if line and cells(line) + 1 + cells(rest) <= width:
            line = f"{line} {rest}"
            continue
        if line:
            yield line
        while cells(rest) > width:
            part = _head_of(rest, width) or rest[0]
            yield part
            rest = rest[len(part) :]
        line = rest
    yield line


def _head_of(text: str, width: int) -> str:
    """The longest beginning that takes at most `width` columns."""
    used = 0
    for index, character in enumerate(text):
        used += cells(character)
        if used > width:
            return text[:index]
    return text


# ---------------------------------------------------------------- the plan


def plan_text(sheet: Sheet, terminal: Terminal) -> str:
    """What would change, one line each with its reason; then what finds no place or breaks a guard; totals last."""
    say = words(sheet.language)
    changes = sheet.changes
    blocks = [_change(item, say) for item in changes]
    width = max((cells(when) for _, when, _, _ in blocks), default=0)
    title = _title_width((what for _, _, what, _ in blocks), width, terminal)
    lines: list[str] = []
    for item, (sign, when, what, why) in zip(changes, blocks, strict=True):
        head = f"{terminal.paint(sign, _STATE_HUES[item.state])} {fit(when, width)}  {fit(what, title)}"
        lines += _wrapped(head, width + title + 4, why, terminal)
    parts = [lines or [say.say("no-changes")]]
    for name, found in (("drafts", sheet.drafts), ("violations", sheet.violations), ("skipped", sheet.skipped)):
        if found:
            parts.append([terminal.paint(say.say(name), 1), *_lines(found, terminal)])
    if sheet.notes:
        parts.append([part for note in sheet.notes for part in _wrapped("", 0, note, terminal)])
    parts.append(list(_totals(sheet, say, terminal)))
    return "\n\n".join("\n".join(part).rstrip() for part in parts) + "\n"


def _change(item: Item, say: Words) -> tuple[str, str, str, str]:
    return SIGNS[item.state], item.when, item.title or say.say("untitled"), item.why


def _lines(found: Sequence[Line], terminal: Terminal) -> Iterator[str]:
    width = max(cells(line.when) for line in found)
    title = _title_width((line.title for line in found), width, terminal)
    for line in found:
        head = f"  {fit(line.when, width)}  {fit(line.title, title)}"
        yield from _wrapped(head, width + title + 4, " ".join(line.reasons), terminal)


def _title_width(titles: Iterable[str], before: int, terminal: Terminal) -> int:
    """The columns for titles that stand after `before` columns: as many as they need, 26 at most, less when narrow."""
    most = 26 if terminal.width is None else min(26, max(terminal.width - before - 4, 8))
    return min(max(map(cells, titles), default=0), most)


def _wrapped(head: str, used: int, text: str, terminal: Terminal) -> Iterator[str]:
    """`head` (taking `used` columns) and the text beside it; what does not fit goes on below, under the text.

    Where less than a third of the line is left for it, the text stands on lines of its own.
    """
    if terminal.width is None or used + 2 + cells(text) <= terminal.width:
        yield f"{head}  {text}".rstrip() if used else text
        return
    indent = used + 2 if used and terminal.width - used - 2 >= terminal.width // 3 else 4 if used else 0
    pieces = filled(text, max(terminal.width - indent, 20))
    if indent == used + 2:
        yield f"{head}  {next(pieces)}".rstrip()
    elif used:
        yield head.rstrip()
    for piece in pieces:
        yield " " * indent + piece


def _totals(sheet: Sheet, say: Words, terminal: Terminal) -> Iterator[str]:
    title = min(max((cells(total.title) for total in sheet.totals), default=0), 32)
    for total in sheet.totals:
        changed = ", ".join(say.count(state, n) for state in CHANGED_STATES if (n := total.states.get(state, 0)))
        name = fit(total.title, title)
        name = terminal.paint(name, _HUES[total.tone]) if total.rule else name
        count = say.count("blocks" if total.rule else "events", total.count)
        yield f"  {name}  {fit(count, 14)} {duration(total.minutes):>9}  {changed}".rstrip()
    counts = [(state, sum(item.state is state for item in sheet.items)) for state in CHANGED_STATES]
    stay = sum(bool(item.rule) and item.state in (State.SAME, State.PINNED) for item in sheet.items)
    told = [say.count(state, n) for state, n in counts if n]
    told += [say.count(n, len(f)) for n, f in (("skipped", sheet.skipped), ("violations", sheet.violations)) if f]
    still = say.count("stay", stay)
    both = say.say("sum", changes=", ".join(told), stay=still) if told and stay else f"{', '.join(told) or still}."
    yield from _wrapped("", 0, both, terminal)


# ---------------------------------------------------------------- the weeks


def week_text(sheet: Sheet, terminal: Terminal) -> str:
    """The weeks, each as a grid of days and half hours; a weekend (or any empty end of a week) is left out.

    In less room than nine columns a day, the days stand below each other as lists.
    """
    say = words(sheet.language)
    parts = []
    for week in sheet.weeks:
        shown = [day for day in week.days if day.day.weekday() < 5 or day.pieces or _strips_on(week, day)]
        column = ((terminal.width or 120) - _GUTTER) // len(shown)
        wide = column >= _NARROWEST
        body = _grid(sheet, week, shown, column, terminal) if wide else _agenda(week, shown, say, terminal)
        parts.append("\n".join([terminal.paint(week.title, 1), *(line.rstrip() for line in body)]))
    return "\n\n".join(parts) + "\n"


def _strips_on(week: Week, day: Day) -> list[Item]:
    column = (day.day - week.days[0].day).days
    return [strip.item for strip in week.strips if strip.first <= column < strip.first + strip.days]


def _grid(sheet: Sheet, week: Week, shown: Sequence[Day], column: int, terminal: Terminal) -> Iterator[str]:
    say = words(sheet.language)
    heads = (_head(day, sheet, column, say, terminal) for day in shown)
    yield " " * _GUTTER + "".join(heads)
    strips = [_strips_on(week, day) for day in shown]
    for row in range(max(map(len, strips))):
        line = (_cell(found[row], column - 1, terminal) if row < len(found) else " " * (column - 1) for found in strips)
        yield " " * _GUTTER + " ".join(line)
    columns = [_column(day, sheet, column - 1, terminal) for day in shown]
    for row, minute in enumerate(range(sheet.top, sheet.bottom, _SLOT)):
        clock = f"{minute // 60:02d}:00 " if minute % 60 == 0 else " " * _GUTTER
        yield terminal.paint(clock, 2) + " ".join(lines[row] for lines in columns)


def _head(day: Day, sheet: Sheet, column: int, say: Words, terminal: Terminal) -> str:
    name = f"{say.short_days[day.day.weekday()]} {day.day.day}"
    if sheet.now.date() == day.day:
        name = f"[{name}]"
    return terminal.paint(fit(name, column), 1)


def _column(day: Day, sheet: Sheet, width: int, terminal: Terminal) -> list[str]:
    """The rows of one day, each `width` columns wide."""
    top = sheet.top // _SLOT
    lines = []
    for row in range(top, sheet.bottom // _SLOT):
        here = [piece for piece in day.pieces if _first(piece) <= row <= _last(piece)]
        behind = [piece for piece in day.guards if _first(piece) <= row <= _last(piece)]
        if here or behind:
            lines.append(_side_by_side(here or behind[:1], row, top, width, terminal))
        else:
            lines.append(fit("·" if row % 2 == 0 else "", width))
    return lines


def _first(piece: Piece) -> int:
    return piece.top // _SLOT


def _last(piece: Piece) -> int:
    return max((piece.bottom - 1) // _SLOT, _first(piece))


def _side_by_side(pieces: Sequence[Piece], row: int, top: int, width: int, terminal: Terminal) -> str:
    """The pieces of one row share its width; when they are too many, the first ones are shown and the rest counted.

    What begins in this row comes first, so that each is named once; what only goes on fills what room there is. `top`
    is the first row of the day.
    """
    room = max((width + 1) // 5, 1)
    ordered = sorted(pieces, key=lambda piece: (_first(piece) != row, piece.item.light, piece.top))
    kept = sorted(ordered[:room], key=lambda piece: (piece.top, piece.lane.number))
    more = f"+{len(pieces) - room}" if len(pieces) > room else ""
    inner = width - cells(more) - (len(kept) - 1)
    texts = []
    for number, piece in enumerate(kept):
        share = inner // len(kept) + (number < inner % len(kept))
        line = row - max(_first(piece), top)
        rows = _last(piece) + 1 - max(_first(piece), top) if len(kept) == 1 else 1
        texts.append(_cell(piece.item, share, terminal, line, rows))
    return " ".join(texts) + more


def _cell(item: Item, width: int, terminal: Terminal, line: int = 0, rows: int = 1) -> str:
    """Row `line` of an item that has `rows` of them: its sign where it begins, its edge below, the title over them."""
    edge = "░" if item.guard else "▌" if item.rule else "│"
    sign = edge if line else SIGNS.get(item.state, edge)
    title = f"({item.title})" if item.light and item.state is not State.LEFT else item.title
    text = fit(sign + _title_line(title, max(width - 1, 1), line, rows), width)
    if item.light or item.guard:
        return terminal.paint(text, 2)
    hue = _HUES[item.tone] if item.rule else 0
    return terminal.paint(text, _STATE_HUES.get(item.state, hue))


def _title_line(title: str, width: int, line: int, rows: int) -> str:
    if line >= rows:
        return ""
    lines = list(islice(filled(title, width), line + 2))
    if line == rows - 1 and len(lines) > line + 1:
        return f"{lines[line]} {lines[line + 1]}"  # more than fits: cut with an ellipsis
    return lines[line] if line < len(lines) else ""


def _agenda(week: Week, shown: Iterable[Day], say: Words, terminal: Terminal) -> Iterator[str]:
    """One line an item, day by day, for a very narrow terminal."""
    for day in shown:
        yield say.day(day.day)
        lines = [(say.say("all-day"), item) for item in _strips_on(week, day)]
        lines += [(f"{piece.top // 60:02d}:{piece.top % 60:02d}", piece.item) for piece in day.pieces]
        for at, item in lines:
            line = f"  {at} {SIGNS.get(item.state, ' ')} {item.title}"
            yield line if terminal.width is None else fit(line, terminal.width)
