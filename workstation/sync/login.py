"""Logging in to the site: OAuth 2.0 with name and password (RFC 6749, 4.3), refreshed by itself.

The password is sent and forgotten; tokens live in memory only.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from workstation.foundation.clock import Clock, SystemClock
from workstation.site.profile import SiteProfile
from workstation.sync.errors import LoginRefused, Refused, WrongAnswer
from workstation.sync.http_transport import Answer
from workstation.sync.json_answers import json_of

_FORM = "application/x-www-form-urlencoded"
_PEM_MARK = b"-----BEGIN CERTIFICATE-----"
# A token is renewed this long before it ends, so that it does not end on the way.
_MARGIN = timedelta(seconds=20)


class Poster(Protocol):
    """The part of a connection that logging in needs: it carries no token of its own."""

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str,
        is_repeatable: bool = False,
        authorization: str | None = None,
    ) -> Answer: ...


@dataclass(frozen=True)
class Login:
    """A login that the site accepted. ``authenticated_at`` is the site's time of the password check."""

    user: str
    name: str
    """As shown to people."""
    organisation: str
    token: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: datetime
    authenticated_at: datetime
    person_name: str = ""
    """As a DICOM PN, for documents; empty when the site does not say."""


@dataclass(frozen=True)
class FreshLogin:
    """The site checked the reader's password again, at this time of the site."""

    user: str
    authenticated_at: datetime


class SiteAccount:
    """The reader's login at the site. Safe to use from any thread.

    Parameters
    ----------
    connection
        A connection without login.
    clock
        This computer's clock, on which tokens run out.
    """

    def __init__(self, connection: Poster, profile: SiteProfile, clock: Clock | None = None) -> None:
        self._connection = connection
        self._account = profile.account
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._login: Login | None = None

    @property
    def login(self) -> Login | None:
        """The present login; None before the first and after `log_out`."""
        return self._login

    def log_in(self, user: str, password: str) -> Login:
        """Log in.

        Raises
        ------
        LoginRefused, Unreachable, WrongAnswer
        """
        login = self._ask_with_password(user, password)
        with self._lock:
            self._login = login
        return login

    def log_out(self) -> None:
        """Forget the tokens."""
        with self._lock:
            self._login = None

    def bearer(self) -> str:
        """The access token, renewed when it is about to end.

        Raises
        ------
        LoginRefused
            When nobody is logged in, or the site does not renew the login.
        """
        with self._lock:
            if self._login is None:
                raise LoginRefused("You are not logged in to the site.", "Log in.")
            if self._clock.now() >= self._login.expires - _MARGIN:
                self._login = self._renewed(self._login)
            return self._login.token

    def token_was_refused(self, token: str) -> None:
        """The site refused ``token``: renew it, unless another thread has done so already."""
        with self._lock:
            if self._login is not None and self._login.token == token:
                self._login = self._renewed(self._login)

    def reauthenticate(self, user: str, password: str) -> FreshLogin:
        """Have the site check the password now, as signing asks for.

        The running login stays as it is; where there is none (the reader logged in offline), this becomes it.

        Raises
        ------
        LoginRefused, Unreachable, WrongAnswer
        """
        login = self._ask_with_password(user, password)
        with self._lock:
            if self._login is None and login.user in ("", user):
                self._login = login
        return FreshLogin(login.user, login.authenticated_at)

    def certify(self, csr_pem: bytes) -> bytes:
        """Have the site certify the reader's signing key: PKCS#10 in, certificate chain as PEM out."""
        answer = self._connection.post(
            self._account.certificate_url,
            csr_pem,
            content_type="application/pkcs10",
            accept="application/pem-certificate-chain",
            is_repeatable=True,
            authorization=f"Bearer {self.bearer()}",
        )
        if _PEM_MARK not in answer.body:
            raise WrongAnswer(answer.service, "no certificate came back")
        return answer.body

    def _ask_with_password(self, user: str, password: str) -> Login:
        form = {"grant_type": "password", "username": user, "password": password}
        return self._ask(form, "The site refused this name and password.", "Check both and try again.", None)

    def _renewed(self, login: Login) -> Login:
        form = {"grant_type": "refresh_token", "refresh_token": login.refresh}
        return self._ask(form, "Your login at the site has ended.", "Log in again; your drafts are kept.", login)

    def _ask(self, form: dict[str, str], refusal: str, advice: str, known: Login | None) -> Login:
        body = urlencode({**form, "client_id": self._account.client_id}).encode()
        try:
            answer = self._connection.post(
                self._account.token_url, body, content_type=_FORM, accept="application/json", is_repeatable=True
            )
        except LoginRefused as error:
            raise LoginRefused(refusal, advice) from error
        except Refused as error:
            if error.status in (400, 403):  # RFC 6749, 5.2: invalid_grant comes with 400
                raise LoginRefused(refusal, advice) from error
            raise
        return self._login_from(answer, known)

    def _login_from(self, answer: Answer, known: Login | None) -> Login:
        said = json_of(answer)
        try:
            person = said.get("user") or {}
            return Login(
                user=str(person.get("id") or (known.user if known else "")),
                name=str(person.get("name") or (known.name if known else "")),
                person_name=str(person.get("person_name") or (known.person_name if known else "")),
                organisation=str(person.get("organisation") or (known.organisation if known else "")),
                token=str(said["access_token"]),
                refresh=str(said.get("refresh_token") or (known.refresh if known else "")),
                expires=self._clock.now() + timedelta(seconds=float(said.get("expires_in", 300))),
                authenticated_at=_moment(said.get("auth_time"), known, self._clock),
            )
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise WrongAnswer(answer.service, "no usable login came back") from error


def _moment(stated: Any, known: Login | None, clock: Clock) -> datetime:
    """``auth_time`` (OpenID Connect: seconds since 1970, or ISO 8601 with offset) as a time."""
    if stated is None:
        return known.authenticated_at if known else clock.now()
    if isinstance(stated, str) and not stated.replace(".", "", 1).isdigit():
        moment = datetime.fromisoformat(stated)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(stated), UTC)
