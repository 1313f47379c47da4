"""Who may log in to the demo site, and the tokens given out (OAuth 2.0: RFC 6749 4.3 and 6)."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workstation.foundation.clock import Clock


@dataclass(frozen=True)
class Account:
    """One reader of the site."""

    user: str
    password: str = field(repr=False)
    name: str = field(repr=False)
    """As shown to people."""
    person_name: str = field(repr=False)
    """As a DICOM PN."""
    organisation: str = "Lightbox Demo Hospital"


DEMO_ACCOUNTS = (
    Account("dr.demo", "demo", "Dr Dana Demo", "Demo^Dana^^Dr"),
    Account("dr.second", "demo", "Dr Sam Second", "Second^Sam^^Dr"),
    Account("dr.third", "demo", "Dr Toni Third", "Third^Toni^^Dr"),
)


@dataclass(frozen=True)
class Session:
    """What a token stands for."""

    account: Account
    authenticated_at: datetime
    """When the password was last checked; a refresh does not move it."""
    refresh: str = field(repr=False)
    expires: datetime | None = None


class Accounts:
    """The site's readers and their running sessions. Safe to use from any thread.

    Parameters
    ----------
    lifetime_s
        Asked for each new access token: how long it lives.
    """

    def __init__(self, accounts: Iterable[Account], clock: Clock, *, lifetime_s: Callable[[], float]) -> None:
        self._accounts = {account.user: account for account in accounts}
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._lock = threading.Lock()
        self._by_access: dict[str, Session] = {}
        self._by_refresh: dict[str, Session] = {}

    def __iter__(self) -> Iterable[Account]:
        return iter(self._accounts.values())

    def account(self, user: str) -> Account | None:
        """The account of a user id."""
        return self._accounts.get(user)

    def log_in(self, user: str, password: str) -> Session | None:
        """Check a password; None when user or password is wrong."""
        account = self._accounts.get(user)
        expected = account.password if account else secrets.token_hex()
        is_right = hmac.compare_digest(expected.encode(), password.encode())
        if account is None or not is_right:
            return None
        return Session(account, self._clock.now(), secrets.token_urlsafe(32))

    def refreshed(self, refresh: str) -> Session | None:
        """The session of a refresh token; the token stays valid, so that a lost answer can be asked for again."""
        with self._lock:
            return self._by_refresh.get(refresh)

    def access_token(self, session: Session) -> tuple[str, float]:
        """A new access token and the seconds it lives."""
        lifetime_s = self._lifetime_s()
        token = secrets.token_urlsafe(32)
        expires = self._clock.now() + timedelta(seconds=lifetime_s)
        dated = Session(session.account, session.authenticated_at, session.refresh, expires)
        with self._lock:
            self._by_access[token] = dated
            self._by_refresh[session.refresh] = dated
        return token, lifetime_s

    def bearer(self, authorization: str) -> Account | None:
        """Whose access token an Authorization header carries (RFC 6750 2.1); None when unknown or expired."""
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            session = self._by_access.get(token.strip())
        if scheme.lower() != "bearer" or session is None or session.expires is None:
            return None
        return session.account if self._clock.now() < session.expires else None
