"""A real Orthanc of our own on loopback: started, filled and stopped by the demo site.

Plug-ins are named one by one; the GDCM one is never loaded, because it crashes this Orthanc.
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from workstation.demo_site.tls_server import LOOPBACK
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import SomethingMissing, UserFacingError
from workstation.foundation.files import make_private_folder, write_atomically
from workstation.foundation.pool import Pool

log = logging.getLogger(__name__)

_PROGRAMS = ("Orthanc", "/usr/sbin/Orthanc", "/usr/local/sbin/Orthanc")
_PLUGIN_FOLDERS = (
    Path("/usr/share/orthanc/plugins"),
    Path("/usr/lib/orthanc"),
    Path("/usr/local/share/orthanc/plugins"),
)
_PLUGIN = "libOrthancDicomWeb.so"
_START_S = 30.0
_STOP_S = 10.0


class Orthanc:
    """One Orthanc process.

    Parameters
    ----------
    folder
        For its configuration, database, objects and log.
    public_host
        ``host:port`` of our HTTPS server, which Orthanc puts into the addresses it gives out.
    """

    def __init__(self, folder: Path, *, public_host: str) -> None:
        self._folder = make_private_folder(folder)
        self._public_host = public_host
        self._user, self._password = "demo-site", secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def authorization(self) -> str:
        """The Authorization header it wants; known to this process only."""
        return "Basic " + base64.b64encode(f"{self._user}:{self._password}".encode()).decode()

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises
        ------
        SomethingMissing
            When Orthanc or its DICOMweb plug-in is not installed.
        UserFacingError
            When it does not come up.
        """
        program, plugin = _program(), _plugin()
        self.port = _free_port()
        configuration = self._folder / "orthanc.json"
        write_atomically(configuration, json.dumps(self._configuration(plugin)).encode())
        with (self._folder / "orthanc.log").open("wb") as stream:
            self._process = subprocess.Popen(
                [*_dies_with_us(), program, str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End it; by force when it does not end by itself."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def push(self, files: Iterable[Path], cancel: CancelToken) -> int:
        """Store files; return how many were kept or there already. What Orthanc refuses is passed over."""
        pool: Pool[Path, bool] = Pool(self._push_one, workers=4, name="demo-site-push")
        return sum(is_kept for _, is_kept in pool.run(files, cancel))

    def _push_one(self, path: Path) -> bool:
        with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)) as connection:
            headers = {"Authorization": self.authorization, "Content-Type": "application/dicom"}
            connection.request("POST", "/instances", path.read_bytes(), headers)
            response = connection.getresponse()
            response.read()
            return response.status == 200

    def _configuration(self, plugin: Path) -> dict[str, object]:
        storage = str(self._folder / "storage")
        return {
            "Name": "Lightbox demo site",
            "StorageDirectory": storage,
            "IndexDirectory": storage,
            "Plugins": [str(plugin)],
            "HttpPort": self.port,
            "HttpBindAddresses": [LOOPBACK],  # understood by newer ones; older ones refuse remote peers instead
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {self._user: self._password},
            "DicomServerEnabled": False,
            "OverwriteInstances": False,
            "HttpThreadsCount": 16,
            "KeepAlive": True,
            "TcpNoDelay": True,
            "SaveJobs": False,
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "Host": self._public_host, "Ssl": True},
        }

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        raise UserFacingError(
            "Orthanc did not start.",
            f"Its log at {self._folder / 'orthanc.log'} says why; or use the embedded archive.",
        )

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=2)) as connection:
                connection.request("GET", "/system", headers={"Authorization": self.authorization})
                return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def _program() -> str:
    found = next((path for path in map(shutil.which, _PROGRAMS) if path), None)
    if found is None:
        raise SomethingMissing(
            "Orthanc is not installed.",
            "Install the packages orthanc and orthanc-dicomweb, or use the embedded archive.",
        )
    return found


def _plugin() -> Path:
    for folder in _PLUGIN_FOLDERS:
        found = sorted(folder.glob(f"{_PLUGIN}*"))
        if found:
            return found[0]
    raise SomethingMissing(
        "Orthanc's DICOMweb plug-in is not installed.",
        "Install the package orthanc-dicomweb, or use the embedded archive.",
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _dies_with_us() -> list[str]:
    """A prefix that makes the process end when ours is killed. The system ties it to the thread that starts it, so only
    a start from the main thread may use it."""
    setpriv = shutil.which("setpriv")
    is_main = threading.current_thread() is threading.main_thread()
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv and is_main else []
