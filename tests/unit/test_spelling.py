"""The words that people read are spelt right: pages, comments of rules, titles and templates, in English and in French.

The dictionaries are those of pyspellchecker. A word that they lack and that is right goes into `tests/spelling/`; a
failing test names them with their places:

    python tests/unit/test_spelling.py
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from spellchecker import SpellChecker

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
CODE = re.compile(
    r"^ *```.*?^ *```"  # blocks
    r"|`[^`\n]*`"
    r"|\]\([^)\s]*\)|<!--.*?-->|https?://\S+"
    r"|[\w.+-]+@[\w.-]+"
    r"|\S*[\w~]/[\w*.]\S*|[\w*-]+\.(?:md|py|yaml|ics|eml|j2|html|png|json|db|lock|txt|vcf)\b"  # paths and files
    r"|--\w+|^ +agendad .*$",
    re.MULTILINE | re.DOTALL,
)
FRENCH = re.compile(r"«[^»]*»")
"""What an English page quotes of the other language."""
FRENCH_PART = re.compile(r"<!-- in French -->.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
"""What it marks as being in the other language, up to the next heading."""
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
JINJA_COMMENT = re.compile(r"\{#(.*?)#\}", re.DOTALL)
STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
TITLES = re.compile(r"\{en: (?P<en>\"[^\"]*\"|[^,{}\"]*), fr: (?P<fr>\"[^\"]*\"|[^{}\"]*)\}")
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu)['’]", re.IGNORECASE)
ENDINGS = ("s", "ll", "re", "ve", "d", "t", "m")


def prose(language: str) -> Iterator[tuple[str, int, str]]:
    """Everything in a language: the file, the line on which a piece begins, the piece."""
    if language == "en":
        for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[!.]*/README.md")]):
            text = without(FRENCH_PART, page.read_text("utf-8"))
            yield name(page), 1, without(FRENCH, without(CODE, text))
    for path in sorted(ROOT.glob("rules/*/*.yaml")):
        text = path.read_text("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if language == "en" and (comment := comment_of(line)):
                yield name(path), number, without(FRENCH, without(CODE, comment))
            for titles in TITLES.finditer(line):
                yield name(path), number, without(JINJA, titles[language])
    for path in sorted(ROOT.glob("templates/*/*.md.j2")):
        text = path.read_text("utf-8")
        if path.name.endswith(".fr.md.j2") is (language == "fr"):
            for comment in JINJA_COMMENT.finditer(text):
                yield name(path), text[: comment.start()].count("\n") + 1, without(CODE, comment[1])
            letter = without(CODE, without(JINJA, text))
            yield name(path), 1, re.sub(r"^(?:subject|language):", "", letter, flags=re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without(what: re.Pattern[str], text: str) -> str:
    """The text with blanks in the place of what is no prose; lines stay where they are."""
    return what.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def comment_of(line: str) -> str:
    """The comment of a line of YAML."""
    return without(STRING, line).partition(" #")[2] if not line.lstrip().startswith("#") else line


@cache
def known(language: str) -> frozenset[str]:
    """The words of the dictionary, and our own."""
    own = (ROOT / "tests/spelling" / f"{language}.txt").read_text("utf-8").split()
    return frozenset([*SpellChecker(language=language).word_frequency.words(), *own])


def is_right(word: str, language: str) -> bool:
    """Whether a word is in the dictionary: as it is, without an apostrophe's part, or as an acronym."""
    if len(word) == 1 or sum(letter.isupper() for letter in word) > 1:
        return True
    plain = word.replace("’", "'").lower()
    if plain in known(language) or plain.replace("œ", "oe") in known(language):
        return True
    if language == "fr" and ELIDED.match(plain):
        return is_right(ELIDED.sub("", plain), language)
    stem, apostrophe, ending = plain.rpartition("'")
    return bool(apostrophe) and ending in ENDINGS and is_right(stem, language)


def wrong(language: str) -> list[str]:
    """The unknown words with their places."""
    found = []
    for file, first, text in prose(language):
        for number, line in enumerate(text.splitlines(), first):
            found += [f"{file}:{number}: {word}" for word in WORD.findall(line) if not is_right(word, language)]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_is_in_the_dictionary_or_among_our_own(language: str) -> None:
    assert wrong(language) == []


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "recieve"),
        ("en", "seperate"),
        ("en", "wensday's"),
        ("fr", "acceuil"),
        ("fr", "l’acceuil"),
        ("fr", "recontre"),
    ],
)
def test_a_mistake_is_found(language: str, word: str) -> None:
    assert not is_right(word, language)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_list_of_our_own_words_is_in_order_and_says_nothing_twice(language: str) -> None:
    own = (ROOT / "tests/spelling" / f"{language}.txt").read_text("utf-8").split()
    assert own == sorted({word.lower() for word in own})


def test_there_is_something_to_read_in_both_languages() -> None:
    for language in ("en", "fr"):
        files = {file for file, _, text in prose(language) if WORD.search(text)}
        assert {file.partition("/")[0] for file in files} >= {"rules", "templates"}


if __name__ == "__main__":
    sys.exit("\n".join([*wrong("en"), *wrong("fr")]) or 0)
