"""The methods and schemas of the discovery documents that google-api-python-client ships, compiled to checks.

Everything here is made once per process; a request then costs only the checks of its own fields.
"""

from __future__ import annotations

import base64
import binascii
import importlib.util
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from emulator.wire import Json, bad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Check = Callable[[Any, str], None]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_OFFSET = re.compile(r"([Zz]|[+-]\d\d:\d\d)$")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DIGITS = re.compile(r"-?\d+")
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
_LONG: Final = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or path parameter."""

    name: str
    kind: str
    form: str
    choices: frozenset[str]
    least: int | None
    most: int | None
    repeated: bool
    required: bool

    def read(self, text: str) -> str | int | bool:
        """The value; refused with 400 when it is of another type, choice or range."""
        if self.choices and text not in self.choices:
            raise bad(f"Invalid value for parameter {self.name}: {text}", "invalidParameter")
        if self.kind == "boolean":
            if text not in {"true", "false"}:
                raise bad(f"Invalid boolean value for parameter {self.name}: {text}", "invalidParameter")
            return text == "true"
        if self.kind == "integer":
            return self._integer(text)
        if self.form == "date-time":
            _rfc3339(text, self.name)
            if not _OFFSET.search(text):
                raise bad(f"{self.name}: a time zone offset is needed: {text}", "badRequest")
        elif self.form in _LONG:
            _long(self.form)(text, self.name)
        return text

    def _integer(self, text: str) -> int:
        least, most = _RANGES.get(self.form, (None, None))
        least = self.least if self.least is not None else least
        most = self.most if self.most is not None else most
        if not _DIGITS.fullmatch(text):
            raise bad(f"Invalid integer for parameter {self.name}: {text}", "invalidParameter")
        value = int(text)
        if (least is not None and value < least) or (most is not None and value > most):
            raise bad(f"Value of parameter {self.name} is out of range: {text}", "invalidParameter")
        return value


@dataclass(frozen=True, slots=True)
class Method:
    """One method of an API. `check` is the schema of its body, `upload` whether this is its upload path."""

    id: str
    verb: str
    segments: tuple[str, ...]
    query: dict[str, Parameter]
    scopes: frozenset[str]
    check: Check | None
    upload: bool
    resumable: bool

    @property
    def writes(self) -> bool:
        """Whether a success changes something."""
        return self.verb != "GET" and self.id != "calendar.freebusy.query"

    def parameters(self, segments: list[str], query: str) -> Json:
        """The values of the path and of the query by name; repeated ones are lists, absent ones are absent."""
        found: Json = {
            own[1:-1]: unquote(given) for own, given in zip(self.segments, segments, strict=True) if own[0] == "{"
        }
        for name, text in parse_qsl(query, keep_blank_values=True):
            parameter = self.query.get(name)
            if parameter is None:
                raise bad(f'Unknown name "{name}": Cannot bind query parameter.', "badRequest")
            value = parameter.read(text)
            if parameter.repeated:
                found.setdefault(name, []).append(value)
            elif name in found:
                raise bad(f"Parameter {name} is not repeatable", "invalidParameter")
            else:
                found[name] = value
        for name, parameter in self.query.items():
            if parameter.required and name not in found:
                raise bad(f"Required parameter: {name}", "required")
        return found


class Api:
    """The methods of one discovery document, found by verb and path."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._checks: dict[str, Check] = {}
        self.batch_path = "/" + document["batchPath"]
        self._base = document["servicePath"].strip("/")
        common = {name: _parameter(name, entry) for name, entry in document["parameters"].items()}
        self._methods: list[Method] = []
        self._routes: Json = {}
        for entry in _methods(document["resources"]):
            self._add(entry, common)

    def find(self, verb: str, path: str) -> tuple[Method, list[str]] | None:
        """The method of a path (still percent-encoded) and its segments."""
        segments = path.strip("/").split("/")
        method = _walk(self._routes, [*segments, verb], 0)
        return (method, segments) if method else None

    def methods(self) -> Iterator[Method]:
        """All of them."""
        yield from self._methods

    def schema(self, name: str) -> Check:
        """The check of a named schema."""
        if name not in self._checks:
            made: list[Check] = []  # filled below: a schema may hold itself

            def check(value: Any, where: str) -> None:
                made[0](value, where)

            self._checks[name] = check
            made.append(self._compile(self._document["schemas"][name]))
            self._checks[name] = made[0]
        return self._checks[name]

    def read_only(self, schema: str) -> frozenset[str]:
        """The fields of a schema whose description says that they cannot be written."""
        fields = self._document["schemas"][schema]["properties"]
        return frozenset(
            name for name, entry in fields.items() if re.search(r"read-only", entry.get("description", ""), re.I)
        )

    def _add(self, entry: Json, common: dict[str, Parameter]) -> None:
        given = {name: _parameter(name, spec) for name, spec in entry.get("parameters", {}).items()}
        places = {name: spec["location"] for name, spec in entry.get("parameters", {}).items()}
        body = entry.get("request", {}).get("$ref")
        paths = [("/".join(part for part in (self._base, entry["path"]) if part), False, False)]
        for protocol, spec in entry.get("mediaUpload", {}).get("protocols", {}).items():
            paths.append((spec["path"], True, protocol == "resumable"))
        for path, upload, resumable in paths:
            query = common | {name: one for name, one in given.items() if places[name] == "query"}
            if upload:
                query["upload_id"] = Parameter("upload_id", "string", "", frozenset(), None, None, False, False)
            segments = tuple(path.strip("/").split("/"))
            method = Method(
                entry["id"],
                entry["httpMethod"],
                segments,
                query,
                frozenset(entry.get("scopes", ())),
                self.schema(body) if body else None,
                upload,
                resumable,
            )
            self._methods.append(method)
            node = self._routes
            for segment in segments:
                node = node.setdefault("{}" if segment[0] == "{" else segment, {})
            node[method.verb] = method

    def _compile(self, entry: Json) -> Check:
        if "$ref" in entry:
            return self.schema(entry["$ref"])
        kind = entry.get("type")
        if kind == "object":
            return self._object(entry)
        if kind == "array":
            return self._array(entry)
        if kind == "string":
            return _string(entry)
        if kind == "integer":
            return _integer(entry)
        if kind == "boolean":
            return _of(bool, "boolean")
        if kind == "number":
            return _of((int, float), "number")
        return lambda value, where: None

    def _object(self, entry: Json) -> Check:
        fields = {name: self._compile(spec) for name, spec in entry.get("properties", {}).items()}
        others = self._compile(entry["additionalProperties"]) if "additionalProperties" in entry else None

        def check(value: Any, where: str) -> None:
            if type(value) is not dict:
                raise bad(f"Invalid value at '{where}': an object is needed", "parseError")
            for name, part in value.items():
                inner = fields.get(name, others)
                if inner is None:
                    raise bad(f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}'", "badRequest")
                if part is not None:
                    inner(part, f"{where}.{name}" if where else name)

        return check

    def _array(self, entry: Json) -> Check:
        inner = self._compile(entry["items"])

        def check(value: Any, where: str) -> None:
            if type(value) is not list:
                raise bad(f"Invalid value at '{where}': an array is needed", "parseError")
            for number, part in enumerate(value):
                inner(part, f"{where}[{number}]")

        return check


@cache
def calendar() -> Api:
    """Calendar v3."""
    return Api(_document("calendar.v3"))


@cache
def gmail() -> Api:
    """Gmail v1."""
    return Api(_document("gmail.v1"))


def instant(text: str) -> datetime:
    """An RFC 3339 time with an offset; the forms were checked before."""
    return datetime.fromisoformat(text.upper())


def bytes_of(text: str) -> bytes:
    """base64url read back, with or without padding; ValueError otherwise."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", text):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _document(name: str) -> Json:
    spec = importlib.util.find_spec("googleapiclient")  # found, not imported: the documents are all that is needed
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "discovery_cache" / "documents" / f"{name}.json"
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _methods(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _walk(node: Json, segments: list[str], at: int) -> Method | None:
    """The method at the end of a path; a literal segment goes before one that may be anything."""
    if at == len(segments) - 1:
        found = node.get(segments[at])
        return found if isinstance(found, Method) else None
    for name in (segments[at], "{}"):
        inner = node.get(name)
        if isinstance(inner, dict) and (method := _walk(inner, segments, at + 1)):
            return method
    return None


def _parameter(name: str, entry: Json) -> Parameter:
    least, most = entry.get("minimum"), entry.get("maximum")
    return Parameter(
        name,
        entry["type"],
        entry.get("format", ""),
        frozenset(entry.get("enum", ())),
        int(least) if least is not None else None,
        int(most) if most is not None else None,
        entry.get("repeated", False),
        entry.get("required", False),
    )


def _of(kind: type | tuple[type, ...], word: str) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, kind):
            raise bad(f"Invalid value at '{where}': a {word} is needed", "parseError")

    return check


def _integer(entry: Json) -> Check:
    least, most = _RANGES.get(entry.get("format", ""), (None, None))

    def check(value: Any, where: str) -> None:
        if type(value) is not int:
            raise bad(f"Invalid value at '{where}': an integer is needed", "parseError")
        if least is not None and most is not None and not least <= value <= most:
            raise bad(f"Invalid value at '{where}': out of range", "parseError")

    return check


def _string(entry: Json) -> Check:
    choices, form = frozenset(entry.get("enum", ())), entry.get("format", "")
    formats: dict[str, Check] = {"date": _date, "date-time": _rfc3339, "byte": _bytes}
    more = _long(form) if form in _LONG else formats.get(form)

    def check(value: Any, where: str) -> None:
        if type(value) is not str:
            raise bad(f"Invalid value at '{where}': a string is needed", "parseError")
        if choices and value not in choices:
            raise bad(f"Invalid value at '{where}': {value}", "parseError")
        if more is not None:
            more(value, where)

    return check


def _long(form: str) -> Check:
    least, most = _LONG[form]

    def check(value: Any, where: str) -> None:
        if not _DIGITS.fullmatch(value) or not least <= int(value) <= most:
            raise bad(f"Invalid value at '{where}': {value}", "parseError")

    return check


def _rfc3339(value: Any, where: str) -> None:
    if not _RFC3339.fullmatch(value) or not _reads(datetime.fromisoformat, value.upper()):
        raise bad(f"Invalid value at '{where}': no RFC 3339 time: {value}", "parseError")


def _date(value: Any, where: str) -> None:
    if not _DATE.fullmatch(value) or not _reads(date.fromisoformat, value):
        raise bad(f"Invalid value at '{where}': no date: {value}", "parseError")


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _bytes(value: Any, where: str) -> None:
    try:
        bytes_of(value)
    except ValueError:
        raise bad(f"Invalid value at '{where}': Base64 decoding failed", "parseError") from None
