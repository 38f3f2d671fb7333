"""Who is in the demonstration: one table for the meetings and for `people.yaml`. For the other `demo_*` modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the demonstration; `topics` are in English and French."""

    name: str
    email: str
    groups: tuple[str, ...] = ()
    tier: int | None = None
    language: str = ""
    topics: tuple[str, str] = ("", "")


ME: Final = Someone("Ada Martin", "ada@example.com")

PEOPLE: Final = {
    "camille": Someone("Camille Roux", "camille@example.com", ("board",), 1, "fr", ("strategy", "stratégie")),
    "david": Someone("David Osei", "david@example.com", ("staff",), 1, "en", ("product", "produit")),
    "ingrid": Someone("Ingrid Solberg", "ingrid@example.com", ("staff",), 2, "en", ("finance", "finances")),
    "yusuf": Someone("Yusuf Demir", "yusuf@example.com", ("staff",), 2, "en", ("sales", "ventes")),
    "noor": Someone("Noor Haddad", "noor@example.com", ("team", "leads"), 1, "fr", ("platform", "plateforme")),
    "tomas": Someone("Tomás Ferreira", "tomas@example.com", ("team", "leads"), 1, "en", ("search", "recherche")),
    "mei": Someone("Mei Lindqvist", "mei@example.com", ("team", "leads"), 1, "en", ("mobile", "mobile")),
    "jonas": Someone("Jonas Weber", "jonas@example.com", ("team",), 2, "en", ("reliability", "fiabilité")),
    "awa": Someone("Awa Diallo", "awa@example.com", ("team",), 2, "fr", ("data", "données")),
    "priya": Someone("Priya Nair", "priya@example.com", ("team",), 2, "en", ("security", "sécurité")),
    "lucas": Someone("Lucas Bernard", "lucas@example.com", ("team",), 2, "fr", ("his first year", "sa première année")),
    "chloe": Someone("Chloé Petit", "chloe@example.com", ("staff",), 2, "fr", ("hiring", "recrutement")),
    "helene": Someone("Hélène Marchand", "helene@example.org", ("board",), 1, "fr", ("the long view", "le temps long")),
    "arthur": Someone("Arthur Blake", "arthur@example.org", ("board",), 2, "en", ("markets", "marchés")),
    "sofia": Someone("Sofia Rossi", "sofia@example.net", ("customers",), 1, "en", ("delivery", "livraison")),
    "karim": Someone("Karim Benali", "karim@example.net", ("customers",), 2, "fr", ("migration", "migration")),
    "greta": Someone("Greta Holm", "greta@example.net", ("customers",), 2, "en", ("reporting", "tableaux de bord")),
    "tadashi": Someone("Tadashi Mori", "tadashi@example.net", ("customers",), 2, "en", ("Tokyo", "Tokyo")),
}

GUESTS: Final = {
    "elin": Someone("Elin Sørensen", "elin.sorensen@example.org"),
    "marco": Someone("Marco Conti", "marco.conti@example.org"),
    "aminata": Someone("Aminata Sow", "aminata.sow@example.org"),
    "piotr": Someone("Piotr Zieliński", "piotr.zielinski@example.org"),
    "lea": Someone("Léa Fontaine", "lea.fontaine@example.org"),
    "vendor": Someone("Brightdesk", "sales@example.net"),
    "meetup": Someone("Paris Engineering Leaders", "programme@example.org"),
}
"""People who are met but not in the network."""


def someone(who: str) -> Someone:
    """The person of that id, from the network or among the guests."""
    return PEOPLE[who] if who in PEOPLE else GUESTS[who]
