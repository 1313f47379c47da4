"""The OAuth 2.0 token endpoint: ``POST /oauth/token`` with the password or the refresh grant."""

from __future__ import annotations

from urllib.parse import parse_qs

from workstation.demo_site.accounts import Accounts, Session
from workstation.demo_site.faults import Faults
from workstation.demo_site.web import Request, Response, plain_json

KIND = "token"


class TokenService:
    """Answers ``{access_token, refresh_token, expires_in, token_type, user, auth_time}`` or an OAuth error."""

    def __init__(self, accounts: Accounts, faults: Faults) -> None:
        self._accounts = accounts
        self._faults = faults

    def __call__(self, request: Request) -> Response:
        if request.method != "POST":
            return _error(405, "invalid_request", "The token endpoint takes POST only.")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        grant = form.get("grant_type", "")
        if grant not in {"password", "refresh_token"}:
            return _error(400, "unsupported_grant_type", "Use the password or the refresh_token grant.")
        if self._faults.is_on("refuse_login"):
            return _error(401, "invalid_grant", "This site refuses every login just now.")
        session = self._session(grant, form)
        if session is None:
            return _error(401, "invalid_grant", "The user name, password or refresh token is not right.")
        return self._granted(session)

    def _session(self, grant: str, form: dict[str, str]) -> Session | None:
        if grant == "password":
            return self._accounts.log_in(form.get("username", ""), form.get("password", ""))
        return self._accounts.refreshed(form.get("refresh_token", ""))

    def _granted(self, session: Session) -> Response:
        token, lifetime_s = self._accounts.access_token(session)
        account = session.account
        document = {
            "access_token": token,
            "refresh_token": session.refresh,
            "token_type": "Bearer",
            "expires_in": int(lifetime_s),
            "auth_time": int(session.authenticated_at.timestamp()),
            "user": {
                "id": account.user,
                "name": account.name,
                "person_name": account.person_name,
                "organisation": account.organisation,
            },
        }
        return plain_json(200, document, kind=KIND)


def _error(status: int, code: str, description: str) -> Response:
    return plain_json(status, {"error": code, "error_description": description}, kind=KIND)
