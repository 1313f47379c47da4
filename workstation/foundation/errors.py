"""The three kinds of things that go wrong.

    Exception
    ├── UserFacingError      a person can act on it: says what happened and what to do next   (exit 2)
    │   ├── BadInput         a file, an argument or an answer is not what it must be          (exit 2)
    │   └── SomethingMissing a server, key, display, device or model is absent                (exit 3)
    ├── Cancelled            the person's own doing; shown to nobody
    └── anything else        our bug: it reaches the crash handler

Packages derive their own errors from these in their own ``errors.py``. Texts never hold patient data.
"""

from __future__ import annotations


class UserFacingError(Exception):
    """Something happened that a person can act on.

    Parameters
    ----------
    what
        One sentence: what happened, and where.
    advice
        One sentence: what to do next. May be empty when ``what`` already says it.
    """

    exit_code = 2

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what} {self.advice}".strip()


class BadInput(UserFacingError):
    """A file, an argument or an answer is not what it must be."""


class SomethingMissing(UserFacingError):
    """A server, key, display, device or model that is needed is absent."""

    exit_code = 3


class Cancelled(Exception):
    """Work was given up because a person, or the closing of its owner, asked for it."""
