"""The report of a simulation as one self-contained HTML page: no script, no request to anywhere, light and dark.

`page()` is called by `app/simulation_files.py`. Every number of the pictures stands in a table, too; the colours are
those of `week.css`, the rest of the looks is in `report.css` beside this module.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from agendad.views.report import Numbers, columns_of, gathered, how, reason_text, say, sums, title_of
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agendad.views.report import DraftLine, Report, RuleLine

_HERE: Final = Path(__file__)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CLIP: Final = 160  # characters of a title that are drawn
_TONES: Final = 7  # rules with a colour of their own; the others share one
_OPEN: Final = 40  # a longer list is folded at first
_MOST: Final = 500  # rows of a list that are drawn
_LABELS: Final = 18  # months that are named below the picture
_HEIGHT: Final = 240.0  # pixels from the top of the picture to its base
_STEPS: Final = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


def page(report: Report) -> str:
    """The whole page; everything that came from outside is escaped."""
    language = words(report.language).tag
    style = "".join(_HERE.with_name(name).read_text("utf-8") for name in ("week.css", "report.css"))
    title = title_of(report)
    lines = [line for line in report.rules if line.total != Numbers()]
    tones = _tones(lines)
    cards = [
        _sentences(report, lines),
        _stack(report, lines, tones),
        _heat(report, lines, tones),
        _left(report, lines),
        _drafts(report),
        _clashes(report),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(words(report.language).say('page', title=title))}</title>\n<style>\n{style}</style>\n</head>\n"
        f'<body>\n<header class="masthead"><h1>{_text(title)}</h1><p class="soft">{_text(how(report))}'
        f' · {_text(report.zone)}</p></header>\n<main class="page">\n{"".join(cards)}</main>\n</body>\n</html>\n'
    )


def _text(text: str) -> str:
    return escape(clean(text), quote=True)


def _clip(text: str) -> str:
    text = clean(text)
    return escape(text if len(text) <= _CLIP else f"{text[:_CLIP]}…", quote=True)


def _sentences(report: Report, lines: Sequence[RuleLine]) -> str:
    told = sums(report) if lines or report.refused or report.failed else [say(report, "nothing")]
    items = "".join(f"<li>{_text(sentence)}</li>" for sentence in told)
    return f'<section class="card"><ul class="sentences">{items}</ul></section>\n'


# ---------------------------------------------------------------- time month by month


def _timed(lines: Iterable[RuleLine]) -> list[RuleLine]:
    """The rules whose blocks take time, the longest first; guards only keep it free."""
    taking = [line for line in lines if line.verb != "protect" and line.total.minutes]
    return sorted(taking, key=lambda line: (-line.total.minutes, line.rule))


def _tones(lines: Sequence[RuleLine]) -> Mapping[str, int]:
    """The colour of each rule: one of its own for those that take the most time."""
    return {line.rule: number for number, line in enumerate(_timed(lines)[:_TONES])}


def _stack(report: Report, lines: Sequence[RuleLine], tones: Mapping[str, int]) -> str:
    """A column a month: the time of real events, above it that of the rules."""
    timed = _timed(lines)
    if not timed:
        return ""
    rest = [sum(line.months[at].minutes for line in timed[_TONES:]) for at in range(len(report.months))]
    layers = [("real", say(report, "real"), report.busy)]
    layers += [
        (f"c{tones[line.rule]}", _name(line), tuple(each.minutes for each in line.months)) for line in timed[:_TONES]
    ]
    if any(rest):
        layers.append((f"c{_TONES}", say(report, "others", number=len(timed) - _TONES), tuple(rest)))
    highest = max(sum(minutes[at] for _, _, minutes in layers) for at in range(len(report.months)))
    step = next((hours for hours in _STEPS if 5 * hours * 60 >= highest), _STEPS[-1])
    top = max(1, -(-highest // (step * 60))) * step * 60
    marks = [(hours, _HEIGHT - _HEIGHT * hours * 60 / top) for hours in range(0, top // 60 + 1, step)]
    axis = "".join(f'<text x="100%" y="{y + 4:.1f}">{hours} h</text>' for hours, y in marks)
    grid = "".join(f'<line{"" if hours else " class=base"} x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>' for hours, y in marks)
    drawn = "".join(
        _column(report, at, [(css, minutes[at]) for css, _, minutes in layers], top) for at in range(len(report.months))
    )
    legend = "".join(
        f'<li class="{css}"><svg class="swatch" aria-hidden="true"><rect width="100%" height="100%"/></svg>'
        f"{_clip(name)}</li>"
        for css, name, _ in layers
    )
    note = f'<p class="note soft">{_text(say(report, "no-guards"))}</p>'
    return (
        f'<section class="card"><h2>{_text(say(report, "by-month"))}</h2><div class="plot" aria-hidden="true">'
        f'<svg class="axis">{axis}</svg><svg class="stack">{grid}{drawn}</svg></div>'
        f'<ul class="legend">{legend}</ul>{note}</section>\n'
    )


def _column(report: Report, at: int, parts: Sequence[tuple[str, int]], top: int) -> str:
    """One month, from its base upwards."""
    slot = 100 / len(report.months)
    left, wide = slot * (at + 0.16), slot * 0.68
    y = _HEIGHT
    drawn = []
    for css, minutes in parts:
        tall = _HEIGHT * minutes / top
        y -= tall
        if minutes:
            drawn.append(
                f'<g class="{css}"><rect x="{left:.3f}%" y="{y:.1f}" width="{wide:.3f}%" height="{tall:.1f}"/></g>'
            )
    month = report.months[at]
    label = ""
    if at % -(-len(report.months) // _LABELS) == 0:
        name = words(report.language).short_months[month.month - 1]
        year = f" {month.year}" if at == 0 or month.month == 1 else ""
        label = f'<text class="month" x="{slot * (at + 0.5):.3f}%" y="{_HEIGHT + 18:g}">{_text(name + year)}</text>'
    return "".join(drawn) + label


# ---------------------------------------------------------------- rule by month


def _name(line: RuleLine) -> str:
    return line.title or line.rule


def _heat(report: Report, lines: Sequence[RuleLine], tones: Mapping[str, int]) -> str:
    """A row a rule: the number of its blocks or drafts in each month, the more the deeper in colour."""
    if not lines:
        return ""
    columns = columns_of(report)
    after = ("total", "time", "moved", "deleted", "skipped", "late")
    heads = [f'<th scope="col" class="cell">{_text(column.name)}</th>' for column in columns]
    heads += [
        f'<th scope="col" class="num{" first" if at == 0 else ""}">{_text(say(report, name))}</th>'
        for at, name in enumerate(after)
    ]
    longest = max((line.total.minutes for line in lines), default=0) or 1
    rows = "".join(_row(report, line, tones.get(line.rule, _TONES), longest) for line in lines)
    return (
        f'<section class="card wide"><h2>{_text(say(report, "by-rule"))}</h2><div class="table"><table class="heat">'
        f'<thead><tr><th scope="col">{_text(say(report, "rule"))}</th>{"".join(heads)}<td></td></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<p class="note soft">{_text(say(report, "heat"))}</p></section>\n'
    )


def _row(report: Report, line: RuleLine, tone: int, longest: int) -> str:
    shown = [_count(line, gathered(line, column)) for column in columns_of(report)]
    highest = max(shown) or 1
    total = line.total
    rest = [_count(line, total), duration(total.minutes) if total.minutes else ""]
    rest += [f"{number}" if number else "" for number in (total.moved, total.deleted, total.skipped, total.late)]
    figures = "".join(f'<td class="num{" first" if at == 0 else ""}">{each}</td>' for at, each in enumerate(rest))
    bar = (
        '<td aria-hidden="true"><svg class="bar">'
        f'<rect width="{100 * total.minutes / longest:.2f}%" height="100%" rx="2"/></svg></td>'
    )
    swatch = '<svg class="swatch" aria-hidden="true"><rect width="100%" height="100%"/></svg>'
    return (
        f'<tr class="c{tone}"><th scope="row"><span class="name">{swatch}<span><span class="clip">{_clip(_name(line))}'
        f'</span><span class="id">{_text(line.rule)}</span></span></span></th>'
        f"{''.join(_cell(number, highest) for number in shown)}{figures}{bar}</tr>"
    )


def _count(line: RuleLine, numbers: Numbers) -> int:
    return numbers.drafts if line.verb == "draft" else numbers.blocks


def _cell(number: int, highest: int) -> str:
    if not number:
        return '<td class="cell"></td>'
    depth = 0.08 + 0.3 * number / highest
    return (
        f'<td class="cell"><svg aria-hidden="true"><rect width="100%" height="100%" rx="3" fill-opacity="{depth:.2f}"/>'
        f"</svg><span>{number}</span></td>"
    )


# ---------------------------------------------------------------- lists


def _left(report: Report, lines: Sequence[RuleLine]) -> str:
    """Why occurrences were left, by rule."""
    rows = "".join(
        f'<tr><th scope="row"><span class="clip">{_clip(_name(line))}</span></th>'
        f"<td>{', '.join(f'{_text(reason_text(report, code))} ({number})' for code, number in line.reasons)}</td>"
        f'<td class="num">{sum(number for _, number in line.reasons)}</td></tr>'
        for line in lines
        if line.reasons
    )
    if not rows:
        return ""
    heads = (("rule", ""), ("why", ""), ("number", "num"))
    return _card(report, "left", heads, rows, sum(1 for line in lines if line.reasons))


def _drafts(report: Report) -> str:
    if not report.drafts:
        return ""
    rows = "".join(_draft(report, draft) for draft in report.drafts[:_MOST])
    heads = (("due", ""), ("subject", ""), ("to", ""), ("rule", ""), ("fate", ""))
    return _card(report, "drafts", heads, rows, len(report.drafts))


def _draft(report: Report, draft: DraftLine) -> str:
    subject = f'<span class="clip">{_clip(draft.subject)}</span>'
    if draft.file:
        subject = f'<a href="{escape(quote(draft.file), quote=True)}">{subject}</a>'
    to = ", ".join(draft.to[:3]) + (f" +{len(draft.to) - 3}" if len(draft.to) > 3 else "")
    late = f' <span class="flag">{_text(say(report, "is-late"))}</span>' if draft.late else ""
    day = f"{words(report.language).day(draft.due)} {draft.due:%H:%M}"
    return (
        f'<tr><td class="fix">{_text(day)}</td><td>{subject}</td><td>{_clip(to)}</td><td>{_text(draft.rule)}</td>'
        f'<td class="fix">{_text(say(report, draft.fate))}{late}</td></tr>'
    )


def _clashes(report: Report) -> str:
    if not report.clashes:
        return ""
    counted = Counter((clash.title, clash.event) for clash in report.clashes)
    first = {(clash.title, clash.event): clash.start for clash in reversed(report.clashes)}
    rows = "".join(
        f'<tr><td class="fix">{_text(words(report.language).day(first[which]))}</td>'
        f'<td><span class="clip">{_clip(which[1])}</span></td><td><span class="clip">{_clip(which[0])}</span></td>'
        f'<td class="num">{number}</td></tr>'
        for which, number in sorted(counted.items(), key=lambda item: (first[item[0]], item[0]))[:_MOST]
    )
    heads = (("since", ""), ("event", ""), ("guard", ""), ("number", "num"))
    return _card(report, "clashes", heads, rows, len(counted))


def _card(report: Report, name: str, heads: Sequence[tuple[str, str]], rows: str, number: int) -> str:
    """A table with a title, folded when it is long."""
    cells = "".join(f'<th scope="col" class="{css}">{_text(say(report, head))}</th>' for head, css in heads)
    fold = "" if number > _OPEN else " open"
    more = f'<p class="note soft">{_text(say(report, "more", number=number - _MOST))}</p>' if number > _MOST else ""
    return (
        f'<details class="card wide files"{fold}><summary>{_text(say(report, name))} ({number})</summary>'
        f'<div class="table"><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>{more}'
        "</details>\n"
    )
