"""The page is self-contained, cannot be taken over by a title, and can be read by everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from view_files import assert_golden
from views_sample import block, event, fields, sample_sheet, sheet_of

from agendad.views.html import page

VOID = {"meta", "path", "rect", "circle", "use", "br"}


@dataclass
class Tree(HTMLParser):
    """What a page is made of: its tags with the names of their attributes, and its text."""

    tags: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the tag; a void one needs no end."""
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes.append({"": tag, **{name: value or "" for name, value in attrs}})
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every end tag closes the last one that is open."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keeps the text."""
        self.text.append(data)


def read(html: str) -> Tree:
    """The page as a browser without error correction would see it."""
    tree = Tree()
    tree.feed(html)
    tree.close()
    assert tree.open == []
    return tree


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_as_it_was_accepted(language: str) -> None:
    html = re.sub(r"(?s)<style>.*</style>", "<style></style>", page(sample_sheet(language)))
    assert_golden(f"week.{language}.html", html.replace("<li", "\n<li").replace("<section", "\n<section"))


def test_nothing_is_asked_from_anywhere() -> None:
    html = page(sample_sheet(weeks=2))
    assert not re.search(r"https?:|//|url\(|@import|<script|<img|<link|<iframe|\bon\w+=", html)
    assert "default-src 'none'" in html
    references = [found for tag in read(html).attributes for name, found in tag.items() if name in ("href", "src")]
    assert references
    assert all(found.startswith("#") for found in references)


hostile = st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"'/=`\u202e\x1b\x00{}"), max_size=200)


@given(hostile)
@example("</style><script>alert(1)</script>")
@example('" onfocus="alert(1)" x="')
@example("--></ul><h1>")
@example("\u202egnp.exe")
@example("x" * 10_000)
@example("👩‍🚀" * 400)
@example("\ud800")
@example("")
def test_a_title_changes_no_tag_and_no_attribute(title: str) -> None:
    def made_of(text: str) -> list[tuple[str, tuple[str, ...]]]:
        what = fields(text, 1, "10:00-11:00")
        shown = sheet_of(event(fields(text, 0, "14:00-15:00"), text), blocks=(block("rule/2026-11-24", what),))
        html = page(shown)
        html.encode("utf-8")
        return read(html).tags

    assert made_of(title) == made_of("calm")


def test_a_long_title_is_clipped_on_the_picture_and_whole_in_the_label() -> None:
    title = "Planning " * 1000
    tree = read(page(sheet_of(event(fields(title, 0, "14:00-15:00")))))
    label = next(found["aria-label"] for found in tree.attributes if "tabindex" in found)
    assert title.strip() in label
    drawn = [text for text in tree.text if text.startswith("Planning")]
    assert min(map(len, drawn)) < 200


def test_each_item_can_be_focused_and_says_when_what_state_and_why() -> None:
    tree = read(page(sample_sheet()))
    items = [found for found in tree.attributes if found.get("tabindex") == "0"]
    labels = [found["aria-label"] for found in items]
    assert "Mon 23 Nov 15:30–15:45, Walk, new" in labels
    assert "Thu 26 Nov 17:00–18:00, Admin hour, removed" in labels
    assert "Tue 24 Nov 08:30–09:15, Call with Tokyo, in protected time, not answered" in labels
    idents = {found["id"] for found in tree.attributes if "id" in found}
    described = [found["aria-describedby"] for found in items if "aria-describedby" in found]
    assert len(described) >= 5
    assert set(described) <= idents
    assert len(idents) == sum("id" in found for found in tree.attributes)


def test_every_state_has_a_sign_of_its_own_besides_its_colour() -> None:
    html = page(sample_sheet())
    for state in ("new", "moved", "changed", "gone", "left", "pinned", "violates"):
        assert f'<symbol id="m-{state}"' in html
        assert f'<use href="#m-{state}"/>' in html


def test_a_plan_without_changes_says_so() -> None:
    assert "Nothing to change." in page(sheet_of())
    assert "Nothing to change." not in page(sample_sheet())


# ---------------------------------------------------------------- contrast


def schemes() -> list[dict[str, str]]:
    """The colours of the style sheet by name: on a light screen, on a dark one."""
    css = files("agendad.views").joinpath("week.css").read_text("utf-8")
    light, dark = css.partition("prefers-color-scheme: dark")[::2]
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark.partition(".c0")[0])]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", schemes(), ids=["light", "dark"])
def test_text_and_edges_can_be_seen_in_both_schemes(scheme: dict[str, str]) -> None:
    grounds = ["page", "paper", "weekend", "event", *(f"fill-{n}" for n in range(8))]
    for ground, ink in product(grounds, ("ink", "soft")):
        assert contrast(scheme[ground], scheme[ink]) >= 4.5, (ground, ink)
    for ground in ("page", "paper", "weekend", "event"):
        assert contrast(scheme[ground], scheme["accent"]) >= 4.5, ground
    for edge in ["event-edge", "focus", *(f"edge-{n}" for n in range(8))]:
        assert contrast(scheme["paper"], scheme[edge]) >= 3, edge
