"""A plain client of the demo site for tests of the site itself: no code of ours stands between it and the wire."""

from __future__ import annotations

import socket
import ssl
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from workstation.demo_site.server import DemoSite

DICOM_JSON = "application/dicom+json"
ANY_SYNTAX = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def value(tag_vr: str, *values: Any) -> dict[str, Any]:
    """An attribute in DICOM JSON."""
    return {"vr": tag_vr, "Value": list(values)}


def new_uid() -> str:
    """A UID that never was before."""
    return f"2.25.{uuid.uuid4().int}"


def multipart(*contents: bytes, boundary: str = "limit-of-parts") -> tuple[str, bytes]:
    """Content type and body of a STOW-RS request."""
    parts = [f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode() + each + b"\r\n" for each in contents]
    return f'multipart/related; type="application/dicom"; boundary="{boundary}"', b"".join(
        parts
    ) + f"--{boundary}--".encode()


class SiteClient:
    """One logged-in reader with one connection."""

    def __init__(self, site: DemoSite, folder: Path, user: str = "dr.demo", password: str = "demo") -> None:  # noqa: S107 - the demo account
        self.site = site
        self.ca = folder / "ca.pem"
        if not self.ca.is_file():
            site.write_profile(folder)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(self.ca)
        answer = self.token(grant_type="password", username=user, password=password)
        if answer.status_code == 200:
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def __enter__(self) -> SiteClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def token(self, **form: str) -> requests.Response:
        return self.session.post(f"{self.site.base_url}/oauth/token", data=form, timeout=10)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.site.base_url + path, timeout=20, **more)

    def items(self, **query: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/ups/workitems", params=query)
        return [] if answer.status_code == 204 else answer.json()

    def item(self, uid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/ups/workitems/{uid}").json()[0]
        return found

    def free_item(self) -> str:
        """UID of an item that is SCHEDULED."""
        return str(self.items(ProcedureStepState="SCHEDULED")[0]["00080018"]["Value"][0])

    def change_state(self, uid: str, state: str, transaction_uid: str = "") -> requests.Response:
        body = {"00741000": value("CS", state)}
        if transaction_uid:
            body["00081195"] = value("UI", transaction_uid)
        return self.ask("PUT", f"/ups/workitems/{uid}/state", json=[body], headers={"Content-Type": DICOM_JSON})

    def update(self, uid: str, changes: dict[str, Any], **query: str) -> requests.Response:
        return self.ask(
            "POST", f"/ups/workitems/{uid}", json=[changes], params=query, headers={"Content-Type": DICOM_JSON}
        )

    def instance(self, study: str, series: str, sop: str, accept: str = ANY_SYNTAX) -> requests.Response:
        path = f"/dicom-web/studies/{study}/series/{series}/instances/{sop}"
        return self.ask("GET", path, headers={"Accept": accept})

    def stow(self, *contents: bytes, study: str = "") -> requests.Response:
        content_type, body = multipart(*contents)
        path = f"/dicom-web/studies/{study}" if study else "/dicom-web/studies"
        return self.ask("POST", path, data=body, headers={"Content-Type": content_type, "Accept": DICOM_JSON})


def exchange_mllp(site: DemoSite, ca: Path, *messages: bytes) -> list[bytes]:
    """Send messages on one connection; the answers without their block marks, up to the end of the connection."""
    context = ssl.create_default_context(cafile=str(ca))
    answers = []
    with (
        socket.create_connection(("127.0.0.1", site.mllp_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        for message in messages:
            connection.sendall(b"\x0b" + message + b"\x1c\r")
            answer = b""
            while not answer.endswith(b"\x1c\r"):
                piece = connection.recv(65536)
                if not piece:
                    return answers
                answer += piece
            answers.append(answer[1:-2])
    return answers
