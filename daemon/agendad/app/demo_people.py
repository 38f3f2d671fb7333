"""Who is in the demonstration: one table for the meetings, the mails and `people.yaml`. For the `demo_*` modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the demonstration; `topics`, `notes` and `met` are in English and French."""

    name: str
    email: str
    groups: tuple[str, ...] = ()
    tier: int | None = None
    language: str = ""
    topics: tuple[str, str] = ("", "")
    timezone: str = ""
    notes: tuple[str, str] = ("", "")
    met: tuple[str, str] = ("", "")

    @property
    def first_name(self) -> str:
        """What others call them."""
        return self.name.partition(" ")[0]


MEETUP: Final = ("EngLead Meetup Paris", "EngLead Meetup Paris")
"""Where two people were met a short time ago."""

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
    "helene": Someone(
        "Hélène Marchand",
        "helene@example.org",
        ("board",),
        1,
        "fr",
        ("the foundation", "fondation"),
        notes=("Reads mail in the morning.", "Lit ses messages le matin."),
    ),
    "arthur": Someone(
        "Arthur Blake", "arthur@example.org", ("board",), 2, "en", ("the new fund", "nouveau fonds"), "Europe/London"
    ),
    "sofia": Someone("Sofia Rossi", "sofia@example.net", ("customers",), 2, "en", ("delivery", "livraison")),
    "karim": Someone("Karim Benali", "karim@example.net", ("customers",), 2, "fr", ("migration", "migration")),
    "greta": Someone(
        "Greta Holm", "greta@example.net", ("customers",), 2, "en", ("reporting", "tableaux de bord"), "Europe/Oslo"
    ),
    "tadashi": Someone(
        "Tadashi Mori", "tadashi@example.net", ("customers",), 2, "en", ("Tokyo", "Tokyo"), "Asia/Tokyo"
    ),
    "judith": Someone(
        "Judith Kaplan",
        "judith.kaplan@example.org",
        ("mentors",),
        1,
        "en",
        ("your book on teams", "ton livre sur les équipes"),
        "America/New_York",
        ("My first manager. Likes short mails.", "Ma première responsable. Aime les messages courts."),
    ),
    "rene": Someone(
        "René Castel",
        "rene.castel@example.org",
        ("mentors",),
        2,
        "fr",
        ("the vineyard", "vignoble"),
        notes=("Retired in spring; prefers the phone.", "À la retraite depuis le printemps ; préfère le téléphone."),
    ),
    "salome": Someone(
        "Salomé Vidal", "salome.vidal@example.net", ("peers",), 1, "fr", ("the move to Lyon", "déménagement à Lyon")
    ),
    "niels": Someone(
        "Niels Bakker",
        "niels.bakker@example.org",
        ("peers",),
        2,
        "en",
        ("the new data centre", "le nouveau centre de données"),
        "Europe/Amsterdam",
    ),
    "ruth": Someone(
        "Ruth Abara", "ruth.abara@example.net", ("peers",), 2, "en", ("open source", "open source"), "Europe/London"
    ),
    "elena": Someone(
        "Elena Popescu",
        "elena.popescu@example.org",
        ("peers",),
        3,
        "en",
        ("her studio", "son studio"),
        "Europe/Bucharest",
    ),
    "anais": Someone(
        "Anaïs Morel",
        "anais.morel@example.org",
        ("network",),
        3,
        "fr",
        ("on-call rotas that people accept", "des astreintes acceptées par tous"),
        notes=("Leads forty engineers at a bank.", "Dirige quarante ingénieurs dans une banque."),
        met=MEETUP,
    ),
    "oskar": Someone(
        "Oskar Nilsson",
        "oskar.nilsson@example.net",
        ("network",),
        3,
        "en",
        ("hiring without agencies", "recruter sans cabinet"),
        "Europe/Stockholm",
        ("Opens an office in Paris next year.", "Ouvre un bureau à Paris l’an prochain."),
        met=MEETUP,
    ),
}

GUESTS: Final = {
    "elin": Someone("Elin Sørensen", "elin.sorensen@example.org"),
    "marco": Someone("Marco Conti", "marco.conti@example.org"),
    "aminata": Someone("Aminata Sow", "aminata.sow@example.org"),
    "piotr": Someone("Piotr Zieliński", "piotr.zielinski@example.org"),
    "lea": Someone("Léa Fontaine", "lea.fontaine@example.org"),
    "vendor": Someone("Tom Keller", "tom.keller@example.net"),
    "meetup": Someone("Lucie Garnier", "lucie.garnier@example.org"),
}
"""People who are met but not in the network."""


def someone(who: str) -> Someone:
    """The person of that id, from the network or among the guests."""
    return PEOPLE[who] if who in PEOPLE else GUESTS[who]
