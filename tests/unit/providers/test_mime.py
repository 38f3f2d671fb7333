"""A draft is a well-formed mail whatever stands in it, and any mail is read without stumbling.

What is written is judged by two parsers that share no code with the writer: the standard library's and one in Rust.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import fast_mail_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.model.identity import draft_digest, message_id
from agendad.model.mail import Address, MailDraft, Message
from agendad.providers.mime import compose, deliverable, message, standing
from agendad.providers.mime.names import ascii_address, header_text, readable_address
from agendad.providers.mime.writing import body_text

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parents[2] / "corpus" / "mail"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
ADA = Address("ada@example.com", "Ada Martin")
DRAFT = MailDraft(
    key="follow-up/40c5@google.com@20261123T080000Z",
    rule="follow-up",
    at=NOW,
    sender=ADA,
    to=(Address("zoe@example.org", "Zoë Müller"), Address("bob@example.net")),
    cc=(Address("carl@example.net", "Carl, Jr."),),
    bcc=(Address("me@example.com"),),
    subject="Réunion: thank you and next steps",
    text="Hello Zoë,\n\nthank you for today.\n\n-- \nAda\n",
    html="<p>Hello Zoë,</p>\n<p>thank you for today.</p>\n",
    language="fr",
)

HOSTILE = {
    "a header of its own": "Hello\r\nBcc: victim@example.com",
    "a bare line feed": "Hello\nBcc: victim@example.com",
    "a bare carriage return": "Hello\rBcc: victim@example.com",
    "an end of the header": "Hello\r\n\r\n<script>alert(1)</script>",
    "a folded header": "Hello\r\n Bcc: victim@example.com\r\nX: y",
    "a null": "Hel\0lo\0",
    "all control characters": "".join(map(chr, range(32))) + "\x7f" + "".join(map(chr, range(0x80, 0xA0))),
    "a next line": "Hello\x85Bcc: victim@example.com",
    "a line separator": "Hello\u2028Bcc: victim@example.com",
    "a paragraph separator": "Hello\u2029Bcc: victim@example.com",
    "a vertical tab and a form feed": "Hello\x0bBcc: a@b.c\x0cBcc: a@b.c",
    "information separators": "a\x1cBcc: a@b.c\x1db\x1ec\x1fd",
    "a right-to-left override": "invoice\u202efdp.exe",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069\u2069",
    "Arabic": "اجتماع مع الفريق",
    "Hebrew and Latin": "פגישה with Ada 123",
    "an emoji of several": "👩🏽\u200d🚀 launch 🇫🇷",
    "Japanese": "打ち合わせのお礼と次のステップについて" * 8,
    "Thai without spaces": "ประชุมทีมประจำสัปดาห์" * 12,
    "combining marks": "Z" + "\u0301\u0308\u0327" * 200 + "algo",
    "a lone surrogate": "Hi \ud800 there \udfff",
    "surrogates the wrong way round": "\udc00\ud800",
    "a byte order mark": "\ufeffHello",
    "no characters": "\uffff\ufffe\U0010ffff",
    "private use": "\ue000\uf8ff\U000f0000",
    "tag characters": "flag \U000e0067\U000e007f",
    "encoded words": "=?utf-8?q?Bcc=3A_victim=40example=2Ecom?=",
    "half an encoded word": "=?utf-8?b?////?= and =?x?y",
    "an encoded word that breaks a line": "=?utf-8?q?a=0D=0ABcc:_v=40x.org?=",
    "quotes": 'He said "no", \\ and \\" and "',
    "a backslash at the end": "trailing \\",
    "comments": "(a (nested (comment) here) unclosed",
    "angle brackets": "Ada <ada@evil.example>, Bob <bob@evil.example>",
    "a list of addresses": "a@b.c, d@e.f; g@h.i",
    "a group": "undisclosed-recipients:;",
    "a boundary": "a\r\n--=_agendad\r\n\r\nb\r\n--=_agendad--\r\nc",
    "template code": "{{ 7 * 7 }}{% for x in y %}{{ config.__class__ }}",
    "HTML": "<img src=x onerror=alert(1)> &amp; </title>",
    "percent signs": "100% %0d%0aBcc:%20a@b.c %zz",
    "ten thousand letters": "x" * 10_000,
    "ten thousand words": "word " * 10_000,
    "ten thousand accents": "é" * 10_000,
    "ten thousand emoji": "🎉" * 10_000,
    "ten thousand quotes": '"\\' * 5_000,
    "only spaces": " \t  \u00a0 ",
    "nothing": "",
    "wide spaces": "a\u3000b\u00a0c\u2003d\u200be",
    "a dot alone": ".",
    "a mailbox line": "From ada@example.com Mon Nov 23 08:00:00 2026",
    "soft hyphens and joiners": "so\u00adft\u2060ly\u200c\u200d",
    "colons": "Subject: Re: Fwd: To: x",
    "a tab inside": "a\tb",
    "mathematical letters": "𝓗𝓮𝓵𝓵𝓸 Ｗｏｒｌｄ",
    "Turkish and German": "İstanbul ıI straße ẞ",
}
PLACES = ("subject", "name", "body", "sender")


def placed(place: str, text: str) -> MailDraft:
    """The sample with a text in one place of it."""
    match place:
        case "subject":
            return replace(DRAFT, subject=text)
        case "name":
            return replace(DRAFT, to=(Address("zoe@example.org", text), Address("bob@example.net", text)))
        case "sender":
            return replace(DRAFT, sender=Address(ADA.email, text))
        case _:
            return replace(DRAFT, text=text, html=f"<p>{text}</p>")


def emails(draft: MailDraft) -> list[str]:
    return [readable_address(one.email) for one in (*draft.to, *draft.cc, *draft.bcc) if deliverable(one.email)]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def lines_of(body: str) -> list[str]:
    return body.replace("\r\n", "\n").rstrip("\n").split("\n")


def assert_well_formed(draft: MailDraft) -> bytes:
    """Everything that must hold of any draft, by both parsers."""
    data = compose(draft)
    assert data == compose(draft), "the same draft has the same bytes"
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", data), "lines end in CRLF"
    assert max(map(len, data.split(b"\r\n"))) <= 998, "no line is longer than the standard allows"
    head = data.partition(b"\r\n\r\n")[0]
    assert all(re.match(rb"[ \t]+[^ \t]|[A-Za-z-]+: ?", line) for line in head.split(b"\r\n")), "no blank folded line"
    by_library(draft, data)
    by_rust(draft, data)
    read = standing(data)
    assert read is not None
    assert (read.key, read.rule, read.edited) == (draft.key, draft.rule, False)
    assert set(read.recipients) == set(emails(draft))
    assert read.digest == draft_digest(header_text(draft.subject), emails(draft), body_text(draft.text))
    return data


def by_library(draft: MailDraft, data: bytes) -> None:
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    names = [name for name in parsed if name != "Content-Language"]
    wanted = [
        *("Date", "From", "To", "Cc", "Bcc", "Subject", "Message-ID"),
        *("X-Agendad-Key", "X-Agendad-Rule", "X-Agendad-Digest", "X-Agendad-Html-Digest"),
        *("MIME-Version", "Content-Type"),
    ]
    assert names == [name for name in wanted if name not in {"To", "Cc", "Bcc"} or getattr(draft, name.lower())]
    assert parsed["Message-ID"] == message_id(draft.key)
    assert parsed["Date"].datetime == draft.at
    assert squeezed(parsed["Subject"]) == squeezed(header_text(draft.subject))
    assert [one.addr_spec for one in parsed["From"].addresses] == [draft.sender.email]
    for name in ("to", "cc", "bcc"):
        group: tuple[Address, ...] = getattr(draft, name)
        found = parsed[name].addresses if group else ()
        raw = [one.addr_spec.encode("utf-8", "surrogateescape").decode() for one in found]  # it reads UTF-8 as bytes
        assert raw == [ascii_address(one.email) for one in group]
    plain, html = parsed.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert not plain.defects
    assert not html.defects
    assert lines_of(plain.get_content()) == lines_of(body_text(draft.text))
    assert lines_of(html.get_content()) == lines_of(body_text(draft.html))


def by_rust(draft: MailDraft, data: bytes) -> None:
    parsed = fast_mail_parser.parse_email(data)
    assert squeezed(parsed.subject) == squeezed(header_text(draft.subject))
    groups = {"To": draft.to, "Cc": draft.cc, "Bcc": draft.bcc}
    for name, group in groups.items():
        assert len(parsed.headers.get(name, [])) == (1 if group else 0)
    for found, group in ((parsed.to, draft.to), (parsed.cc, draft.cc), (parsed.bcc, draft.bcc)):
        assert [one.address for one in found] == [ascii_address(one.email) for one in group]
        for one, wanted in zip(found, group, strict=True):
            shown = header_text(wanted.name)
            assert squeezed(one.display_name or "").startswith(squeezed(shown[:99]))
    (plain,), (html,) = parsed.text_plain, parsed.text_html
    assert lines_of(plain) == lines_of(body_text(draft.text))
    assert lines_of(html) == lines_of(body_text(draft.html))
    assert not parsed.attachments
    assert not parsed.warnings


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_leaves_the_mail_well_formed(text: str, place: str) -> None:
    assert_well_formed(placed(place, text))


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@settings(max_examples=40, deadline=None)
@given(subject=ANY_TEXT, name=ANY_TEXT, text=ANY_TEXT, key=st.text(min_size=1, max_size=200))
def test_any_text_leaves_the_mail_well_formed(subject: str, name: str, text: str, key: str) -> None:
    to = (Address("zoe@example.org", name), Address("bob@example.net"))
    assert_well_formed(replace(DRAFT, subject=subject, to=to, text=text, html=f"<p>{text}</p>", key=key))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_a_key_is_read_back_exactly_and_stands_in_ascii(key: str) -> None:
    """Keys hold the UIDs of events of other people."""
    data = compose(replace(DRAFT, key=f"r/{key}"))
    line = next(line for line in data.split(b"\r\n") if line.startswith(b"X-Agendad-Key: "))
    assert re.fullmatch(rb"X-Agendad-Key: [!-~]+", line)
    assert message(data, NOW, sent=False).key == f"r/{key}"
    read = standing(data)
    assert read is not None
    assert read.key == f"r/{key}"


@pytest.mark.parametrize("length", [899, 900, 901, 2_000, 50_000])
def test_a_long_key_is_folded_and_read_back_exactly(length: int) -> None:
    key = "r/" + "é x%20" * (length // 6)
    data = assert_well_formed(replace(DRAFT, key=key))
    assert message(data, NOW, sent=False).key == key


def test_a_usual_key_stands_as_it_is() -> None:
    assert b"\r\nX-Agendad-Key: follow-up/40c5@google.com@20261123T080000Z\r\n" in compose(DRAFT)


DELIVERABLE = [
    "ada@example.com",
    "ada.martin+tag@mail.example.co.uk",
    "o'neill@example.ie",
    "root@localhost",
    "zoë@example.org",
    "用户@例子.广告",
    "राम@मोहन.ईन्फो",
    "zoe@bücher.example",
    "zoe@straße.example",
    "zoe@xn--bcher-kva.example",
    "a@" + ".".join(["x" * 60] * 4),
    "x" * 64 + "@example.com",
]
NOT_DELIVERABLE = [
    "",
    "@",
    "ada",
    "ada@",
    "@example.com",
    "ada@example..com",
    "ada@.example.com",
    "ada@example.com.",
    "ada@-example.com",
    "ada@exam ple.com",
    "ada martin@example.com",
    "ada@example.com, bob@example.com",
    "Ada <ada@example.com>",
    "ada@example.com\r\nBcc: v@example.com",
    "ada@example.com\n",
    "ada@exam\0ple.com",
    "ada@example.com\u2028",
    "\u202eada@example.com",
    "ada@exam\u200bple.com",
    "ada\ud800@example.com",
    "a@b@c",
    '"ada martin"@example.com',
    "ada@[127.0.0.1]",
    "ada..martin@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "(comment)ada@example.com",
    "x" * 65 + "@example.com",
    "é" * 33 + "@example.com",
    "a@" + "x" * 64 + ".com",
    "a@" + "ü" * 63 + ".com",
    "a@" + ".".join(["x" * 60] * 5),
    "mailto:ada@example.com",
    "ada@example.com;",
    "=?utf-8?q?victim=40example.com?=@example.net",
]


@pytest.mark.parametrize("address", DELIVERABLE)
def test_an_address_in_any_script_is_written_so_that_both_parsers_find_it(address: str) -> None:
    assert deliverable(address)
    data = assert_well_formed(replace(DRAFT, to=(Address(address, "Somebody"), Address("bob@example.net"))))
    read = standing(data)
    assert read is not None
    assert readable_address(address) in read.recipients


@pytest.mark.parametrize("address", NOT_DELIVERABLE)
def test_what_is_no_address_is_told_and_left_out(address: str) -> None:
    assert not deliverable(address)
    with_it = compose(replace(DRAFT, to=(Address(address, "Nobody"), *DRAFT.to)))
    assert with_it == compose(DRAFT)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40), st.text(max_size=40))
def test_whatever_is_deliverable_is_written_well_formed(local: str, domain: str) -> None:
    for address in (f"{local}@{domain}", f"{local}@example.com", f"ada@{domain}.com"):
        if deliverable(address):
            assert_well_formed(replace(DRAFT, cc=(Address(address),)))


def test_an_international_domain_is_written_for_any_program_and_read_as_people_write_it() -> None:
    draft = replace(DRAFT, to=(Address("Zoe@Bücher.example"),))
    data = compose(draft)
    assert b"To: Zoe@xn--bcher-kva.example\r\n" in data
    assert data.isascii()
    assert message(data, NOW, sent=True).recipients[0] == "zoe@bücher.example"


def test_a_domain_that_the_older_standard_would_take_for_another_stays_as_it_is() -> None:
    assert "zoe@straße.example".encode() in compose(replace(DRAFT, to=(Address("zoe@straße.example"),)))


def test_a_draft_without_recipients_or_a_usable_sender_is_still_a_mail() -> None:
    data = compose(replace(DRAFT, to=(), cc=(), bcc=(), sender=Address("")))
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert [name for name in ("From", "To", "Cc", "Bcc") if name in parsed] == []
    assert standing(data) is not None


def test_a_thousand_recipients_are_all_there() -> None:
    many = tuple(Address(f"person{number}@example.org", f"Person {number}") for number in range(1_000))
    assert_well_formed(replace(DRAFT, to=many))


def test_a_reply_names_the_mail_it_answers_last() -> None:
    data = compose(replace(DRAFT, in_reply_to="<b@x>", references=("<a@x>", "<b@x>", "<c@x>")))
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert parsed["In-Reply-To"] == "<b@x>"
    assert parsed["References"] == "<a@x> <c@x> <b@x>"
    assert message(data, NOW, sent=True).references == ("<a@x>", "<c@x>", "<b@x>")


def test_a_very_long_thread_keeps_its_first_mail_and_its_newest() -> None:
    ids = tuple(f"<{number}-{'x' * 500}@example.com>" for number in range(500))
    data = compose(replace(DRAFT, in_reply_to=ids[-1], references=ids[:-1]))
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert message(data, NOW, sent=True).references == (ids[0], *ids[-19:])


@pytest.mark.parametrize(
    "given_id", ["<a\r\nBcc: v@x>", "a@b", "<a b@c>", "<>", "<a@b><c@d>", "<" + "x" * 2_000 + ">", "<\0>"]
)
def test_what_is_no_message_id_is_left_out_of_a_reply(given_id: str) -> None:
    data = compose(replace(DRAFT, in_reply_to=given_id, references=(given_id, "<ok@x>")))
    assert b"In-Reply-To" not in data
    assert b"References: <ok@x>\r\n" in data


@pytest.mark.parametrize(
    "line", ["x" * 100_000, "é" * 100_000, "文" * 100_000, ("word " * 20_000).strip(), "=" * 1_000]
)
def test_lines_of_any_length_are_carried_whole(line: str) -> None:
    assert_well_formed(replace(DRAFT, text=f"{line}\n\n{line}\n", html=f"<p>{line}</p>"))


@pytest.mark.parametrize(
    "text", ["", "\n", "\n\n\n", ".\n..\n", "From here\n", "  indented\n\ttab\t\n", "no end", "a\r\nb\rc\n"]
)
def test_odd_bodies_are_carried_whole(text: str) -> None:
    assert_well_formed(replace(DRAFT, text=text))


def test_a_draft_without_html_is_plain_text() -> None:
    data = compose(replace(DRAFT, html=""))
    assert fast_mail_parser.parse_email(data).text_html == []
    read = standing(data)
    assert read is not None
    assert not read.edited


def test_a_language_stands_only_where_it_is_one() -> None:
    assert b"Content-Language: fr-CA\r\n" in compose(replace(DRAFT, language="fr-CA"))
    for language in ("", "fr\r\nBcc: v@x", "français"):
        assert b"Content-Language" not in compose(replace(DRAFT, language=language))


EDITS = {
    "the text": (b"thank you for today", b"thank you for yesterday"),
    "the HTML alone": (b"<p>thank you for today", b"<p><b>thank</b> you for today"),
    "the subject": (b"Subject: ", b"Subject: Really, "),
    "a recipient more": (b"To: ", b"To: eve@example.com, "),
    "a recipient less": (b",\r\n bob@example.net", b""),
    "the blind copy": (b"Bcc: me@example.com\r\n", b""),
    "an attachment": (b"multipart/alternative", b"multipart/mixed"),
    "a part less": (b"Content-Type: text/html", b"Content-Type: image/png"),
}


@pytest.mark.parametrize(("before", "after"), EDITS.values(), ids=EDITS)
def test_a_draft_that_a_person_edited_is_known_to_be(before: bytes, after: bytes) -> None:
    data = compose(DRAFT)
    assert before in data
    read = standing(
        data.replace(before, after, 1) if before != EDITS["the HTML alone"][0] else data.replace(before, after)
    )
    assert read is not None
    assert read.edited


HARMLESS = {
    "line ends of this system": lambda data: data.replace(b"\r\n", b"\n"),
    "headers added before": lambda data: b"X-Status: RO\r\nReceived: by example.com\r\n" + data,
    "headers added after": lambda data: data.replace(b"\r\n\r\n", b"\r\nX-Keywords: later\r\n\r\n", 1),
    "another case of the names": lambda data: data.replace(b"X-Agendad-Key", b"x-agendad-key").replace(b"To:", b"TO:"),
    "no space after the colon": lambda data: data.replace(b"X-Agendad-Key: ", b"X-Agendad-Key:"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_a_draft_that_a_program_only_stored_otherwise_is_not_edited(change: Callable[[bytes], bytes]) -> None:
    data = compose(DRAFT)
    assert change(data) != data
    read = standing(change(data), etag="e", href="h")
    assert read is not None
    assert (read.edited, read.key, read.etag, read.href) == (False, DRAFT.key, "e", "h")


TAKEN_OVER = {
    "another Message-ID": (message_id(DRAFT.key).encode(), b"<new@example.com>"),
    "no Message-ID": (b"Message-ID", b"X-Old-Message-ID"),
    "no key": (b"X-Agendad-Key", b"X-Lost"),
    "another key": (b"X-Agendad-Key: follow-up", b"X-Agendad-Key: other"),
    "a broken key": (b"X-Agendad-Key: follow-up", b"X-Agendad-Key: %ff%fe"),
}


@pytest.mark.parametrize(("before", "after"), TAKEN_OVER.values(), ids=TAKEN_OVER)
def test_a_draft_that_a_mail_program_made_its_own_is_no_longer_ours(before: bytes, after: bytes) -> None:
    assert before in compose(DRAFT)
    assert standing(compose(DRAFT).replace(before, after)) is None


def test_a_quoted_mail_in_the_body_is_not_taken_for_a_header() -> None:
    quoted = b"From: eve@example.com\r\n\r\nX-Agendad-Key: a/b\r\nSubject: x\r\n"
    read = message(quoted, NOW, sent=False)
    assert (read.sender, read.subject, read.key) == ("eve@example.com", "", "")


def test_a_mail_is_read_by_its_header() -> None:
    data = (
        b"Received: from somewhere\r\n"
        b"From: =?utf-8?q?M=C3=BCller=2C_Zo=C3=AB?= <Zoe@Example.ORG>\r\n"
        b'To: "Martin, Ada" <ADA@example.com>,\r\n\tBob <bob@example.net>\r\n'
        b"Cc: Team: carl@example.net, dora@example.net;\r\n"
        b"Bcc: bob@example.net\r\n"
        b"Subject: =?utf-8?b?UsOpdW5p?=\r\n =?utf-8?q?on?= of\r\n the team\r\n"
        b"Date: Mon, 23 Nov 2026 08:00:00 +0100 (CET)\r\n"
        b"Message-ID: <1@x>\r\nIn-Reply-To: <3@x>\r\nReferences: <1@y>\r\n <2@y>\r\n"
        b"X-Agendad-Key: follow-up/a%20b\r\n\r\nbody"
    )
    assert message(data, NOW + timedelta(days=1), sent=True) == Message(
        at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        sender="zoe@example.org",
        recipients=("ada@example.com", "bob@example.net", "carl@example.net", "dora@example.net"),
        subject="Réunion of the team",
        message_id="<1@x>",
        references=("<1@y>", "<2@y>", "<3@x>"),
        sent=True,
        key="follow-up/a b",
    )


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Mon, 99 Nov 2026 08:00", "31 Dec 9999 23:59:59 -2359", "1 Jan 1 00:00 +9999", "x" * 9_999],
)
def test_a_mail_without_a_readable_date_has_that_of_its_delivery(date: str) -> None:
    assert message(f"Date: {date}\n\n".encode(), NOW, sent=False).at == NOW


GARBAGE = {
    "nothing": b"",
    "bytes": bytes(range(256)) * 40,
    "no header": b"\r\n\r\nHello",
    "no colon": b"Hello world\r\nTo\r\n",
    "deep comments": b"From: " + b"(" * 50_000 + b"\r\nTo: " + b"(" * 50_000 + b"\r\n\r\n",
    "an unknown charset": b"Subject: =?x-none?q?=C3=A9?= =?utf-8?b?AAA?= =?utf-8?q?=ff?=\r\n\r\n",
    "latin-1": "Subject: Réunion\r\nFrom: Zoë <zoë@example.org>\r\n\r\n".encode("latin-1"),
    "a header without an end": b"Subject: " + b"x" * 300_000,
    "only folds": b" \r\n \r\n To: x@y\r\n",
    "brackets": b"From: <<<>>>\r\nTo: @@@,;:<>\r\nMessage-ID: <<>\r\nReferences: <<<<\r\n\r\n",
    "twenty thousand addresses": b"To: " + b"a@b, " * 20_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_read_as_far_as_it_goes(data: bytes) -> None:
    read = message(data, NOW, sent=False)
    assert read.at.tzinfo is not None
    assert standing(data) is None


@pytest.mark.parametrize(
    "word", ["=?utf-7?q?a+2AA-b?=", "=?raw-unicode-escape?q?a=5Cud800b?=", "=?utf-8?q?a=00=1B=0A=E2=80=AEb?="]
)
def test_a_subject_is_one_line_of_whole_characters(word: str) -> None:
    subject = message(f"Subject: {word}\n\n".encode(), NOW, sent=False).subject
    assert subject == header_text(subject)
    assert subject.encode()


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"From", b"To", b"Subject", b"Date", b"X-Agendad-Key", b"Message-ID"]))
def test_no_bytes_make_the_reading_fail(noise: bytes, name: bytes) -> None:
    for data in (noise, name + b": " + noise, compose(DRAFT).replace(name + b": ", name + b": " + noise)):
        assert message(data, NOW, sent=False).at.tzinfo is not None
        standing(data)


def test_a_charset_that_is_no_name_is_none() -> None:
    data = compose(DRAFT)
    damaged = data.replace(b'charset="utf-8"', b'charset="\0utf-8"')
    assert damaged != data
    assert standing(damaged) is not None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_draft_is_read_without_stumbling(at: int, noise: bytes) -> None:
    data = compose(DRAFT)
    standing(data[:at] + noise + data[at + len(noise) :])
    standing(data[:at])


@pytest.mark.parametrize(
    "path", sorted(set(CORPUS.glob("*.eml")) - {CORPUS / "no-name-quoted-local.eml"}), ids=lambda path: path.name
)
def test_the_mails_of_well_known_programs_are_read_as_the_other_parser_reads_them(path: Path) -> None:
    data = path.read_bytes()
    read, other = message(data, NOW, sent=True), fast_mail_parser.parse_email(data)
    assert squeezed(read.subject) == squeezed(other.subject)
    everybody = [one.address for group in (other.to, other.cc, other.bcc) for one in group]
    assert list(read.recipients) == [readable_address(address) for address in everybody]
    assert [read.sender] == [readable_address(one.address) for one in [other.from_]]
    assert (
        read.message_id
        == other.headers[next(name for name in other.headers if name.lower() == "message-id")][0].strip()
    )
    assert read.at == datetime.fromisoformat(str(other.date_parsed))
    assert read.key == ""
    assert standing(data) is None


def test_addresses_in_old_forms_are_read() -> None:
    """The other parser gives up on this one."""
    read = message((CORPUS / "no-name-quoted-local.eml").read_bytes(), NOW, sent=False)
    assert read.recipients == ('"ada martin"@example.com', "bob@example.net", "zoe@example.org")
    assert (read.sender, read.subject) == ("noreply@example.com", "")
    assert read.at == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_mail_program_that_lists_references_by_commas_is_understood() -> None:
    read = message((CORPUS / "outlook-exchange.eml").read_bytes(), NOW, sent=False)
    assert read.references == ("<20261119143000.GA1234@example.com>", "<other@example.com>")


def test_a_draft_that_a_mail_program_took_up_and_laid_back_is_not_edited() -> None:
    """NeoMutt encodes it anew, under another file name, and keeps its headers."""
    data = (CORPUS / "own" / "neomutt-postponed.eml").read_bytes()
    assert data != compose(DRAFT)
    read = standing(data)
    assert read is not None
    assert (read.key, read.edited) == (DRAFT.key, False)
