"""Logging in: at the site when it can be reached, else against this computer's memory of the last login."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from workstation.catalogue.notes import Notes
from workstation.foundation.clock import Clock
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import UserFacingError
from workstation.reading.errors import NotNow, WrongPassword
from workstation.reading.signing_certificate import certificate_fault
from workstation.sync.engine import LOGIN_REFUSED
from workstation.sync.errors import Refused, Unreachable, WrongAnswer, is_away
from workstation.sync.login import SiteAccount
from workstation.vault.reader_key import ReaderKey
from workstation.vault.verifier import LocalVerifier

OFFLINE = "offline-login"
LOGIN_CONDITIONS = (OFFLINE, LOGIN_REFUSED)
"""Conditions that logging in again may end."""
_RENEW_BEFORE = timedelta(days=7)
_NOT_KNOWN_HERE = "Check the network, then log in again: you have not yet logged in on this computer."


@dataclass(frozen=True)
class Reader:
    """Who reads."""

    user: str
    name: str
    organisation: str
    person_name: str = ""
    """As a DICOM PN, for documents; the name shown to people stands in where the site does not say."""
    is_offline: bool = False


class LogIn:
    """Checks a reader and gets the reader's signing key certified by the site."""

    def __init__(
        self,
        account: SiteAccount,
        verifier: LocalVerifier,
        key_of: Callable[[str], ReaderKey],
        notes: Notes,
        conditions: ConditionBoard,
        site_clock: Clock,
        hang_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.hang_up = hang_up
        """Breaks off a login that waits for the site; called when the program ends."""
        self._account = account
        self._verifier = verifier
        self._key_of = key_of
        self._notes = notes
        self._conditions = conditions
        self._site_clock = site_clock

    def __call__(self, user: str, password: str) -> Reader:
        """Log in; see `workstation.reading.desk.Desk.log_in`."""
        try:
            login = self._account.log_in(user, password)
        except (Unreachable, Refused, WrongAnswer) as error:
            if not is_away(error):
                raise
            return self._offline(user, password, error)
        user = login.user or user  # the site's name for the reader, however it was typed
        self._verifier.remember(user, password)
        known = {"name": login.name, "organisation": login.organisation, "person_name": login.person_name}
        self._notes.set(f"reader:{user}", known)
        self._certify(user, login.name)
        self._conditions.end(OFFLINE)
        return Reader(user, login.name, login.organisation, login.person_name)

    def _offline(self, user: str, password: str, error: UserFacingError) -> Reader:
        if not self._verifier.is_known(user):
            raise NotNow(error.what, _NOT_KNOWN_HERE) from error
        if not self._verifier.check(user, password):
            raise WrongPassword("This computer does not know that password.", "Use the password of your last login.")
        known = self._notes.get(f"reader:{user}", {})
        self._conditions.raise_condition(
            OFFLINE,
            Severity.WARN,
            f"You are logged in offline. {error.what}",
            "New items and deliveries wait. Log in again when the site can be reached.",
        )
        return Reader(
            user,
            known.get("name", user),
            known.get("organisation", ""),
            known.get("person_name", ""),
            is_offline=True,
        )

    def _certify(self, user: str, name: str) -> None:
        """Get the key certified; again in good time before the certificate runs out."""
        key, now = self._key_of(user), self._site_clock.now()
        if certificate_fault(key.certificate_chain, now):
            self._install(key, name)
        elif certificate_fault(key.certificate_chain, now + _RENEW_BEFORE):
            with suppress(UserFacingError):  # what there is still does; the next login tries again
                self._install(key, name)

    def _install(self, key: ReaderKey, name: str) -> None:
        key.install_certificate(self._account.certify(key.certificate_request(name)))
