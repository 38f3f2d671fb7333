"""Every request to Google goes through here: one call, one request on the wire, and only what `guard.py` allows.

The ports build requests with googleapiclient and let `call` and `batch` make them. httplib2, the transport of that
client, sends a POST a second time when the server closes the connection without an answer; `requests` never does. What
may be repeated is decided here, by what the answer says:

- a rate limit (429, 403): nothing was done, so anything is repeated;
- no clear answer (5xx, lost, cut): reads alone are repeated, a write is `UNKNOWN` and settled by reading later;
- 401: the access token is renewed once.

Between two tries lies a truncated exponential backoff with jitter, or what Retry-After asks for; all waiting of a cycle
together is bounded.
"""

from __future__ import annotations

import random
import time
import warnings
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from agendad import __version__
from agendad.errors import ProviderError
from agendad.providers.files import no_checkpoint
from agendad.providers.google.answers import Answer, Fate, lost, settle
from agendad.providers.google.guard import NotAllowed, check, check_batch
from agendad.providers.google.parts import Job, join, split

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from requests.adapters import BaseAdapter

    from agendad.providers.google.accounts import Account

TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, no secret
CALENDAR_BATCH: Final = "batch/calendar/v3"
GMAIL_BATCH: Final = "batch"
"""`batchPath` of the discovery documents."""
MOST_PARTS: Final = 50
"""Google allows 1000 in a batch of Calendar and 100 in one of Gmail, and advises against more than 50."""
_CONNECT: Final = 10.0
_READ: Final = 60.0
_LONGEST_PAUSE: Final = 32.0
_MINUTE: Final = timedelta(minutes=1)
_KEPT: Final = frozenset({"content-type", "if-match", "if-none-match"})
_TELLS: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Waits:
    """How time passes: `now` aware, `sleep` in seconds, `random` in [0, 1).

    `budget` is how many seconds of a cycle may be spent waiting, `per_minute` how many requests may leave in any
    minute; each part of a batch counts as one, as it does at Google (Calendar 600; Gmail 6000 units, 20 for a mail).
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    budget: float = 60.0
    per_minute: int = 300

    @classmethod
    def real(cls, *, per_minute: int) -> Waits:
        """By the machine's clock, whatever `--now` says: the limits and the tokens are of the real world."""
        return cls(lambda: datetime.now(UTC), time.sleep, random.random, per_minute=per_minute)


class _Nowhere:
    """The transport that googleapiclient is given: `execute()` would go past all that is decided here."""

    def request(self, uri: str, method: str = "GET", **_: object) -> object:
        raise NotAllowed(f"{method} {urlsplit(uri).path} by execute() in place of Transport.call")


@cache
def collection(api: str, version: str, *path: str) -> Any:
    """What builds the requests of a collection, `("calendar", "v3", "events")`, and makes none.

    It follows the discovery document that comes with googleapiclient, which takes milliseconds for each: so once.
    """
    if path:
        return getattr(collection(api, version, *path[:-1]), path[-1])()
    with warnings.catch_warnings():
        # From three months before the end of a Python version on, Google's libraries say at each start that they will
        # not be renewed for it: of use to who packages agendad, not in the journal of every cycle.
        warnings.filterwarnings("ignore", "You are using a .*Python version", FutureWarning)
        from googleapiclient.discovery import build
    return build(api, version, http=_Nowhere(), static_discovery=True, cache_discovery=False)


class _Session(requests.Session):
    """One that asks the environment for proxies and certificates once for each host, and not for each request."""

    def __init__(self) -> None:
        super().__init__()
        self._of_host: dict[tuple[str, str], Any] = {}

    def merge_environment_settings(self, url: Any, *settings: Any) -> Any:
        parts = urlsplit(url)
        host = parts.scheme, parts.netloc
        if host not in self._of_host:
            self._of_host[host] = super().merge_environment_settings(url, *settings)
        return self._of_host[host]


class _Bearer(requests.auth.AuthBase):
    """Brings the token. Given as `auth`, so that a `.netrc` of the person is never asked."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """The way to the account of one person, for one thread.

    `endpoint` replaces scheme and host of every address, the token's and the batches' included; without one only
    `https://*.googleapis.com` is reached. `key` is that of the account. `adapter` stands in for the network in tests
    that run in one process. `checkpoint` is called before every request.
    """

    def __init__(
        self,
        account: Account,
        *,
        endpoint: str = "",
        waits: Waits,
        adapter: BaseAdapter | None = None,
        checkpoint: Callable[[str], None] = no_checkpoint,
    ) -> None:
        self.key = account.key
        self._account = account
        self._endpoint = urlsplit(endpoint)
        self._waits = waits
        self._checkpoint = checkpoint
        self._waited = 0.0
        self._sent: deque[tuple[datetime, int]] = deque()
        self._session = _Session()
        self._session.headers["User-Agent"] = f"agendad/{__version__} (gzip)"  # without the word Google sends no gzip
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter or HTTPAdapter(pool_connections=4, pool_maxsize=1, max_retries=0))

    def reach(self) -> None:
        """Gets an access token; raises ProviderError when there is none to be had."""
        self._account.token(self._grant, self._waits.now)

    def new_cycle(self) -> None:
        """The ports call it when they begin to read: the time to wait is counted anew."""
        self._waited = 0.0

    def call(self, request: Any, *, notify: bool = False) -> Answer:
        """Makes one request of googleapiclient (its `headers` may hold If-Match). Raises nothing but NotAllowed.

        `notify` lets a write to an event say `sendUpdates=all`; every other one must say `none`.
        """
        job = self._job(request, notify=notify)
        return self._repeated([job], lambda jobs, token: [self._send(each, token) for each in jobs])[0]

    def batch(self, requests: Sequence[Any], path: str, *, notify: Collection[Any] = ()) -> list[Answer]:
        """Makes up to 50 requests at once; the answers are in their order, each settled on its own.

        `path` is the `batchPath` of the discovery document, on the host of the requests, which may run in any order.
        `notify` are those of the requests that may say `sendUpdates=all`. Raises nothing but NotAllowed.
        """
        check_batch(path)
        if len(requests) > MOST_PARTS:
            raise NotAllowed(f"a batch of {len(requests)} requests")
        allowed = {id(each) for each in notify}
        jobs = [self._job(each, notify=id(each) in allowed) for each in requests]

        def attempt(some: Sequence[Job], token: str) -> list[Answer]:
            return self._send_batch(some, path, token)

        return self._repeated(jobs, attempt)

    def _job(self, request: Any, *, notify: bool) -> Job:
        check(request.method, request.uri, notify=notify)
        if request.resumable is not None:
            raise NotAllowed("an upload")
        headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT}
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        return Job(request.method, request.uri, headers, content, request.methodId or "")

    def _repeated(self, jobs: Sequence[Job], attempt: Callable[[Sequence[Job], str], list[Answer]]) -> list[Answer]:
        """An answer for each job: tried again while that is safe, may help, and there is time left to wait."""
        answers: dict[int, Answer] = {}
        pending = list(range(len(jobs)))
        tries, renewed = 0, False
        while pending:
            try:
                token = self._account.token(self._grant, self._waits.now)
            except ProviderError as error:
                refused = Answer(Fate.UNAUTHORIZED, message=error.message, hint=error.hint)
                return [answers.get(number, refused) for number in range(len(jobs))]
            answers.update(zip(pending, attempt([jobs[number] for number in pending], token), strict=True))
            again = [number for number in pending if _repeatable(jobs[number], answers[number])]
            denied = [number for number in pending if answers[number].fate is Fate.UNAUTHORIZED]
            if denied and not renewed:
                self._account.renew(token)
                renewed = True
                again = sorted({*again, *denied})
            elif not again or not self._pause(tries, [answers[number] for number in again]):
                break
            else:
                tries += 1
            pending = again
        return [answers[number] for number in range(len(jobs))]

    def _grant(self, form: Mapping[str, str]) -> Answer:
        """Asks the token endpoint (RFC 6749, section 4.5); asking twice does no harm."""
        job = Job(
            "POST",
            TOKEN_URL,
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
        )
        tries = 0
        while True:
            answer = self._send(job, "")
            if answer.fate not in {Fate.SLOW_DOWN, Fate.UNKNOWN} or not self._pause(tries, [answer]):
                return answer
            tries += 1

    def _send_batch(self, jobs: Sequence[Job], path: str, token: str) -> list[Answer]:
        target = urlsplit(jobs[0].url)
        url = urlunsplit((target.scheme, target.netloc, f"/{path}", "", ""))
        kind, body = join(jobs)
        whole = self._exchange(Job("POST", url, {"Content-Type": kind}, body), token, parts=len(jobs))
        if isinstance(whole, Answer):
            return [whole] * len(jobs)
        if not 200 <= whole.status_code < 300:
            return [_settled(whole, Job("POST", url))] * len(jobs)
        return split(whole.headers.get("Content-Type", ""), whole.content, jobs)

    def _send(self, job: Job, token: str) -> Answer:
        reply = self._exchange(job, token)
        return reply if isinstance(reply, Answer) else _settled(reply, job)

    def _exchange(self, job: Job, token: str, *, parts: int = 1) -> requests.Response | Answer:
        """One request on the wire and its reply, or the answer for none."""
        if not self._room(parts):
            return Answer(Fate.SLOW_DOWN, message=f"{self._waits.per_minute} requests were made within a minute")
        self._checkpoint("google: before a request")
        try:
            return self._session.request(
                job.method,
                self._aimed(job.url),
                data=job.body or None,
                headers={"Accept": _TELLS, **job.headers},
                auth=_Bearer(token),
                timeout=(_CONNECT, _READ),
                allow_redirects=False,
            )
        except (OSError, HTTPError) as error:  # a RequestException is an OSError
            return lost(_said(error))

    def _aimed(self, url: str) -> str:
        parts = urlsplit(url)
        if self._endpoint.netloc:
            return urlunsplit(parts._replace(scheme=self._endpoint.scheme, netloc=self._endpoint.netloc))
        if parts.scheme != "https" or not (
            parts.netloc == "googleapis.com" or parts.netloc.endswith(".googleapis.com")
        ):
            raise NotAllowed(f"a request to {parts.scheme}://{parts.netloc}")
        return url

    def _room(self, parts: int) -> bool:
        """Waits until so many more requests fit into the minute; false when there is no time left for that."""
        while True:
            now = self._waits.now()
            while self._sent and now - self._sent[0][0] >= _MINUTE:
                self._sent.popleft()
            if not self._sent or sum(count for _, count in self._sent) + parts <= self._waits.per_minute:
                self._sent.append((now, parts))
                return True
            if not self._wait((_MINUTE - (now - self._sent[0][0])).total_seconds()):
                return False

    def _pause(self, tries: int, answers: Sequence[Answer]) -> bool:
        """Waits before a repetition, as https://developers.google.com/workspace/calendar/api/guides/quota says."""
        asked = max((answer.retry_after or 0.0 for answer in answers), default=0.0)
        return self._wait(max(asked, min(2.0**tries, _LONGEST_PAUSE)) + self._waits.random())

    def _wait(self, seconds: float) -> bool:
        if self._waited + seconds > self._waits.budget:
            return False
        self._waited += seconds
        self._waits.sleep(seconds)
        return True


def _repeatable(job: Job, answer: Answer) -> bool:
    return answer.fate is Fate.SLOW_DOWN or (answer.fate is Fate.UNKNOWN and job.safe)


def _settled(reply: requests.Response, job: Job) -> Answer:
    return settle(reply.status_code, reply.headers, reply.content, method=job.method, method_id=job.method_id)


def _said(error: OSError | HTTPError) -> str:
    """What happened, without the address that the libraries put into their messages."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {_CONNECT:.0f} seconds"
    if isinstance(error, requests.Timeout):
        return f"no answer within {_READ:.0f} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "the connection is not secure: the certificate was refused"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy cannot be reached"
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return "the answer was cut off"
    return "the connection failed before an answer came"
