"""The only door to ``requests``: one connection to one site, pinned, timed, and in our own words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ssl import SSLContext
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock
from workstation.site.profile import SiteProfile, origin_of
from workstation.sync.errors import LoginRefused, NotTrusted, Refused, Unreachable, WrongAnswer
from workstation.sync.open_lines import OpenLines
from workstation.sync.trust import pinned_context

_CHUNK = 1 << 20
_LARGEST_ANSWER = 2 << 30
# Servers drop idle keep-alive connections after as little as one second; what must not be sent twice gets a fresh one.
_IDLE_LIMIT_S = 0.8


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait: for a connection, for the next bytes, and for a whole answer."""

    connect_s: float = 5.0
    read_s: float = 30.0
    total_s: float = 600.0


@dataclass(frozen=True)
class Answer:
    """What a server answered. ``headers`` have lower-case names."""

    service: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class SiteConnection:
    """Requests to the servers that one site profile names, and to no others.

    Sessions are kept in a bag: each is used by one thread at a time and stays open between uses (keep-alive).

    Parameters
    ----------
    bearer
        Gives the access token to send; None for a connection without login.
    on_token_refused
        Called with the token after a 401, before the one repetition with a new one.
    site_clock
        Learns the site's time from ``Date`` headers.
    pause
        Sleeps between repetitions; tests give their own.
    """

    def __init__(
        self,
        profile: SiteProfile,
        *,
        bearer: Callable[[], str] | None = None,
        site_clock: SiteClock,
        on_token_refused: Callable[[str], None] | None = None,
        timeouts: Timeouts | None = None,
        tries: int = 3,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._origins = profile.origins()
        self._services = _service_names(profile)
        self._bearer = bearer
        self._on_token_refused = on_token_refused
        self._site_clock = site_clock
        self._timeouts = timeouts or Timeouts()
        self._tries = tries
        self._pause = pause
        self._closings = 0
        self._lines = OpenLines()
        self._bag = _SessionBag(pinned_context(profile.ca_paths()), self._lines)

    def get(
        self, url: str, *, accept: str, params: Mapping[str, str] | None = None, cancel: CancelToken | None = None
    ) -> Answer:
        """Fetch; repeated by itself when the connection drops."""
        return self._send("GET", url, {"Accept": accept}, params=params, cancel=cancel, is_repeatable=True)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str,
        params: Mapping[str, str] | None = None,
        is_repeatable: bool = False,
        also_accept: tuple[int, ...] = (),
        authorization: str | None = None,
    ) -> Answer:
        """Send ``body``. ``also_accept`` lists error statuses whose answer the caller wants to read."""
        headers = {"Accept": accept, "Content-Type": content_type}
        if authorization is not None:
            headers["Authorization"] = authorization
        return self._send(
            "POST", url, headers, body=body, params=params, is_repeatable=is_repeatable, also_accept=also_accept
        )

    def put(self, url: str, body: bytes, *, content_type: str, accept: str) -> Answer:
        """Send a change of state. Never repeated by itself: the caller finds out what happened."""
        return self._send("PUT", url, {"Accept": accept, "Content-Type": content_type}, body=body)

    def service_of(self, url: str) -> str:
        """What people call the server behind ``url``."""
        for prefix, name in self._services:
            if url.startswith(prefix):
                return name
        return "the site"

    def close(self) -> None:
        """Close all connections; requests under way end at once. The object can be used again afterwards."""
        self._closings += 1
        self._lines.cut()
        self._bag.close()

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        cancel: CancelToken | None = None,
        is_repeatable: bool = False,
        also_accept: tuple[int, ...] = (),
    ) -> Answer:
        service = self.service_of(url)
        if origin_of(url) not in self._origins:
            raise WrongAnswer(service, "it named a server that is not in the site profile")
        request = _Request(method, url, dict(headers), body, dict(params or {}), service)
        answer = self._with_token(request, cancel, self._tries if is_repeatable else 1)
        if answer.status >= 400 and answer.status not in also_accept:
            raise Refused(service, answer.status, warning=answer.headers.get("warning", ""))
        if 300 <= answer.status < 400:
            raise WrongAnswer(service, "it sent us on to another address")
        return answer

    def _with_token(self, request: _Request, cancel: CancelToken | None, tries: int) -> Answer:
        authorized = self._authorized(request)
        answer = self._repeatedly(authorized, cancel, tries)
        if answer.status == 401 and self._bearer is not None and self._on_token_refused is not None:
            self._on_token_refused(authorized.headers["Authorization"].removeprefix("Bearer "))
            answer = self._repeatedly(self._authorized(request), cancel, tries)
        if answer.status == 401:
            raise LoginRefused
        return answer

    def _authorized(self, request: _Request) -> _Request:
        if self._bearer is None or "Authorization" in request.headers:
            return request
        headers = {**request.headers, "Authorization": f"Bearer {self._bearer()}"}
        return _Request(request.method, request.url, headers, request.body, request.params, request.service)

    def _repeatedly(self, request: _Request, cancel: CancelToken | None, tries: int) -> Answer:
        closings = self._closings
        for attempt in range(1, tries + 1):
            try:
                return self._once(request, cancel, may_reuse=tries > 1)
            except NotTrusted:
                raise
            except Unreachable:
                if attempt == tries or closings != self._closings:
                    raise
                self._pause(0.1 * 2**attempt)
        raise AssertionError("a loop of at least one try ended without an answer")

    def _once(self, request: _Request, cancel: CancelToken | None, *, may_reuse: bool) -> Answer:
        with self._bag.borrowed(may_be_idle=may_reuse) as session, _in_our_words(request.service):
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                params=request.params,
                data=request.body,
                timeout=(self._timeouts.connect_s, self._timeouts.read_s),
                allow_redirects=False,
                stream=True,
            )
            with response:
                self._learn_time(response.headers.get("Date"))
                content = self._read(response, request.service, cancel)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(request.service, response.status_code, headers, content)

    def _read(self, response: requests.Response, service: str, cancel: CancelToken | None) -> bytes:
        deadline = time.monotonic() + self._timeouts.total_s
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(_CHUNK):
            if cancel is not None:
                cancel.raise_if_cancelled()
            size += len(part)
            if size > _LARGEST_ANSWER:
                raise WrongAnswer(service, "it sent more than any single answer can be")
            if time.monotonic() > deadline:
                raise Unreachable(service, "its answer took too long")
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _learn_time(self, date: str | None) -> None:
        if not date:
            return
        try:
            moment = parsedate_to_datetime(date)
        except ValueError:
            return
        if moment.tzinfo is not None:
            self._site_clock.learn(moment)


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    params: dict[str, str] = field(repr=False)
    service: str


@contextmanager
def _in_our_words(service: str) -> Iterator[None]:
    """Turn what ``requests`` raises into our errors."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise NotTrusted(service) if "CERTIFICATE_VERIFY" in str(error).upper() else _cut_off(service) from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable(service, "it does not answer") from error
    except requests.exceptions.ReadTimeout as error:
        raise Unreachable(service, "it is too slow to answer") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise _cut_off(service) from error
    except requests.exceptions.ConnectionError as error:
        if "timed out" in str(error):
            raise Unreachable(service, "it is too slow to answer") from error
        why = "nothing answers at its address" if "NewConnection" in str(error) else "the connection was dropped"
        raise Unreachable(service, why) from error
    except requests.exceptions.RequestException as error:
        raise WrongAnswer(service, "its answer cannot be read") from error


def _cut_off(service: str) -> Unreachable:
    return Unreachable(service, "the connection was cut off")


class _SessionBag:
    """Sessions not in use. A borrowed one belongs to the borrower's thread until it is given back."""

    def __init__(self, context: SSLContext, lines: OpenLines) -> None:
        self._context = context
        self._lines = lines
        self._lock = threading.Lock()
        self._idle: list[tuple[requests.Session, float]] = []

    @contextmanager
    def borrowed(self, *, may_be_idle: bool) -> Iterator[requests.Session]:
        with self._lock:
            session, since = self._idle.pop() if self._idle else (self._new(), time.monotonic())
        if not may_be_idle and time.monotonic() - since > _IDLE_LIMIT_S:
            session.close()  # drops its connections; it opens a new one by itself
        try:
            yield session
        finally:
            with self._lock:
                self._idle.append((session, time.monotonic()))

    def close(self) -> None:
        with self._lock:
            sessions, self._idle = self._idle, []
        for session, _ in sessions:
            session.close()

    def _new(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # no proxy, bundle or password of the environment gets between us and the site
        session.headers.clear()
        session.headers.update({"User-Agent": "Lightbox", "Accept-Encoding": "identity", "Connection": "keep-alive"})
        session.mount("https://", _PinnedAdapter(self._context, self._lines))
        session.adapters.pop("http://")
        return session


class _PinnedAdapter(HTTPAdapter):
    """Uses our context and keeps ``requests`` from adding the public certificate authorities to it."""

    def __init__(self, context: SSLContext, lines: OpenLines) -> None:
        self._pinned = context
        super().__init__(pool_connections=4, pool_maxsize=1)
        usual = self.poolmanager.pool_classes_by_scheme["https"]
        self.poolmanager.pool_classes_by_scheme = {"https": lines.pool_maker(usual)}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._pinned)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002 - requests' signature
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None
        conn.ca_cert_dir = None


def _service_names(profile: SiteProfile) -> list[tuple[str, str]]:
    return [
        (profile.account.token_url, "the site's login"),
        (profile.account.certificate_url, "the site's certificate service"),
        (profile.worklist.url, "the worklist"),
        (profile.images.url, "the image archive"),
        (profile.report.stow_url, "the report archive"),
    ]
