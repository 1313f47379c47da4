"""What goes wrong between this computer and the site.

    UserFacingError
    ├── SomethingMissing
    │   └── Unreachable          no answer: absent, too slow, cut off, or not the server we trust
    │       └── NotTrusted       it answered with a certificate that is not by the site's own authority
    ├── LoginRefused             the site does not accept the login, or there is none
    ├── Refused                  the site understood and said no (``status``)
    └── WrongAnswer              an answer that is not what the protocol says: a web page, cut short, malformed

Texts name the service ("the worklist", "the image archive"), never a patient, a UID or an address with a query.
"""

from __future__ import annotations

from workstation.foundation.errors import SomethingMissing, UserFacingError


class Unreachable(SomethingMissing):
    """No usable answer. Whether the request was processed is not known."""

    def __init__(self, service: str, why: str, advice: str = "Check the network; the program keeps trying.") -> None:
        super().__init__(f"{capitalised(service)} cannot be reached: {why}.", advice)
        self.service = service


class NotTrusted(Unreachable):
    """The server's certificate was not issued by an authority that the site profile names."""

    def __init__(self, service: str) -> None:
        super().__init__(
            service,
            "its certificate is not by the site's own authority",
            "Do not go on over this network. Tell the site's administrator.",
        )


class LoginRefused(UserFacingError):
    """Name or password are wrong, the session has ended, or nobody has logged in."""

    def __init__(self, why: str = "The site refused the login.", advice: str = "Log in again.") -> None:
        super().__init__(why, advice)


class Refused(UserFacingError):
    """The site understood the request and refused it.

    Attributes
    ----------
    status
        The HTTP status, 400 to 599.
    warning
        What the server says in its Warning header, for telling kinds of refusal apart; never shown.
    """

    def __init__(self, service: str, status: int, advice: str = "", *, warning: str = "") -> None:
        super().__init__(
            f"{capitalised(service)} refused a request ({status} {_MEANINGS.get(status, '')}".rstrip() + ").", advice
        )
        self.service = service
        self.status = status
        self.warning = warning

    @property
    def is_passing(self) -> bool:
        """Whether trying again later can help: the server is at fault or overloaded."""
        return self.status >= 500 or self.status in (408, 425, 429)


class WrongAnswer(UserFacingError):
    """An answer that cannot be what was asked for."""

    def __init__(self, service: str, what: str) -> None:
        super().__init__(
            f"{capitalised(service)} answered wrongly: {what}.",
            "Check the addresses in the site profile, and that no login page of the network stands in between.",
        )
        self.service = service


def is_away(error: UserFacingError) -> bool:
    """Whether ``error`` says nothing but that the site cannot be used now: no answer, its own fault, or a web page."""
    return isinstance(error, Unreachable | WrongAnswer) or (isinstance(error, Refused) and error.is_passing)


def capitalised(service: str) -> str:
    """``service`` as the beginning of a sentence."""
    return service[:1].upper() + service[1:]


_MEANINGS = {
    400: "not understood",
    403: "not allowed",
    404: "not found",
    406: "form not available",
    409: "conflict",
    410: "gone",
    413: "too large",
    415: "form not accepted",
    429: "too many requests",
    500: "server error",
    502: "gateway error",
    503: "not available now",
    504: "gateway too slow",
}
