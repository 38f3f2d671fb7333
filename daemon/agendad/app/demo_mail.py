"""The mails of the demonstration: threads about meetings of its calendar, and what else lies in a leader's mailbox.

`leader_mail` says what there is, always the same around a given Monday; `demo_maildir.py` writes it. All of it was sent
or came before that Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agendad.app.demo_people import MEETUP

Text = tuple[str, str]  # in English and in French


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `day` counts from the Monday of the present week, `sent` by the person of the demonstration."""

    day: int
    at: str
    sent: bool
    text: Text
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Mails with one other person, oldest first; every one answers the one before.

    With `about`, the subject is the title of that entry of the calendar. Texts are in the language of the other
    person, where `people.yaml` has one.
    """

    slug: str
    who: str
    mails: tuple[Mail, ...]
    subject: Text = ("", "")
    about: str = ""


MON, TUE, WED, THU, FRI, SAT, SUN = range(-7, 0)  # of the past week


def leader_mail() -> tuple[Thread, ...]:
    """Everything that lies in the mailbox."""
    return (*_customers(), *_board(), *_house(), *_friends(), *_strangers())


def _customers() -> tuple[Thread, ...]:
    return (
        Thread(
            "lumen",
            "sofia",
            about="customer-2-a",
            mails=(
                _came(
                    THU,
                    "09:12",
                    "For our review on Wednesday I would like to spend half of the time on the delivery dates of "
                    "the next quarter. Could you send the figures beforehand?",
                    "Pour notre revue de mercredi, j’aimerais consacrer la moitié du temps aux dates de livraison "
                    "du prochain trimestre. Pourriez-vous envoyer les chiffres avant ?",
                ),
                _sent(
                    THU,
                    "10:41",
                    "Gladly. You will have the figures on Tuesday evening, with the two dates that I am less sure of.",
                    "Volontiers. Vous aurez les chiffres mardi soir, avec les deux dates dont je suis moins sûre.",
                ),
                _came(FRI, "08:55", "Perfect, until Wednesday.", "Parfait, à mercredi.", unread=True),
            ),
        ),
        Thread(
            "vauban",
            "karim",
            about="customer-1-b",
            mails=(
                _came(
                    TUE,
                    "14:20",
                    "Our database team can freeze changes for one night only. Which night suits you?",
                    "Notre équipe base de données ne peut geler les changements qu’une seule nuit. Laquelle vous "
                    "convient ?",
                ),
                _sent(
                    TUE,
                    "18:02",
                    "The second Thursday of next month. We will rehearse it the week before.",
                    "Celle du deuxième jeudi du mois prochain. Nous la répéterons la semaine d’avant.",
                ),
                _came(WED, "09:30", "Noted. I bring the list of tables.", "C’est noté. J’apporte la liste des tables."),
            ),
        ),
        Thread(
            "fjordlinje",
            "greta",
            about="customer-2-b",
            mails=(
                _sent(
                    -11,
                    "17:40",
                    "Thank you for the frank list of what is missing in the reports. Two of the five are under "
                    "way; I will show them to you when we speak next.",
                    "Merci pour la liste sans détour de ce qui manque aux rapports. Deux points sur cinq sont en "
                    "cours.",
                ),
                _came(
                    -10,
                    "09:05",
                    "Good to hear. The export by route is the one that my colleagues ask for every day.",
                    "Bonne nouvelle. L’export par ligne est celui que mes collègues demandent chaque jour.",
                ),
            ),
        ),
        Thread(
            "kitazawa",
            "tadashi",
            about="tokyo",
            mails=(
                _came(
                    WED,
                    "07:15",
                    "My colleagues in Tokyo would like to meet you. Tuesday morning in Paris would be the "
                    "afternoon for them.",
                    "Mes collègues de Tokyo aimeraient vous rencontrer. Le mardi matin à Paris est l’après-midi "
                    "pour eux.",
                ),
                _came(
                    FRI,
                    "07:40",
                    "I have sent an invitation for Tuesday, 8:30. Please tell me if another time is better for you.",
                    "J’ai envoyé une invitation pour mardi, 8 h 30. Dites-moi si un autre moment vous convient mieux.",
                    unread=True,
                ),
            ),
        ),
    )


def _board() -> tuple[Thread, ...]:
    return (
        Thread(
            "board",
            "helene",
            about="board",
            mails=(
                _sent(
                    -14,
                    "18:30",
                    "For the next meeting I suggest one topic in depth: what we stop doing.",
                    "Pour la prochaine séance, je propose un seul sujet, traité à fond : ce que nous arrêtons.",
                ),
                _came(
                    -13,
                    "07:50",
                    "I like it. Two pages are enough.",
                    "Cela me plaît. Deux pages suffiront, avec les chiffres en annexe.",
                ),
            ),
        ),
        Thread(
            "budget",
            "camille",
            about="budget",
            mails=(
                _came(
                    THU,
                    "11:20",
                    "Ingrid asks for two scenarios.",
                    "Ingrid demande deux scénarios : à effectif constant, et avec trois recrutements. Tu peux les "
                    "préparer ?",
                ),
                _sent(THU, "12:05", "Yes, by Wednesday noon.", "Oui, tu les auras mercredi midi, avec mon choix."),
            ),
        ),
    )


def _house() -> tuple[Thread, ...]:
    return (
        Thread(
            "retro",
            "jonas",
            about="retro",
            mails=(
                _came(
                    FRI,
                    "16:10",
                    "The timeline of the outage is complete. One alert was muted; we should talk about why.",
                    "La chronologie de la panne est complète. Une alerte était coupée ; parlons du pourquoi.",
                    unread=True,
                ),
            ),
        ),
        Thread(
            "roadmap",
            "david",
            about="roadmap",
            mails=(
                _sent(
                    MON,
                    "15:05",
                    "For the workshop: shall we ask everybody for the one thing that they would drop?",
                    "Pour l’atelier : demandons à chacun la chose qu’il abandonnerait ?",
                ),
                _came(
                    MON,
                    "15:32",
                    "Yes, and nothing else. I will bring the customers’ list.",
                    "Oui, et rien d’autre. J’apporte la liste des clients.",
                ),
            ),
        ),
        Thread(
            "on-call",
            "noor",
            subject=("On-call over the holidays", "Astreintes pendant les fêtes"),
            mails=(
                _came(
                    WED,
                    "10:12",
                    "",
                    "Le tableau est plein, sauf le 24 au soir. Je le prends si personne ne se propose.",
                ),
                _sent(WED, "11:48", "", "Merci. Demande d’abord à Lucas, il voulait essayer. Sinon, moi."),
            ),
        ),
        Thread(
            "hiring",
            "chloe",
            subject=("Candidates of the week", "Les candidats de la semaine"),
            mails=(
                _came(
                    FRI,
                    "17:15",
                    "",
                    "Les deux dossiers sont dans l’outil. Elin a déjà dirigé une équipe de cette taille.",
                ),
            ),
        ),
        Thread(
            "security",
            "priya",
            about="security",
            mails=(
                _came(
                    TUE,
                    "17:00",
                    "The auditors start next week. I have asked them for a draft before the meeting.",
                    "Les auditeurs commencent la semaine prochaine. Je leur ai demandé un brouillon avant la réunion.",
                ),
            ),
        ),
    )


def _friends() -> tuple[Thread, ...]:
    """Peers and mentors, some of whom have not heard for a while."""
    return (
        Thread(
            "judith",
            "judith",
            subject=("Your chapter on one-on-ones", "Ton chapitre sur les tête-à-tête"),
            mails=(
                _sent(
                    -18,
                    "20:10",
                    "I have read it twice. The list of questions is what I was missing ten years ago.",
                    "",
                ),
                _came(-17, "23:15", "That makes my week. More in spring.", ""),
            ),
        ),
        Thread(
            "rene",
            "rene",
            subject=("Your advice", "Votre conseil"),
            mails=(
                _sent(
                    -130,
                    "19:20",
                    "",
                    "J’ai suivi votre conseil : d’abord écouter, un mois entier. Il a porté ses fruits.",
                ),
                _came(-129, "10:00", "", "Content de le lire. Appelez quand vous voulez."),
            ),
        ),
        Thread(
            "salome",
            "salome",
            subject=("News from Lyon", "Des nouvelles de Lyon"),
            mails=(
                _came(-21, "21:05", "", "Les cartons sont défaits, l’équipe a suivi à deux exceptions près."),
                _sent(-20, "08:30", "", "Bravo ! Raconte-moi comment tu les as convaincus."),
            ),
        ),
        Thread(
            "niels",
            "niels",
            subject=("Data centre", "Centre de données"),
            mails=(
                _sent(-75, "16:40", "How did the move of the racks go?", ""),
                _came(-74, "09:10", "Without a minute of outage. I still do not believe it.", ""),
            ),
        ),
        Thread(
            "elena",
            "elena",
            subject=("Studio", "Studio"),
            mails=(_sent(-220, "18:00", "Congratulations on the opening of your studio!", ""),),
        ),
    )


def _strangers() -> tuple[Thread, ...]:
    return (
        Thread(
            "brightdesk",
            "vendor",
            about="vendor",
            mails=(
                _came(
                    MON,
                    "10:00",
                    "I would love to show you how Brightdesk halves the tickets of your team. Thirty minutes are "
                    "enough.",
                    "J’aimerais vous montrer comment Brightdesk divise par deux les tickets de votre équipe. "
                    "Trente minutes suffisent.",
                ),
                _sent(
                    MON,
                    "17:55",
                    "Thank you, but we chose another tool this year. Please come back in a year.",
                    "Merci, mais nous avons choisi un autre outil cette année. Revenez dans un an.",
                ),
            ),
        ),
        Thread(
            "meetup",
            "meetup",
            subject=MEETUP,
            mails=(
                _came(
                    -12,
                    "12:00",
                    "You are registered. Doors open at six, and the list of guests hangs at the entrance.",
                    "Votre inscription est enregistrée. Ouverture des portes à 18 heures.",
                ),
            ),
        ),
        Thread(
            "panel",
            "meetup",
            about="panel",
            mails=(
                _came(
                    -13,
                    "11:30",
                    "Would you join our panel about teams that last? It is an evening, three guests, no slides.",
                    "Accepteriez-vous de rejoindre notre table ronde ? Une soirée, trois invités, sans support.",
                ),
                _sent(
                    -12,
                    "08:45",
                    "With pleasure, if the evening can be kept free at home. I will tell you ten days before.",
                    "Avec plaisir, si la soirée peut être libérée à la maison. Je vous le dirai dix jours avant.",
                ),
            ),
        ),
    )


def _sent(day: int, at: str, english: str, french: str) -> Mail:
    return Mail(day, at, sent=True, text=(english, french))


def _came(day: int, at: str, english: str, french: str, *, unread: bool = False) -> Mail:
    return Mail(day, at, sent=False, text=(english, french), unread=unread)


WRITER: Final = ("Best regards", "Bien à vous")
"""How the person of the demonstration closes a mail."""
