"""YAML to nodes: text stays text, and every place is where an editor shows it."""

from __future__ import annotations

import pytest
import yaml

from agendad.rules.source import MAX_BYTES
from agendad.rules.tree import Document, Mapping, Node, Scalar, Sequence, parse

SAMPLES = (
    b"a: 1\nb: [x, 'y z', \"w\"]\nc:\n  - d: e\n    f: >\n      folded\n      text\n",
    b"a: {b: c, d: [1, 2]} # comment\n'quoted key': |\n  kept\n  lines\n",
    "é: 深い\r\nb:\r\n  - x\r\n".encode(),
    b"\xef\xbb\xbfa: b\n",
    b"---\na: b\n...\n",
    b"plain\nover\nlines\n",
    b"",
)


def shape(node: Node | None) -> object:
    """A tree as plain values with the places of its scalars."""
    if isinstance(node, Scalar):
        return (node.text, node.start, node.end, node.plain)
    if isinstance(node, Sequence):
        return [shape(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: (shape(at), shape(value)) for key, (at, value) in node.entries.items()}
    return node


def value(document: Document, *path: str) -> Scalar:
    """The scalar below the keys of `path`."""
    node = document.root
    for key in path:
        assert isinstance(node, Mapping)
        node = node.entries[key][1]
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize("text", ["12:30", "no", "010", "1e3", "~", "2026-11-23", "0x1F", "true"])
def test_a_scalar_is_the_text_that_was_written(text: str) -> None:
    assert value(parse("a.yaml", f"a: {text}\n".encode()), "a").text == text


@pytest.mark.parametrize("data", SAMPLES)
def test_the_pure_parser_gives_the_same_tree_as_libyaml(data: bytes) -> None:
    pure = parse("a.yaml", data, yaml.SafeLoader)
    assert shape(pure.root) == shape(parse("a.yaml", data).root)
    assert not pure.problems


@pytest.mark.parametrize(
    ("data", "line", "column", "end_column"),
    [
        (b"a: b\nkey: value\n", 2, 6, 11),
        (b"\xef\xbb\xbfkey: value\n", 1, 6, 11),
        (b"a: b\r\nkey: value\r\n", 2, 6, 11),
        (b"a: b\rkey: value\r", 2, 6, 11),
        ("深い: {é: x, key: value}\n".encode(), 1, 17, 22),
        (b"key:\tvalue\n", 1, 6, 11),
        ("a: x\u2028  y\nkey: value\n".encode(), 2, 6, 11),
        (b"key: 'value'\n", 1, 6, 13),
    ],
)
def test_columns_count_characters_whatever_the_line_ends(data: bytes, line: int, column: int, end_column: int) -> None:
    document = parse("a.yaml", data)
    assert isinstance(document.root, Mapping)
    node = document.root.entries["key"][1] if "key" in document.root.entries else value_of_only(document.root)
    span = node.span
    assert (span.line, span.column, span.end_column) == (line, column, end_column)


def value_of_only(root: Mapping) -> Node:
    """The value of `key` inside the only entry."""
    ((_, inner),) = root.entries.values()
    assert isinstance(inner, Mapping)
    return inner.entries["key"][1]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"a: over the sea\n", "the"),
        (b"a: 'over the sea'\n", "the"),
        (b'a: "over the sea"\n', "the"),
        (b'a: "over\\tthe sea"\n', '"over\\tthe sea"'),
        (b"a: over\n  the sea\n", "over\n  the sea"),
    ],
)
def test_a_part_of_a_text_has_its_own_place_where_characters_did_not_move(data: bytes, shown: str) -> None:
    node = value(parse("a.yaml", data), "a")
    start, end = node.part(5, 8)
    assert node.source.text[start:end] == shown


def test_a_file_of_just_one_mebibyte_is_read_and_a_larger_one_refused() -> None:
    data = b"a: b\n#" + b"x" * (MAX_BYTES - 6)
    assert not parse("a.yaml", data).problems
    (problem,) = parse("a.yaml", data + b"x").problems
    assert problem.code == "too-large"


def test_a_mapping_of_many_keys_is_read_in_linear_time() -> None:
    data = b"".join(b"k%d: 1\n" % number for number in range(50_000))
    root = parse("a.yaml", data).root
    assert isinstance(root, Mapping)
    assert len(root.entries) == 50_000


def test_nesting_of_32_levels_is_read() -> None:
    assert not parse("a.yaml", b"[" * 32 + b"]" * 32).problems
    assert [problem.code for problem in parse("a.yaml", b"[" * 100_000).problems] == ["too-deep"]
