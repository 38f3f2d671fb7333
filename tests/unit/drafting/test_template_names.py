"""Unknown names are found in every branch of a template, also in those that no sample takes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from agendad.drafting.letters import Letters


@dataclass(frozen=True)
class Friend:
    """Somebody with a few fields."""

    name: str = "Ada"
    tier: int | None = None
    topics: tuple[str, ...] = ("x",)
    _secret: str = ""

    @property
    def first_name(self) -> str:
        return self.name


CONTEXT = {"person": Friend(), "people": (Friend(),), "slots": lambda count=3: [Friend()], "now": None, "none": ()}


def unknown(body: str) -> list[str]:
    faults = Letters().problems(f"---\nsubject: x\n---\n{body}", CONTEXT)
    return list(dict.fromkeys(fault.word for fault in faults))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{{ persn }}", ["persn"]),
        ("{{ person.nme }} {{ person.name }} {{ person.first_name }}", ["nme"]),
        ("{{ person['nme'] }}", ["nme"]),
        ("{{ person._secret }}", ["_secret"]),
        ("{% if false %}{{ persn }}{% elif false %}{{ a }}{% else %}{{ b }}{% endif %}", ["persn", "a", "b"]),
        ("{% for each in people if each.nam %}{{ each.nme }}{{ loop.index }}{% else %}{{ each }}{% endfor %}", None),
        ("{% for each in slots(2) %}{{ each.nme }}{% endfor %}", ["nme"]),
        ("{{ (people | first).nme }}{{ people[0].nme }}{{ people[1:][0].nme }}", ["nme"]),
        ("{% for each in people | sort(attribute='name') %}{{ each.nme }}{% endfor %}", ["nme"]),
        ("{% set a = person %}{{ a.nme }}", ["nme"]),
        ("{% set a = b %}{{ a }}", ["b"]),
        ("{% set a %}{{ b }}{% endset %}{{ a }}", ["b"]),
        ("{% macro m(a, b=c) %}{{ a.x }}{{ d }}{% endmacro %}{{ m(e) }}", ["c", "d", "e"]),
        ("{% with a = person %}{{ a.nme }}{% endwith %}{{ a }}", ["nme", "a"]),
        ("{% call m() %}{{ x }}{% endcall %}", ["m", "x"]),
        ("{{ x | default('y') }}", ["x"]),
        ("{{ person.name ~ x if y else z }}", ["y", "x", "z"]),
        ("{{ people.name }}", ["name"]),
        ("{{ x is defined }} {{ x if x is defined else '' }} {{ x is defined and x.y }}", []),
        ("{% if x is defined %}{{ x.y }}{% endif %}", []),
        ("{% if x is defined %}{% endif %}{{ x }}", ["x"]),
        ("{{ person.tier.x }} {{ none[0].x }} {{ person.name.x }} {{ now.x }}", []),
        ("{% for a, b in people | groupby('tier') %}{{ a }}{{ b }}{% endfor %}", []),
        ("{% for a in range(3) %}{{ a }}{% endfor %}{% set n = namespace(a=1) %}{{ n.a }}", []),
        ("{% filter upper %}{{ x }}{% endfilter %}", ["x"]),
        ("{{ person.name or x }}{{ slots(count=y) }}", ["x", "y"]),
    ],
)
def test_what_the_context_does_not_have_is_named(body: str, words: list[str] | None) -> None:
    found = unknown(body)
    assert found == (words if words is not None else ["nam", "nme", "each"])


def test_the_nearest_known_name_is_proposed_with_the_line() -> None:
    source = "---\nsubject: '{{ peple }}'\n---\n\n{{ person.nme }}\n"
    found = Letters().problems(source, CONTEXT)
    assert [(each.message, each.hint, each.line) for each in found] == [
        ("there is no `peple` here", "did you mean `people`?", 2),
        ("there is no `nme` in `person`", "did you mean `name`?", 5),
    ]


def test_a_template_without_faults_has_none() -> None:
    assert Letters().problems("---\nsubject: x\n---\n{{ person.name }}", CONTEXT) == []
