"""Gmail v1: drafts, threads, searches, history, uploads, and the doors that stay shut."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from emulated import ANSWER, DRAFTS, LETTER, ME, NOW, decoded, encoded, reason, refused

if TYPE_CHECKING:
    from emulated import World

MINE = {"userId": "me"}
MESSAGES = "/gmail/v1/users/me/messages"


def save(gmail: Any, raw: bytes = ANSWER, thread: str = "") -> dict[str, Any]:
    message = {"raw": encoded(raw)} | ({"threadId": thread} if thread else {})
    found: dict[str, Any] = gmail.users().drafts().create(**MINE, body={"message": message}).execute()
    return found


def found(world: World, query: str, **params: str) -> list[str]:
    more = "".join(f"&{name}={value}" for name, value in params.items())
    reply = world.mail("GET", f"{MESSAGES}?q={quote(query)}{more}")
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json().get("messages", [])]


def test_a_draft_is_made_read_and_listed(gmail: Any, world: World) -> None:
    assert gmail.users().drafts().list(**MINE).execute() == {"resultSizeEstimate": 0}
    made = save(gmail)
    assert set(made["message"]) == {"id", "threadId", "labelIds"}
    assert made["message"]["labelIds"] == ["DRAFT"]
    listed = gmail.users().drafts().list(**MINE).execute()["drafts"]
    assert listed == [{"id": made["id"], "message": {k: made["message"][k] for k in ("id", "threadId")}}]
    read = gmail.users().drafts().get(**MINE, id=made["id"], format="raw").execute()["message"]
    assert decoded(read["raw"]).endswith(b"\r\n\r\nThank you\r\n")
    assert read["snippet"] == "Thank you"
    assert world.box.drafts().keys() == {made["id"]}


def test_the_same_mail_twice_is_two_drafts(gmail: Any, world: World) -> None:
    assert save(gmail)["id"] != save(gmail)["id"]
    assert len(world.box.drafts()) == 2


def test_an_update_keeps_the_draft_and_changes_the_message(gmail: Any) -> None:
    made = save(gmail)
    body = {"message": {"raw": encoded(ANSWER.replace(b"Thank", b"Many thanks, thank"))}}
    after = gmail.users().drafts().update(**MINE, id=made["id"], body=body).execute()
    assert after["id"] == made["id"]
    assert after["message"]["id"] != made["message"]["id"]
    assert refused(gmail.users().messages().get(**MINE, id=made["message"]["id"])) == (404, "notFound")


def test_a_deleted_draft_is_gone_for_good(gmail: Any) -> None:
    made = save(gmail)
    assert gmail.users().drafts().delete(**MINE, id=made["id"]).execute() == ""
    for method in ("get", "delete"):
        assert refused(getattr(gmail.users().drafts(), method)(**MINE, id=made["id"])) == (404, "notFound")


def test_the_hand_edits_and_sends(gmail: Any, world: World) -> None:
    made = save(gmail)
    world.box.edit_draft(made["id"], lambda raw: raw.replace(b"Thank", b"Bless"))
    edited = gmail.users().drafts().get(**MINE, id=made["id"], format="minimal").execute()["message"]
    assert edited["id"] != made["message"]["id"]
    assert edited["threadId"] == made["message"]["threadId"]
    world.box.edit_draft(made["id"], lambda raw: raw.replace(b"Hello", b"Bye"))
    again = gmail.users().drafts().get(**MINE, id=made["id"], format="minimal").execute()["message"]
    assert again["threadId"] != edited["threadId"], "another subject is another thread"
    sent = world.box.send_draft(made["id"])
    assert world.box.drafts() == {}
    assert gmail.users().messages().get(**MINE, id=sent, format="minimal").execute()["labelIds"] == ["SENT"]
    assert b"Bless you" in world.box.messages("SENT")[0]


def test_what_google_does_not_promise_can_be_taken_away(world: World) -> None:
    draft = world.box.draft(ANSWER)
    assert b"<own@agendad.invalid>" in world.box.drafts()[draft]
    world.box.keeps_message_ids = world.box.keeps_headers = False
    world.box.edit_draft(draft, lambda raw: raw)
    (raw,) = world.box.drafts().values()
    assert b"own@agendad.invalid" not in raw
    assert b"X-Agendad-Key" not in raw
    assert b"Message-ID: <CA" in raw
    reply = world.mail("POST", DRAFTS, {"message": {"raw": encoded(ANSWER)}}).json()
    assert b"own@agendad.invalid" not in world.box.drafts()[reply["id"]]


def test_an_answer_joins_a_thread_only_with_its_headers_and_subject(gmail: Any, world: World) -> None:
    letter = world.box.deliver(LETTER)
    assert save(gmail, ANSWER, letter)["message"]["threadId"] == letter
    assert save(gmail, ANSWER)["message"]["threadId"] != letter
    for wrong in (ANSWER.replace(b"<1@", b"<2@"), ANSWER.replace(b"Hello", b"Other")):
        assert save(gmail, wrong, letter)["message"]["threadId"] != letter
    body = {"message": {"raw": encoded(ANSWER), "threadId": "19a"}}
    assert refused(gmail.users().drafts().create(**MINE, body=body)) == (404, "notFound")
    thread = gmail.users().threads().get(**MINE, id=letter, format="minimal").execute()
    assert [one["labelIds"] for one in thread["messages"]] == [["INBOX", "UNREAD"], ["DRAFT"]]


def test_mails_that_arrive_join_the_thread_of_what_they_answer(world: World) -> None:
    letter = world.box.deliver(LETTER)
    answer = world.box.deliver(ANSWER.replace(b"own@agendad.invalid", b"2@example.net"))
    assert world.box.mails[answer].thread == letter


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": {}},
        {"message": {"raw": ""}},
        {"message": {"raw": "not base64!"}},
        {"message": {"raw": "YWJj+/8="}},
        {"message": {"raw": encoded(ANSWER), "snippet": "x"}},
        {"message": {"raw": encoded(ANSWER), "labelIds": ["INBOX"]}},
        {"message": {"raw": encoded(ANSWER), "nonsense": 1}},
        {"id": "r1", "message": {"raw": encoded(ANSWER)}},
        {"raw": encoded(ANSWER)},
        {"message": "x"},
    ],
    ids=str,
)
def test_a_draft_body_holds_the_mail_and_its_thread_only(world: World, body: object) -> None:
    assert world.mail("POST", DRAFTS, body).status == 400
    assert world.box.drafts() == {}


def test_the_formats_show_what_they_say(gmail: Any, world: World) -> None:
    mixed = (
        b"Subject: Mixed\r\nFrom: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--x--\r\n"
    )
    mail = world.box.deliver(mixed, NOW)

    def get(**more: object) -> dict[str, Any]:
        answer: dict[str, Any] = gmail.users().messages().get(**MINE, id=mail, **more).execute()
        return answer

    assert "payload" not in get(format="minimal")
    assert get(format="minimal")["internalDate"] == str(int(NOW.timestamp()) * 1000)
    assert decoded(get(format="raw")["raw"]).endswith(mixed)
    headers = get(format="metadata", metadataHeaders=["subject", "X-None"])["payload"]["headers"]
    assert headers == [{"name": "Subject", "value": "Mixed"}]
    assert len(get(format="metadata")["payload"]["headers"]) >= 4
    full = get()["payload"]
    assert [(one["partId"], one["mimeType"]) for one in full["parts"]] == [("0", "text/plain"), ("1", "text/html")]
    assert decoded(full["parts"][0]["body"]["data"]).strip() == b"plain"


def test_searches(world: World) -> None:
    hour = timedelta(hours=1)
    old = world.box.deliver(LETTER.replace(b"<1@", b"<0@").replace(b"bob@", b"carl@"), NOW - 50 * hour)
    letter = world.box.deliver(LETTER, NOW - hour)
    sent = world.box.sent(ANSWER.replace(b"own@agendad.invalid", b"2@x"), NOW)
    draft = world.box.mails[world.box.drafts_by_id[world.box.draft(ANSWER)]].id
    epoch = int(NOW.timestamp())
    assert found(world, "") == [draft, sent, letter, old]
    assert found(world, f"after:{epoch - 3600}") == [draft, sent], "the bound itself is not in it"
    assert found(world, f"after:{epoch - 3601} before:{epoch}") == [letter]
    assert found(world, "after:2026/11/22") == [draft, sent, letter], "a date begins at midnight Pacific"
    assert found(world, "in:sent") == [sent]
    assert found(world, "-in:drafts -in:chats -in:sent") == [letter, old]
    assert found(world, "rfc822msgid:<1@example.net>") == found(world, "rfc822msgid:1@example.net") == [letter]
    assert found(world, "from:bob@example.net") == [letter]
    assert found(world, "to:bob@example.net") == [draft, sent]
    assert found(world, "from:carl@example.net OR in:sent") == [sent, old]
    assert found(world, "{from:carl@example.net in:sent}") == [sent, old]
    assert found(world, 'subject:"hello" "hi there"') == [letter, old]
    assert found(world, "", labelIds="INBOX") == [letter, old]
    assert reason(world.mail("GET", f"{MESSAGES}?q=larger:5M"))[0] == 400
    world.box.trash(letter)
    assert letter not in found(world, "")
    assert letter in found(world, "", includeSpamTrash="true")
    assert found(world, "in:trash") == [letter]


def test_the_index_may_lag_behind(world: World) -> None:
    world.box.search_lag = timedelta(minutes=2)
    letter = world.box.deliver(LETTER)
    assert found(world, "from:bob") == []
    assert found(world, "") == [letter]
    world.pass_time(minutes=2)
    assert found(world, "from:bob") == [letter]


def test_pages_hold_every_mail_once_whatever_arrives(gmail: Any, world: World) -> None:
    mails = [world.box.deliver(LETTER, NOW + timedelta(seconds=number)) for number in range(5)]
    request = gmail.users().messages().list(**MINE, maxResults=2)
    seen = []
    while request is not None:
        answer = request.execute()
        seen += [one["id"] for one in answer["messages"]]
        world.box.deliver(LETTER, NOW + timedelta(days=1))
        request = gmail.users().messages().list_next(request, answer)
    assert seen == mails[::-1]
    assert refused(gmail.users().messages().list(**MINE, pageToken="x"))[0] == 400


def test_history_tells_each_change_once_and_forgets(gmail: Any, world: World) -> None:
    start = gmail.users().getProfile(**MINE).execute()["historyId"]
    letter = world.box.deliver(LETTER)
    draft = save(gmail)
    gmail.users().drafts().delete(**MINE, id=draft["id"]).execute()
    body = {"removeLabelIds": ["UNREAD"], "addLabelIds": ["STARRED"]}
    assert gmail.users().messages().modify(**MINE, id=letter, body=body).execute()["labelIds"] == ["INBOX", "STARRED"]
    history = gmail.users().history()
    answer = history.list(**MINE, startHistoryId=start).execute()
    kinds = [next(name for name in one if name not in {"id", "messages"}) for one in answer["history"]]
    assert kinds == ["messagesAdded", "messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved"]
    assert history.list(**MINE, startHistoryId=answer["historyId"]).execute() == {"historyId": answer["historyId"]}
    added = history.list(**MINE, startHistoryId=start, historyTypes=["messageAdded"], labelId="INBOX").execute()
    assert [one["messagesAdded"][0]["message"]["id"] for one in added["history"]] == [letter]
    first = history.list(**MINE, startHistoryId=start, maxResults=2).execute()
    rest = history.list(**MINE, startHistoryId=start, pageToken=first["nextPageToken"]).execute()
    assert [len(first["history"]), len(rest["history"])] == [2, 3]
    world.box.forget_history()
    assert refused(history.list(**MINE, startHistoryId=start)) == (404, "notFound")
    assert world.mail("GET", "/gmail/v1/users/me/history").status == 400


def test_labels_are_made_once_and_never_on_drafts(gmail: Any, world: World) -> None:
    made = gmail.users().labels().create(**MINE, body={"name": "Agendad"}).execute()
    assert refused(gmail.users().labels().create(**MINE, body={"name": "agendad"}))[0] == 409
    assert refused(gmail.users().labels().create(**MINE, body={"name": "INBOX"}))[0] == 400
    assert made in gmail.users().labels().list(**MINE).execute()["labels"]
    letter = world.box.deliver(LETTER)
    modify = gmail.users().messages().modify
    modify(**MINE, id=letter, body={"addLabelIds": [made["id"]]}).execute()
    assert found(world, "label:agendad") == [letter]
    draft = save(gmail)["message"]["id"]
    assert refused(modify(**MINE, id=draft, body={"addLabelIds": [made["id"]]}))[0] == 400
    for label in ("SENT", "DRAFT", "Label_none"):
        assert refused(modify(**MINE, id=letter, body={"addLabelIds": [label]}))[0] == 400


def test_another_persons_mailbox_stays_shut(world: World) -> None:
    world.google.account("eve@example.org")
    assert reason(world.mail("GET", "/gmail/v1/users/eve@example.org/profile")) == (403, "forbidden")
    assert world.mail("GET", f"/gmail/v1/users/{quote(ME)}/profile").json()["emailAddress"] == ME


def test_the_metadata_scope_neither_searches_nor_reads_bodies(world: World) -> None:
    letter = world.box.deliver(LETTER)
    path = f"{MESSAGES}/{letter}"
    assert world.send("GET", f"{MESSAGES}?q=x", scopes="gmail.metadata").status == 403
    assert world.send("GET", path, scopes="gmail.metadata").status == 403
    assert world.send("GET", f"{path}?format=metadata", scopes="gmail.metadata").status == 200


@pytest.mark.parametrize(
    "path",
    [f"{DRAFTS}/send", f"{MESSAGES}/send", f"{MESSAGES}/import", MESSAGES]
    + [f"{way}{MESSAGES}/send?uploadType=media" for way in ("/upload", "/resumable/upload")]
    + [f"/upload{DRAFTS}/send?uploadType=media", f"/upload{MESSAGES}?uploadType=media"],
)
def test_nothing_is_ever_sent_and_who_tries_is_noted(world: World, path: str) -> None:
    world.box.draft(ANSWER)
    upload = "upload" in path
    body: object = ANSWER if upload else {"raw": encoded(ANSWER)}
    content = {"content_type": "message/rfc822"} if upload else {}
    reply = world.send("POST", path, body, scopes="gmail.modify gmail.insert gmail.compose", **content)
    assert reason(reply) == (403, "forbidden")
    assert [entry.path for entry in world.google.breaches] == [path]
    assert world.box.messages("SENT") == []


def upload(world: World, path: str, body: bytes, method: str = "POST", **headers: str) -> Any:
    return world.send(method, path, body, scopes="gmail.compose", **headers)


def test_a_mail_may_be_uploaded_as_it_is_or_with_its_thread(world: World) -> None:
    path = f"/upload{DRAFTS}"
    one = upload(world, f"{path}?uploadType=media", ANSWER, content_type="message/rfc822").json()
    assert world.box.drafts()[one["id"]].endswith(ANSWER.partition(b"\r\n\r\n")[2])
    letter = world.box.deliver(LETTER)
    parts = (
        b'--B\r\nContent-Type: application/json\r\n\r\n{"message":{"threadId":"' + letter.encode() + b'"}}\r\n'
        b"--B\r\nContent-Type: message/rfc822\r\n\r\n" + ANSWER + b"\r\n--B--\r\n"
    )
    two = upload(world, f"{path}?uploadType=multipart", parts, content_type="multipart/related; boundary=B").json()
    assert two["message"]["threadId"] == letter
    put = upload(world, f"{path}/{two['id']}?uploadType=media", ANSWER, "PUT", content_type="message/rfc822").json()
    assert put["id"] == two["id"]
    assert upload(world, f"{path}?uploadType=media", ANSWER, content_type="text/plain").status == 400
    assert upload(world, path, ANSWER, content_type="message/rfc822").status == 400
    assert (
        upload(world, f"{path}?uploadType=multipart", b"", content_type="multipart/related; boundary=B").status == 400
    )


def test_a_mail_may_come_in_pieces(world: World) -> None:
    begun = upload(world, f"/resumable/upload{DRAFTS}?uploadType=resumable", b"{}", host="127.0.0.1:1")
    where = begun.headers["location"].removeprefix("http://127.0.0.1:1")
    assert world.box.drafts() == {}
    size = len(ANSWER)
    first = upload(world, where, ANSWER[:50], "PUT", content_range=f"bytes 0-49/{size}")
    assert (first.status, first.headers["range"]) == (308, "bytes=0-49")
    assert upload(world, where, b"", "PUT", content_range=f"bytes */{size}").status == 308
    last = upload(world, where, ANSWER[50:], "PUT", content_range=f"bytes 50-{size - 1}/{size}")
    assert world.box.drafts().keys() == {last.json()["id"]}
    assert upload(world, where, ANSWER, "PUT").status == 404
