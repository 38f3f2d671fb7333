"""The whole emulated world: accounts, what they hold, and the one door through which clients come in."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from emulator import batch, calendars, discovery, events, gmail, listing, uploads
from emulator.call import Call
from emulator.faults import Fault, Faults, Kind, refusal
from emulator.mailbox import Mailbox
from emulator.person import Person
from emulator.race import edit_by_hand
from emulator.store import CalendarStore, Ticker
from emulator.tokens import Access, Tokens
from emulator.wire import Json, Logged, Refused, Reply, Request, bad, error_reply, lowered, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from emulator.discovery import Api, Method

HANDLERS: Final[dict[str, Callable[[Call], Reply]]] = {
    "calendar.events.list": listing.list_,
    "calendar.events.instances": listing.list_instances,
    "calendar.events.get": events.get,
    "calendar.events.insert": events.insert,
    "calendar.events.import": events.import_,
    "calendar.events.update": events.update,
    "calendar.events.patch": events.patch,
    "calendar.events.delete": events.delete,
    "calendar.calendars.get": calendars.get,
    "calendar.calendarList.list": calendars.list_entries,
    "calendar.calendarList.get": calendars.get_entry,
    "calendar.settings.get": calendars.setting,
    "calendar.freebusy.query": calendars.free_busy,
    **gmail.HANDLERS,
}
_UPLOAD_ID = re.compile(r"^/(?:resumable/)?upload/.*[?&]upload_id=([^&]+)")
_CONSENT: Final = frozenset({"/o/oauth2/auth", "/o/oauth2/v2/auth"})


@dataclass(frozen=True, slots=True)
class _Route:
    """Where a request goes: the method, the segments of its path, and its query."""

    method: Method
    segments: list[str]
    query: str
    resumed: uploads.Session | None


class Google:
    """Everything, in memory. `handle` answers one request and may be called from several threads.

    The same calls in the same order give the same ids, etags and faults. `page_size` caps every page of a listing (0:
    no cap). `race` is done before a write that a racing edit is to hit; it gets the call. `breaches` are the calls of
    methods that send or forge mails; they are refused.
    """

    def __init__(self, *, now: Callable[[], datetime], seed: int = 0) -> None:
        self.ticker = Ticker(now, seed)
        self.tokens = Tokens(now)
        self.faults = Faults()
        self.log: list[Logged] = []
        self.people: dict[str, Person] = {}
        self.calendars: dict[str, CalendarStore] = {}
        self.sent_invitations: list[events.Invitation] = []
        self.hand_edits: list[tuple[str, str]] = []
        self.breaches: list[Logged] = []
        self.page_size = 0
        self.race: Callable[[Call], None] = edit_by_hand
        self._sessions = uploads.Sessions()
        self._lock = threading.RLock()
        self._calendar, self._gmail = discovery.calendar(), discovery.gmail()

    def account(self, email: str, *, zone: str = "Europe/Paris", consumer: bool = False) -> Person:
        """A new account with a primary calendar and a mailbox; a consumer's calendar refuses status events."""
        store = CalendarStore(email, email, zone, self.ticker, summary=email, primary=True, status_events=not consumer)
        self.calendars[email] = store
        person = self.people[email] = Person(self, email, store, Mailbox(email, self.ticker), {email: "owner"})
        self.tokens.consent.email = self.tokens.consent.email or email
        return person

    def grant(self, email: str, scopes: Iterable[str]) -> Json:
        """An authorized-user file of that account, as `google-token.json` holds it."""
        return self.tokens.grant(self.people[email].email, scopes)

    def service_account(self, name: str, delegated: Mapping[str, Iterable[str]]) -> Json:
        """A service-account file that may act for each of these people with these scopes."""
        return self.tokens.service_account(name, delegated)

    def revoke(self, email: str) -> None:
        """The person takes the access back: `invalid_grant` from now on."""
        self.tokens.revoke(email)

    def handle(self, request: Request) -> Reply:
        """Answers one request."""
        with self._lock:
            reply = self._handle(request)
        if reply.delay:
            self.faults.sleep(reply.delay)
        return reply

    def _handle(self, request: Request) -> Reply:
        path, _, query = request.path_and_query.partition("?")
        request = replace(request, headers=lowered(request.headers))
        if path == "/token":
            return self._token(request)
        if path in _CONSENT and request.method == "GET":
            return self._logged(request, "consent", self.tokens.consented(query))
        if path == self._calendar.batch_path:
            return self._batch(request, self._calendar, 1000)
        if path in {self._gmail.batch_path, "/batch/gmail/v1"}:
            return self._batch(request, self._gmail, 100)
        return self._one(request, (self._calendar, self._gmail), part=False)

    def _token(self, request: Request) -> Reply:
        fault = self.faults.take("token")
        refused = refusal(fault) if fault else None
        if refused is not None:
            reply = error_reply(refused)
        elif fault is not None and fault.kind is Kind.LOST_BEFORE:
            reply = Reply(0, cut=True)
        else:
            reply = self.tokens.token(request)
            reply = self.faults.spoiled(fault, reply) if fault else reply
        return self._logged(request, "token", reply, fault=fault)

    def _batch(self, request: Request, api: Api, most: int) -> Reply:
        fault = self.faults.take("batch")
        early = self._early(fault, request)
        if early is not None:
            return self._logged(request, "batch", early, fault=fault)
        at = len(self.log)
        if request.method != "POST":
            return self._logged(request, "batch", error_reply(not_found()))
        try:
            parts = batch.parts_of(request.headers.get("content-type", ""), request.body, most=most)
        except Refused as refused:
            return self._logged(request, "batch", error_reply(refused))
        answers = []
        for part in parts:
            headers = {"authorization": request.headers.get("authorization", "")} | dict(part.request.headers)
            reply = self._one(replace(part.request, headers=headers), (api,), part=True)
            if not reply.cut:
                answers.append((part.name, reply))
        content, body = batch.answer_of(answers)
        committed = any(entry.committed for entry in self.log[at:])
        reply = Reply(200, {"content-type": content}, body, committed=committed)
        if fault is not None:
            reply = self.faults.spoiled(fault, reply)
        if reply.status != 200 or reply.cut:
            self.log[at:] = [replace(entry, answered=False) for entry in self.log[at:]]
        return self._logged(request, "batch", reply, fault=fault)

    def _one(self, request: Request, apis: tuple[Api, ...], *, part: bool) -> Reply:
        """One call: the way, the fault, the token, the scope, the parameters, the body, the deed."""
        try:
            request, resumed = self._resumed(request)
        except Refused as refused:
            return self._logged(request, "", error_reply(refused), part=part)
        if isinstance(resumed, Reply):
            return self._logged(request, "upload", resumed, part=part)
        path, _, query = request.path_and_query.partition("?")
        found = next((way for api in apis if (way := api.find(request.method, path))), None)
        if found is None or (part and found[0].upload):
            return self._logged(request, "", error_reply(not_found(f"no such method: {path}")), part=part)
        route = _Route(*found, query, resumed)
        call_id = route.method.id
        fault = self.faults.take(call_id, part=part, synced="syncToken=" in query or "startHistoryId=" in query)
        access: Access | None = None
        try:
            reply = self._early(fault, request)
            if reply is None:
                access = self.tokens.opened(request.headers)
                reply = self._done(request, route, access, fault)
        except Refused as refused:
            reply = error_reply(refused)
        if fault is not None:
            reply = Reply(0, cut=True, committed=reply.committed) if fault.kind is Kind.MISSING else reply
            reply = self.faults.spoiled(fault, reply) if reply.status else reply
        return self._logged(request, call_id, reply, part=part, access=access, fault=fault)

    def _resumed(self, request: Request) -> tuple[Request, uploads.Session | Reply | None]:
        """The first request of a resumable upload, once all of the mail is there."""
        match = _UPLOAD_ID.search(request.path_and_query)
        if match is None:
            return request, None
        session = self._sessions.go_on(match[1], request)
        if isinstance(session, Reply):
            return request, session
        return replace(request, method=session.method, path_and_query=session.path, body=b""), session

    def _early(self, fault: Fault | None, request: Request) -> Reply | None:
        """The answer of a fault that leaves nothing done."""
        if fault is None:
            return None
        if fault.kind is Kind.LOST_BEFORE:
            return Reply(0, cut=True)
        if fault.kind is Kind.UNAUTHORIZED:
            self.tokens.expire(request.headers)
            return None
        refused = refusal(fault)
        return error_reply(refused) if refused else None

    def _done(self, request: Request, route: _Route, access: Access, fault: Fault | None) -> Reply:
        method = route.method
        if not method.scopes & access.scopes:
            head = {"www-authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'}
            message = "Request had insufficient authentication scopes."
            raise Refused(403, "insufficientPermissions", message, head)
        if method.id in gmail.BREACHES:
            raise Refused(403, "forbidden", f"{method.id} must never be called.")
        handler = HANDLERS.get(method.id)
        if handler is None:
            raise not_found(f"the emulator does not model {method.id}")
        params = method.parameters(route.segments, route.query)
        raw: bytes | None = None
        if method.upload:
            content = uploads.content_of(request, method, params, self._sessions, route.resumed)
            if isinstance(content, Reply):
                return content
            body, raw = content
        else:
            body = _body(request, method)
        person = self.people[access.email]
        call = Call(self, person, access.scopes, method, params, request.headers, body, raw)
        if fault is not None and fault.kind is Kind.FULL_SYNC:
            if method.id.startswith("gmail."):
                raise not_found("Requested entity was not found.")
            raise Refused(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
        if fault is not None and fault.kind is Kind.RACE:
            self.race(call)
        return handler(call)

    def _logged(
        self,
        request: Request,
        call: str,
        reply: Reply,
        *,
        part: bool = False,
        access: Access | None = None,
        fault: Fault | None = None,
    ) -> Reply:
        scopes, email = (access.scopes, access.email) if access else (frozenset[str](), "")
        kind = fault.kind.value if fault else ""
        path = request.path_and_query
        entry = Logged(
            request.method, path, call, scopes, reply.status, reply.committed, part, not reply.cut, kind, email
        )
        self.log.append(entry)
        if call in gmail.BREACHES:
            self.breaches.append(entry)
        return reply


def _body(request: Request, method: Method) -> Json:
    """The JSON of a request, checked by the schema of its method."""
    if method.check is None:
        if request.body.strip():
            raise bad("This method takes no body.", "badRequest")
        return {}
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content != "application/json":
        raise bad(f"The content type {content or '(none)'} is not supported; JSON is needed.", "badContent")
    try:
        value: Any = json.loads(request.body)
    except ValueError:
        raise bad("Parse Error", "parseError") from None
    method.check(value, "")
    found: Json = value
    return found
