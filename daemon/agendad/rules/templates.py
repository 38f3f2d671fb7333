"""Templates by their name: `notes: agenda.md.j2` becomes the text of that file, a draft that of each language.

`agenda.fr.md.j2` beside it is the same text for French. Expressions are not looked at here.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from agendad.model.rule import Text
from agendad.rules.fields.common import LANGUAGE
from agendad.rules.fields.letter import SUFFIX as LETTER_SUFFIX
from agendad.rules.source import MAX_BYTES
from agendad.rules.spelling import did_you_mean
from agendad.rules.values import refuse, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from agendad.rules.tree import Node

SUFFIX: Final = ".j2"


class TemplateFile(NamedTuple):
    """What a template file holds, and its name below its folder."""

    name: str
    text: str


def is_name(text: str) -> bool:
    """Whether a text is the name of a template, and not a text itself."""
    return text.strip().endswith(SUFFIX) and len(text.split()) == 1


def resolve(text: Text, node: Node, folders: Sequence[Path]) -> Text:
    """The text with every template name replaced by what the file holds; raises Refused when there is none."""
    found: dict[str, str] = {}
    for language, value in text.by_language.items():
        if not is_name(value):
            found[language] = value
            continue
        path = _find(value.strip(), node, folders)
        found[language] = _read(path, node)
        if not language:
            found.update({tag: _read(variant, node) for tag, variant in _variants(path)})
    return Text(found)


def read_variants(name: str, node: Node, folders: Sequence[Path]) -> Mapping[str, TemplateFile]:
    """The files of a draft's template by language, that without one under the empty tag; raises Refused for none.

    A language that an earlier folder has is taken from there. Folders behind the first that holds the file without a
    language are left alone: what they hold are translations of another text.
    """
    found: dict[str, TemplateFile] = {}
    for folder in folders:
        for tag, path in _languages(folder / name):
            if tag not in found:
                found[tag] = TemplateFile(path.relative_to(folder).as_posix(), _read(path, node))
        if "" in found:
            break
    if not found:
        _unknown(name, node, folders)
    return found


def _languages(path: Path) -> Iterator[tuple[str, Path]]:
    """The file itself under the empty tag, and those beside it for single languages, as far as they are there."""
    if path.is_file():
        yield "", path
    stem = path.name.removesuffix(LETTER_SUFFIX)
    for sibling in sorted(path.parent.iterdir()) if path.parent.is_dir() else ():
        if sibling.name.startswith(f"{stem}.") and sibling.name.endswith(LETTER_SUFFIX):
            tag = sibling.name[len(stem) + 1 : -len(LETTER_SUFFIX)]
            if LANGUAGE.fullmatch(tag) and sibling.is_file():
                yield tag, sibling


def _find(name: str, node: Node, folders: Sequence[Path]) -> Path:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name:
        refuse(node, "bad-template", f"`{shown(name)}` is outside the templates folder", "write the bare file name")
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if found is None:
        _unknown(name, node, folders)
    return found


def _unknown(name: str, node: Node, folders: Sequence[Path]) -> NoReturn:
    known = (path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob(f"*{SUFFIX}"))
    hint = did_you_mean(name, known) or "put the file into the templates folder"
    refuse(node, "unknown-template", f"there is no template `{shown(name)}`", hint)


def _variants(path: Path) -> list[tuple[str, Path]]:
    """The files for single languages: of `a.md.j2`, `a.fr.md.j2` as (`fr`, path)."""
    stem, _, rest = path.name.partition(".")
    found = []
    for sibling in sorted(path.parent.iterdir()):
        if sibling.name.startswith(f"{stem}.") and sibling.name.endswith(f".{rest}"):
            tag = sibling.name[len(stem) + 1 : -len(rest) - 1]
            if tag and "." not in tag:
                found.append((tag, sibling))
    return found


def _read(path: Path, node: Node) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            refuse(node, "bad-template", f"the template `{path.name}` is larger than 1 MiB", "shorten it")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        refuse(node, "bad-template", f"the template `{path.name}` is not UTF-8 text", "save the file in UTF-8")
    except OSError as error:
        refuse(node, "bad-template", f"the template `{path.name}` cannot be read: {error.strerror}")
