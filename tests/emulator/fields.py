"""The `fields` parameter: partial answers (`items(id,start/dateTime),nextPageToken`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulator.wire import bad

Selector = Callable[[Any], Any]
Tree = dict[str, "Tree | None"]
_TOKEN = re.compile(r"[A-Za-z0-9_.*-]+|[(),/]")


@lru_cache(maxsize=256)
def select(text: str) -> Selector:
    """A function that keeps of a JSON value what `text` names; 400 when it cannot be read."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise bad(f"Invalid field selection {text}", "invalidParameter")
    tree, rest = _group(tokens, 0, text)
    if rest != len(tokens):
        raise bad(f"Invalid field selection {text}", "invalidParameter")
    return lambda value: _pick(value, tree)


def _group(tokens: list[str], at: int, text: str) -> tuple[Tree, int]:
    tree: Tree = {}
    while True:
        at = _path(tokens, at, text, tree)
        if at >= len(tokens) or tokens[at] != ",":
            return tree, at
        at += 1


def _path(tokens: list[str], at: int, text: str, tree: Tree) -> int:
    if at >= len(tokens) or tokens[at] in "(),/":
        raise bad(f"Invalid field selection {text}", "invalidParameter")
    name, at = tokens[at], at + 1
    if at < len(tokens) and tokens[at] == "/":
        inner = tree.setdefault(name, {})
        return _path(tokens, at + 1, text, inner if inner is not None else {})
    if at < len(tokens) and tokens[at] == "(":
        inner, at = _group(tokens, at + 1, text)
        if at >= len(tokens) or tokens[at] != ")":
            raise bad(f"Invalid field selection {text}", "invalidParameter")
        tree[name] = {**(tree.get(name) or {}), **inner}
        return at + 1
    tree[name] = None
    return at


def _pick(value: Any, tree: Tree) -> Any:
    if isinstance(value, list):
        return [_pick(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    if "*" in tree:
        return value
    found = {}
    for name, inner in tree.items():
        if name in value:
            found[name] = value[name] if inner is None else _pick(value[name], inner)
    return found
