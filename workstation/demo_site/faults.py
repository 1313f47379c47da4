"""What can be made to go wrong at the demo site: one table of named faults, set at start or while it runs."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.foundation.errors import BadInput

KINDS = (
    "token",
    "certify",
    "search",
    "retrieve",
    "create",
    "update",
    "claim",
    "complete",
    "cancel",
    "cancelrequest",
    "qido",
    "wado",
    "metadata",
    "stow",
    "mllp",
)
"""What a response was for; ``claim``, ``complete`` and ``cancel`` are changes of state of a work item."""

_AREA = rf"(?:all|{'|'.join(KINDS)})"
_AREAS = rf"{_AREA}(?::\d+)?(?:,{_AREA}(?::\d+)?)*"


@dataclass(frozen=True)
class FaultKind:
    """One fault: the form its value must have, and a sentence of help."""

    form: str
    help: str


FAULTS: Mapping[str, FaultKind] = {
    "slow_ms": FaultKind(r"\d+", "every request waits this many milliseconds"),
    "drop_response": FaultKind(
        rf"(?:\d+|{_AREAS})",
        "the request is carried out, its answer is lost: kinds of request (claim, stow, all …; claim:3 the first three "
        "only), or N for every N-th",
    ),
    "drop_rate": FaultKind(
        r"0?\.\d+|[01](?:\.0*)?", "this share of connections is cut, half before and half after the work"
    ),
    "http_500": FaultKind(_AREAS, "these kinds of request are answered with 500 and not carried out"),
    "wrong_answer": FaultKind(_AREAS, "these kinds of request are answered with a web page"),
    "refuse_login": FaultKind(r"[01]", "no password and no refresh token is accepted"),
    "token_life_s": FaultKind(r"\d+", "access tokens live this many seconds"),
    "clock_skew_s": FaultKind(r"-?\d+", "the site's clock is ahead of this computer's by this many seconds"),
    "wrong_uid_400": FaultKind(
        r"[01]", "a wrong Transaction UID is answered with 400 instead of 409, as some editions say"
    ),
    "lie_stow": FaultKind(
        r"(?:1|keep|drop|alter)",
        "a stored object is answered with 200, but: 1 or keep, an older one with its UID stays; drop, nothing is kept; "
        "alter, its text is changed",
    ),
    "broken_instance": FaultKind(
        r"\d+(?::(?:truncated|garbage))?", "the first N images of each study arrive cut short, or as garbage"
    ),
    "foreign_instance": FaultKind(
        r"\d+(?::(?:object|patient))?",
        "the first N images of each study arrive as another object, or name another patient",
    ),
    "missing_instance": FaultKind(r"\d+", "the first N images of each study are listed and cannot be fetched"),
    "repeat": FaultKind(r"[01]", "searches list everything twice"),
    "mllp_ack": FaultKind(
        r"(?:AE|AR|none|garbage)", "every HL7 message is refused, not answered, or answered with nonsense"
    ),
}


class Faults:
    """The faults in force. Safe to use from any thread.

    Parameters
    ----------
    settings
        Name to value, as given by ``--fault NAME=VALUE``.

    Raises
    ------
    BadInput
        Naming every unknown fault and every wrong value at once.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, seed: int = 1) -> None:
        wrong = [_what_is_wrong(name, value) for name, value in (settings or {}).items()]
        if any(wrong):
            raise BadInput(" ".join(text for text in wrong if text), f"Faults are: {', '.join(sorted(FAULTS))}.")
        self._lock = threading.Lock()
        self._settings = dict(settings or {})
        self._counts: dict[str, int] = {}
        self._random = random.Random(seed)  # noqa: S311 - reproducible mischief, not cryptography

    def set(self, name: str, value: str) -> None:
        """Put a fault in force, its count starting anew."""
        wrong = _what_is_wrong(name, value)
        if wrong:
            raise BadInput(wrong)
        with self._lock:
            self._settings[name] = value
            self._counts = {key: count for key, count in self._counts.items() if not key.startswith(f"{name}/")}

    def clear(self, name: str = "") -> None:
        """End one fault, or all."""
        with self._lock:
            if name:
                self._settings.pop(name, None)
            else:
                self._settings.clear()
            self._counts.clear()

    def value(self, name: str) -> str:
        """The value in force, or an empty string."""
        with self._lock:
            return self._settings.get(name, "")

    def number(self, name: str, default: float = 0.0) -> float:
        """The value as a number."""
        value = self.value(name)
        return float(value) if value else default

    def is_on(self, name: str) -> bool:
        """Whether the fault is in force and not 0."""
        return self.value(name) not in {"", "0"}

    def first_of_each(self, name: str) -> tuple[int, str]:
        """``N:HOW`` as a number and a word."""
        count, _, how = self.value(name).partition(":")
        return int(count or 0), how

    def strikes(self, name: str, kind: str) -> bool:
        """Whether a fault with kinds (``claim``, ``all``, ``claim:3``) or a period (``5``) strikes; counts."""
        value = self.value(name)
        if not value:
            return False
        if value.isdigit():
            return self._counted(f"{name}/every") % max(1, int(value)) == 0
        return any(self._strikes_area(name, area, kind) for area in value.split(","))

    def cuts(self) -> str:
        """``before``, ``after`` or an empty string: whether and when this connection is cut."""
        share = self.number("drop_rate")
        if share <= 0:
            return ""
        with self._lock:
            drawn = self._random.random()
        return "" if drawn >= share else ("before" if drawn < share / 2 else "after")

    def _strikes_area(self, name: str, area: str, kind: str) -> bool:
        wanted, _, limit = area.partition(":")
        if wanted not in {"all", kind}:
            return False
        return not limit or self._counted(f"{name}/{wanted}") <= int(limit)

    def _counted(self, key: str) -> int:
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]


def _what_is_wrong(name: str, value: str) -> str:
    known = FAULTS.get(name)
    if known is None:
        return f"There is no fault {name}."
    if re.fullmatch(known.form, value) is None:
        return f"{value!r} is no value for the fault {name}: {known.help}."
    return ""
