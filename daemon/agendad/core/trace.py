"""Reasons to sentences: the one place where an explanation becomes text. `plan`, `explain` and the pages ask here.

Each sentence is short, lower case and without a full stop, so that it reads in a list, a tooltip and a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agendad.model.reasons import Reason

_SENTENCES: Final[Mapping[ReasonCode, tuple[str, str]]] = {
    ReasonCode.EVERY: ("every {phrase}", "`every: {phrase}`"),
    ReasonCode.AFTER_EVENT: ("after {obstacle} on {day}", "après {obstacle} le {day}"),
    ReasonCode.BEFORE_EVENT: ("before {obstacle}", "avant {obstacle}"),
    ReasonCode.AFTER_BUSY: ("after {busy} of busy time without a break", "après {busy} d’occupation sans pause"),
    ReasonCode.STEP: ("step of {on}, counted from {starting}", "étape de `{on}`, à compter du {starting}"),
    ReasonCode.LOAD_CAP: ("the meetings of the day pass {above}", "les réunions du jour dépassent {above}"),
    ReasonCode.WHEN_STATE: (
        "the state that its rule watches for holds since {since}{measured}",
        "l’état que sa règle surveille dure depuis le {since}{measured}",
    ),
    ReasonCode.INVITATION: (
        "{obstacle} is an invitation in protected time",
        "{obstacle} est une invitation dans du temps protégé",
    ),
    ReasonCode.HELD_HOURS: ("held until working hours", "retenu jusqu’aux heures de travail"),
    ReasonCode.HELD_AWAY: (
        "held until the first working morning after the absence",
        "retenu jusqu’au premier matin travaillé après l’absence",
    ),
    ReasonCode.LATE: ("late: it was due by {deadline}", "en retard : il était attendu pour le {deadline}"),
    ReasonCode.IN_THREAD: ("answers in the thread “{subject}”", "répond dans le fil « {subject} »"),
    ReasonCode.FIXED_TIME: ("at the time that its rule gives", "à l’heure que donne sa règle"),
    ReasonCode.PLACED_FREE: ("placed in free time", "placé dans du temps libre"),
    ReasonCode.PREFERENCE_MET: (
        "placed in free time, {met} of {of} preferences met",
        "placé dans du temps libre, préférences respectées : {met} sur {of}",
    ),
    ReasonCode.KEPT: ("stays where it stands", "reste où il est"),
    ReasonCode.MADE_ROOM: ("moved to make room{cause}", "déplacé pour faire de la place{cause}"),
    ReasonCode.SHRUNK: ("shortened from {wanted} to {minutes}{cause}", "raccourci de {wanted} à {minutes}{cause}"),
    ReasonCode.SPLIT: (
        "split into {pieces} pieces, {minutes} of {wanted}{cause}",
        "coupé en {pieces} morceaux, {minutes} sur {wanted}{cause}",
    ),
    ReasonCode.MOVED_ASIDE: ("moved aside{cause}", "déplacé{cause}"),
    ReasonCode.KEEPS_OVER_EVENT: ("keeps its place over {obstacle}", "garde sa place malgré {obstacle}"),
    ReasonCode.SETTLED: ("begins too soon to be moved", "commence trop tôt pour être déplacé"),
    ReasonCode.PINNED: ("stays where the person put it", "reste où il a été mis à la main"),
    ReasonCode.HAND_KEPT: ("keeps what the person changed{fields}", "garde ce qui a été changé à la main{fields}"),
    ReasonCode.CHANGED_SINCE: ("changed again since{by_run}", "changé à nouveau depuis{by_run}"),
    ReasonCode.DELETED_BY_HAND: (
        "deleted by the person, so it is not made again (`agendad reset` forgets that)",
        "supprimé à la main, donc pas refait (`agendad reset` oublie cela)",
    ),
    ReasonCode.MAILED: ("the person has written by themselves", "la personne a déjà écrit elle-même"),
    ReasonCode.CONTACTED: (
        "contact with {person} in this time already, on {day}",
        "contact avec {person} déjà pris dans cette période, le {day}",
    ),
    ReasonCode.SENT: ("it was sent", "il a été envoyé"),
    ReasonCode.DRAFT_DELETED: (
        "deleted by the person, so it is not made again (`agendad reset` forgets that)",
        "supprimé à la main, donc pas refait (`agendad reset` oublie cela)",
    ),
    ReasonCode.NO_RECIPIENT: ("nobody is left to write to", "il ne reste personne à qui écrire"),
    ReasonCode.NOBODY: ("there is nobody to choose from", "personne à choisir"),
    ReasonCode.TOO_LATE: (
        "too late: it was due by {deadline}, and its rule drops what is late",
        "trop tard : il était attendu pour le {deadline}, et sa règle écarte ce qui est en retard",
    ),
    ReasonCode.PURPOSE_OVER: (
        "what it was to come before has begun",
        "ce qu’il devait précéder a commencé",
    ),
    ReasonCode.SUPERSEDED: (
        "the next one of its rule is due, which replaces it",
        "le suivant de sa règle est dû et le remplace",
    ),
    ReasonCode.TOO_MANY: (
        "more people than the days of the period hold ({most} at most); {person} comes first next time",
        "plus de personnes que les jours de la période n’en admettent ({most} au plus) ; {person} passe en premier la"
        " prochaine fois",
    ),
    ReasonCode.NO_ROOM: (
        "no room: it needs {minutes}, the longest free stretch it may use is {longest}",
        "pas de place : il faut {minutes}, la plus longue plage libre permise est de {longest}",
    ),
    ReasonCode.OUTRANKED: (
        "a block of rule `{rule}`, which ranks higher, has the place",
        "un bloc de la règle `{rule}`, plus prioritaire, occupe la place",
    ),
    ReasonCode.YIELDED: ("gave way to {obstacle}", "a cédé la place à {obstacle}"),
    ReasonCode.SATISFIED: (
        "{obstacle}{dated} stands in the calendar already",
        "{obstacle}{dated} est déjà dans l’agenda",
    ),
    ReasonCode.EXCLUDED: ("left out by `except:` ({by})", "écarté par `except:` ({by})"),
    ReasonCode.ALREADY_PAST: ("its time is past", "son heure est passée"),
    ReasonCode.IN_PROGRESS: ("its time has begun", "son heure a commencé"),
    ReasonCode.NO_WINDOW: (
        "no time left in which its rule lets it stand",
        "plus de moment où sa règle lui permette d’être",
    ),
    ReasonCode.PAUSED: ("writing is paused", "l’écriture est en pause"),
    ReasonCode.RULE_GONE: ("its rule is gone or disabled", "sa règle a disparu ou est désactivée"),
    ReasonCode.RULE_CHANGED: ("its rule changed{fields}", "sa règle a changé{fields}"),
    ReasonCode.NO_LONGER_DUE: ("its rule no longer asks for it", "sa règle ne le demande plus"),
    ReasonCode.LIMIT: (
        "not proved the best: the problem is larger than the exact placement takes on",
        "pas prouvé optimal : le problème dépasse ce que traite le placement exact",
    ),
    ReasonCode.UNDONE: ("taken back by `agendad undo`", "annulé par `agendad undo`"),
    ReasonCode.RESET: ("given back to its rule", "rendu à sa règle"),
    ReasonCode.PURGED: ("removed by `agendad purge`", "supprimé par `agendad purge`"),
}
"""Each sentence in English and in French."""

_AROUND: Final = {
    "something": ("something", "quelque chose"),
    "days": (": no such event for {days} days", " : aucun évènement de ce genre depuis {days} jours"),
    "share": (": {share} %, the bound is {bound} %", " : {share} %, la limite est {bound} %"),
    "hours": (": {hours}, the bound is {limit}", " : {hours}, la limite est {limit}"),
    "dated": (" on {}", " du {}"),
    "cause": (", because of {}", ", à cause de {}"),
    "fields": (": {}", " : {}"),
    "run": (", by run {}", ", par l’exécution {}"),
    "event": ("“{}”", "« {} »"),
    "untitled": ("an event without a title", "un évènement sans titre"),
    "rule": ("rule `{}`", "la règle `{}`"),
    "renamed": (" (renamed from `{}`)", " (renommée, avant `{}`)"),
}

_LENGTHS: Final = frozenset({"busy", "above", "minutes", "wanted", "longest", "hours", "limit"})


def sentence(reason: Reason, language: str = "en") -> str:
    """The reason as one short sentence, in French for `fr`, else in English; a missing fact leaves its place empty."""
    tongue = int(language.partition("-")[0].lower() == "fr")
    facts = {name: _length(value) if name in _LENGTHS else value for name, value in reason.facts.items()}
    obstacle = _obstacle(reason.facts, tongue)
    fields = reason.facts.get("fields", "").replace("_", " ")
    unit = next((name for name in ("days", "share", "hours") if name in facts), "")
    known = {
        **facts,
        "measured": _AROUND[unit][tongue].format_map(_Facts(facts)) if unit else "",
        "obstacle": obstacle or _AROUND["something"][tongue],
        "cause": _AROUND["cause"][tongue].format(obstacle) if obstacle else "",
        "fields": _AROUND["fields"][tongue].format(fields) if fields else "",
        "by_run": _AROUND["run"][tongue].format(facts["run"]) if "run" in facts else "",
        "dated": _AROUND["dated"][tongue].format(facts["day"]) if "day" in facts else "",
    }
    text = _SENTENCES[reason.code][tongue].format_map(_Facts(known))
    if old := reason.facts.get("renamed_from"):
        text += _AROUND["renamed"][tongue].format(old)
    return text


def sentences(reasons: tuple[Reason, ...], language: str = "en") -> list[str]:
    """All reasons as sentences, each once."""
    return list(dict.fromkeys(sentence(reason, language) for reason in reasons))


def clock_length(minutes: int) -> str:
    """Minutes as a person writes them: `45m`, `2h`, `1h30m`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}m" if hours and rest else f"{hours}h" if hours else f"{rest}m"


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _obstacle(facts: Mapping[str, str], tongue: int) -> str:
    if "event" in facts:
        return _AROUND["event"][tongue].format(facts["event"]) if facts["event"] else _AROUND["untitled"][tongue]
    return _AROUND["rule"][tongue].format(facts["rule"]) if "rule" in facts else ""


def _length(value: str) -> str:
    return clock_length(int(value)) if value.isdigit() else value
