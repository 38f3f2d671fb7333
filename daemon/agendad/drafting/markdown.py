"""Markdown to the two bodies of a mail: text that reads well as it is, and HTML. Called by `letters.py`.

CommonMark without raw HTML and images; every line of a template is a line of the letter. The data of the letter stands
in it as tokens and is put in its place when the Markdown is understood, so that it is never read as Markdown.
"""

from __future__ import annotations

import re
from copy import copy
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from agendad.drafting.tokens import Tokens

_OPENED: Final = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"]+", re.IGNORECASE)
"""What a link may lead to."""

_ITEM: Final = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: |$)")


class Bodies(NamedTuple):
    """The same letter twice; `html` is what stands inside `<body>`."""

    text: str
    html: str


def bodies(source: str, tokens: Tokens, form: Callable[[str], str] = str) -> Bodies:
    """Both bodies of a letter in Markdown; `form` gives the form in which data stands among other words."""
    parsed = [_filled(token, tokens, form) for token in _parsed(source)]
    html = _parser().renderer.render(parsed, _parser().options, {})
    lines = "\n".join(_blocks(SyntaxTreeNode(parsed).children)).split("\n")
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
    return Bodies(f"{text}\n" if text else "", html)


class _Markdown(MarkdownIt):
    """A parser that leaves the targets of links alone: data has not been put into them yet."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - overrides the library's
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802 - overrides the library's
        return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"html": False, "breaks": True})
    # Four spaces are a slip, a line under a line the beginning of a signature, and a picture fetches something.
    return parser.disable(["code", "lheading", "html_block", "html_inline", "image"])


@lru_cache(maxsize=256)
def _parsed(source: str) -> tuple[Token, ...]:
    """The block tokens of a letter. Letters of one template that differ by their data alone have the same."""
    found = _parser().parse("\n".join(_lists_ended(source.split("\n"))))
    for token in found:
        token.info = ""
    _tighten(found)
    return tuple(found)


def _lists_ended(lines: Iterable[str]) -> Iterator[str]:
    """The lines with an empty one where a list ends: CommonMark would take the next line into the last item."""
    inside = False
    for line in lines:
        if _ITEM.match(line):
            inside = True
        elif inside and not line[:1].isspace():
            inside = False
            if line:
                yield ""
        yield line


# ---------------------------------------------------------------- data in its place


def _filled(token: Token, tokens: Tokens, form: Callable[[str], str]) -> Token:
    """A block token with the data put in; what was parsed is left as it is, for the next letter."""
    if token.children is None:
        if not token.content:
            return token
        filled = copy(token)
        filled.content = tokens.fill(token.content, form)
        return filled
    filled = copy(token)
    filled.children = [each for child in _opened(token.children, tokens) for each in _broken(child, tokens, form)]
    return filled


def _broken(token: Token, tokens: Tokens, form: Callable[[str], str]) -> Iterator[Token]:
    """An inline token with the data put in; the line ends of the data become breaks."""
    content = tokens.fill(token.content, form) if token.type in {"text", "code_inline"} else token.content
    if content == token.content:
        yield token
    elif token.type == "code_inline":
        yield Token("code_inline", "code", 0, content=content.replace("\n", " "), markup=token.markup)
    else:
        for number, line in enumerate(content.split("\n")):
            if number:
                yield Token("hardbreak", "br", 0)
            if line:
                yield Token("text", "", 0, content=line)


def _opened(children: Sequence[Token], tokens: Tokens) -> Iterator[Token]:
    """Inline tokens with the targets of links filled; a link that leads nowhere is left as its words."""
    dropped: list[bool] = []
    for token in children:
        if token.type == "link_open":
            target = tokens.fill(str(token.attrGet("href") or ""), _in_link).strip()
            dropped.append(_OPENED.fullmatch(target) is None)
            if not dropped[-1]:
                yield Token("link_open", "a", 1, {"href": normalizeLink(target)}, meta={"to": target})
        elif token.type != "link_close" or not dropped.pop():
            yield token


def _in_link(text: str) -> str:
    """Data inside the target of a link: what would end it is written in percent signs (RFC 3986)."""
    return quote(text, safe=":/?#[]@!$&'()*+,;=%~")


def _tighten(parsed: Sequence[Token]) -> None:
    """Lists whose items are one paragraph each are tight, whatever empty lines a loop left between them."""
    opened: list[list[Token]] = []
    for token in parsed:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            opened.append([])
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            mine = opened.pop()
            items = [list(group) for is_mark, group in groupby(mine, lambda each: each.type == "list_item_open")]
            if all(sum(each.type == "paragraph_open" for each in item) <= 1 for item in items):
                for each in mine:
                    each.hidden = each.hidden or each.type.startswith("paragraph_")
        elif opened and (token.type == "list_item_open" or token.type.startswith("paragraph_")):
            opened[-1].append(token)


# ---------------------------------------------------------------- the text


def _blocks(nodes: Iterable[SyntaxTreeNode], *, tight: bool = False) -> list[str]:
    """The lines of block nodes, with an empty one between two of them."""
    lines: list[str] = []
    for node in nodes:
        if lines and not tight:
            lines.append("")
        lines += _lines(node)
    return lines


def _lines(node: SyntaxTreeNode) -> list[str]:
    match node.type:
        case "paragraph" | "heading":
            return _inline(node.children[0].children if node.children else []).split("\n")
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return [f"> {line}".rstrip() for line in _blocks(node.children)]
        case "fence":
            return [f"    {line}".rstrip() for line in node.content.rstrip("\n").split("\n")]
        case "hr":
            return ["-" * 20]
    return _blocks(node.children)


def _list(node: SyntaxTreeNode) -> list[str]:
    lines: list[str] = []
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for number, item in enumerate(node.children):
        tight = all(child.type != "paragraph" or child.hidden for child in item.children)
        if lines and not tight:
            lines.append("")
        mark = f"{first + number}. " if node.type == "ordered_list" else "- "
        body = _blocks(item.children, tight=tight)
        lines += [(mark if not place else " " * len(mark)) + line for place, line in enumerate(body)]
    return lines


def _inline(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(map(_words, nodes))


def _words(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            words, target = _inline(node.children), str(node.meta.get("to", ""))
            said = target in {words, f"mailto:{words}"}
            return words if said or not words else f"{words} ({target.removeprefix('mailto:')})"
    return _inline(node.children)
