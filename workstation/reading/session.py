"""The session: who is logged in at this workstation, and what runs while somebody is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from workstation.reading.drafting import DraftKeeper
from workstation.reading.errors import NotNow
from workstation.reading.log_in import LogIn, Reader
from workstation.reading.signing import SignReport
from workstation.reading.take import TakeCase
from workstation.sync.claims import Claims
from workstation.sync.engine import SyncEngine
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

_GRACE_S = 1.0


@dataclass(frozen=True)
class SessionParts:
    """What exists only while a reader is logged in."""

    reader: Reader
    claims: Claims
    engine: SyncEngine
    take: TakeCase
    sign: SignReport
    close: Callable[[], None]


class Session:
    """Begins with a login and ends with the program.

    Parameters
    ----------
    heard
        Told each topic that the engine has changed something of.
    """

    def __init__(
        self,
        log_in: LogIn,
        parts_for: Callable[[Reader], SessionParts],
        drafts: DraftKeeper,
        audit: AuditTrail,
        heard: Callable[[str], None],
    ) -> None:
        self._log_in = log_in
        self._parts_for = parts_for
        self._drafts = drafts
        self._audit = audit
        self._heard = heard
        self._parts: SessionParts | None = None
        self._starting = threading.Lock()
        self._is_started = False

    @property
    def reader(self) -> Reader | None:
        """Who is logged in."""
        return self._parts.reader if self._parts else None

    @property
    def parts(self) -> SessionParts:
        """What belongs to the session.

        Raises
        ------
        NotNow
            When nobody is logged in.
        """
        if self._parts is None:
            raise NotNow("Nobody is logged in.", "Log in first.")
        return self._parts

    def log_in(self, user: str, password: str) -> Reader:
        """Log in; see `Desk.log_in`."""
        parts = self._parts
        if parts is not None and user != parts.reader.user:
            raise NotNow("Another reader is logged in.", "Close the program first.")
        reader = self._log_in(user, password)
        if parts is None:
            self._parts = self._parts_for(reader)
            self._parts.engine.observe(self._heard)
        else:
            self._parts = replace(parts, reader=replace(parts.reader, is_offline=reader.is_offline))
            parts.engine.wake()
        self._audit.record(AuditEvent(AuditCode.USER_AUTHENTICATION, reader.user, detail="login"))
        return reader

    def start(self) -> None:
        """Start the loops; once, however often called."""
        with self._starting:
            if self._is_started:
                return
            self.parts.engine.start()
            self._drafts.start()
            self._is_started = True

    def stop(self) -> None:
        """Save drafts and end all loops."""
        self._drafts.stop()
        self._log_in.hang_up()
        if self._parts is not None:
            has_ended = self._parts.engine.stop(timeout_s=_GRACE_S)
            self._parts.close()  # what still waits for an answer is broken off; every step can be taken up again
            if not has_ended:
                self._parts.engine.stop(timeout_s=10)
