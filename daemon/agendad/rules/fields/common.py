"""Readers and schema fragments that several tables share."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from agendad.model.rule import Text, Weekdays
from agendad.rules import grammar
from agendad.rules.source import Refused
from agendad.rules.tree import Mapping, Node, Scalar
from agendad.rules.values import each, is_empty, kind_of, parsed, problem, refuse, scalar, shown, text

if TYPE_CHECKING:
    from agendad.rules.table import Schema

RULE_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGES: Final = {
    "english": "en",
    "french": "fr",
    "français": "fr",
    "german": "de",
    "deutsch": "de",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "italiano": "it",
    "portuguese": "pt",
    "dutch": "nl",
}
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

duration = parsed("bad-duration", grammar.parse_duration)
length = parsed("bad-length", grammar.parse_length)
window = parsed("bad-time", grammar.parse_time_range)
day = parsed("bad-date", grammar.parse_date)
pattern = parsed("bad-pattern", grammar.parse_pattern)
_weekdays = parsed("bad-weekday", grammar.parse_weekdays)

STRING: Final[Schema] = {"type": "string", "minLength": 1}
SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}
BOOLEAN: Final[Schema] = {"type": "boolean"}
DURATION: Final[Schema] = {"type": "string", "pattern": r"^\s*\d"}
TIME_RANGE: Final[Schema] = {"type": "string", "pattern": r"^\s*\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d\s*$"}
DATE: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def words(*known: str) -> Schema:
    """One of the known words."""
    return {"enum": list(known)}


def by_id(item: Schema) -> Schema:
    """A mapping of ids to such items; keys that begin with `x-` are passed over."""
    return {"type": "object", "patternProperties": {"^x-": {}}, "additionalProperties": item}


def list_or_one(item: Schema) -> Schema:
    """A value or a list of values."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def number(least: int, most: int) -> Schema:
    """A whole number, both bounds included."""
    return {"type": "integer", "minimum": least, "maximum": most}


def weekdays(node: Node) -> Weekdays:
    """`tue-thu`, `mon, wed`, or a list of such."""
    return frozenset().union(*each(node, _weekdays))


def rule_id(node: Node) -> str:
    """A rule's id: kebab-case."""
    word = scalar(node).text
    if not RULE_ID.fullmatch(word):
        better = kebab(word)
        refuse(node, "bad-id", f"`{shown(word)}` is not in kebab-case", f"did you mean `{better}`?" if better else "")
    return word


def kebab(word: str) -> str:
    """The nearest kebab-case word: `Deep Work` is `deep-work`."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(re.sub(r"([a-z])([A-Z])", r"\1-\2", word))))


def fold(word: str) -> str:
    """Without case and accents (Unicode NFKD less combining marks)."""
    if word.isascii():
        return word.casefold()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def language(node: Node) -> str:
    """A language tag such as `fr` or `pt-BR` (BCP 47)."""
    word = scalar(node).text.strip()
    if not LANGUAGE.fullmatch(word):
        tag = _LANGUAGES.get(word.casefold())
        hint = f"did you mean `{tag}`?" if tag else "write for example `en`, `fr` or `pt-BR`"
        refuse(node, "bad-language", f"`{shown(word)}` is not a language tag", hint)
    return word


def languages_text(node: Node) -> Text:
    """A text for all languages, or a mapping of language to text."""
    if isinstance(node, Scalar):
        return Text({"": text(node)})
    if not isinstance(node, Mapping):
        refuse(node, "wrong-type", f"text, or a mapping of language to text, is expected here, not {kind_of(node)}")
    by_language: dict[str, str] = {}
    problems = []
    for key, value in node.entries.values():
        try:
            tag = language(key)
            if is_empty(value):
                problems.append(problem(key, "empty-value", f"`{tag}` has no text"))
                continue
            by_language[tag] = text(value)
        except Refused as refused:
            problems.extend(refused.problems)
    if problems or not by_language:
        raise Refused(problems)
    return Text(by_language)


def group(node: Node) -> str:
    """A group's name: one word, as it stands behind `group:`."""
    name = scalar(node).text.strip()
    if any(char.isspace() or char in ":,*@" for char in name):
        kind, _, rest = name.partition(":")
        hint = f"did you mean `{shown(rest)}`?" if kind == "group" and rest else "write one word, such as `team`"
        refuse(node, "bad-id", f"`{shown(name)}` is not a group name", hint)
    return name


def person_id(node: Node) -> str:
    """A person's id: one word."""
    word = scalar(node).text.strip()
    if not word or any(char.isspace() or char in ":,*@" for char in word) or word == "me":
        refuse(node, "bad-id", f"`{shown(word)}` is not a person's id", "write one word, such as `grace`")
    return word


TEXT: Final[Schema] = {"anyOf": [SCALAR, {"type": "object", "additionalProperties": SCALAR, "minProperties": 1}]}
