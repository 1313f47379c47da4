"""The site's front door: which service answers a request, who may ask, and which fault strikes on the way."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from workstation.demo_site.accounts import Accounts
from workstation.demo_site.certificates import CertificateAuthority
from workstation.demo_site.faults import Faults
from workstation.demo_site.token_service import TokenService
from workstation.demo_site.web import Refusal, Request, Response, plain_text
from workstation.dicom.errors import UnreadableWorkItem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput

log = logging.getLogger(__name__)

Service = Callable[[Request], Response]

TOKEN_PATH, CERTIFICATE_PATH, UPS_ROOT, DICOMWEB_ROOT = "/oauth/token", "/certify", "/ups", "/dicom-web"
_WEB_PAGE = (
    b"<!doctype html><title>Welcome</title><p>This is the hospital's guest network. Please accept the terms.</p>"
)


class Front:
    """Answers every request of the site.

    Parameters
    ----------
    services
        Path prefix to service, for logged-in readers.
    warning_agent
        What Warning headers name as their service.
    closing
        Set when the site stops, so that slowed requests end.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        accounts: Accounts,
        authority: CertificateAuthority,
        faults: Faults,
        *,
        warning_agent: str,
        closing: CancelToken,
    ) -> None:
        self._services = dict(services)
        self._accounts = accounts
        self._authority = authority
        self._faults = faults
        self._token_service = TokenService(accounts, faults)
        self._warning_agent = warning_agent
        self._closing = closing

    def __call__(self, request: Request) -> Response:
        if self._faults.is_on("slow_ms"):
            self._closing.wait(self._faults.number("slow_ms") / 1000)
        cut = self._faults.cuts()
        if cut == "before":
            return Response(is_dropped=True)
        kind = kind_of(request)
        if self._faults.strikes("http_500", kind):
            return plain_text(500, "The site has a fault just now.", kind=kind)
        if self._faults.strikes("wrong_answer", kind):
            return Response(200, _WEB_PAGE, "text/html; charset=utf-8", kind=kind)
        response = self._answer(request)
        is_lost = cut == "after" or self._faults.strikes("drop_response", response.kind or kind)
        return replace(response, is_dropped=True) if is_lost else response

    def _answer(self, request: Request) -> Response:
        try:
            return self._routed(request)
        except Refusal as refusal:
            headers = (("Warning", f"299 {self._warning_agent}: {refusal.warning}"),) if refusal.warning else ()
            return plain_text(refusal.status, refusal.text, kind=refusal.kind, headers=headers)
        except UnreadableWorkItem as error:
            return plain_text(400, error.what)
        except Exception:
            # The top of the server: whatever it is, this request fails, it is logged, and the site goes on.
            log.exception("a request failed by a fault of the demo site")
            return plain_text(500, "The demo site has failed; its log says how.")

    def _routed(self, request: Request) -> Response:
        if request.path == TOKEN_PATH:
            return self._token_service(request)
        account = self._accounts.bearer(request.headers.get("authorization", ""))
        if account is None:
            challenge = (("WWW-Authenticate", 'Bearer realm="demo site", error="invalid_token"'),)
            return plain_text(401, "Log in first.", headers=challenge)
        known = replace(request, account=account)
        if request.path == CERTIFICATE_PATH:
            return self._certificate(known)
        for prefix, service in self._services.items():
            if PurePosixPath(request.path).is_relative_to(prefix):
                return service(known.below(prefix))
        raise Refusal(404, "There is nothing here.")

    def _certificate(self, request: Request) -> Response:
        if request.method != "POST" or request.account is None:
            raise Refusal(405, "Send a certificate request by POST.", kind="certify")
        try:
            chain = self._authority.certify(request.body, request.account)
        except BadInput as error:
            raise Refusal(400, error.what, kind="certify") from error
        return Response(200, chain, "application/pem-certificate-chain", kind="certify")


def kind_of(request: Request) -> str:
    """What a request is for, as far as its method and path say (see `faults.KINDS`)."""
    if request.path == TOKEN_PATH:
        return "token"
    if request.path == CERTIFICATE_PATH:
        return "certify"
    if request.path.startswith(UPS_ROOT):
        return _kind_on_worklist(request)
    if request.method == "POST":
        return "stow"
    if request.path.endswith("/metadata"):
        return "metadata"
    is_search = re.search(r"/(?:studies|series|instances)$", request.path) is not None
    return "qido" if is_search else "wado"


def _kind_on_worklist(request: Request) -> str:
    if request.path.endswith("/state"):
        for state, kind in ((b"IN PROGRESS", "claim"), (b"COMPLETED", "complete"), (b"CANCELED", "cancel")):
            if state in request.body:
                return kind
    if request.path.endswith("/cancelrequest"):
        return "cancelrequest"
    is_item = not request.path.endswith("/workitems")
    return ("update" if is_item else "create") if request.method == "POST" else ("retrieve" if is_item else "search")
