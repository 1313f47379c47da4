"""The profile folder that the demo site hands to its readers: ``site.toml`` and its root certificate."""

from __future__ import annotations

from pathlib import Path

from workstation.demo_site.front import CERTIFICATE_PATH, DICOMWEB_ROOT, TOKEN_PATH, UPS_ROOT
from workstation.demo_site.tls_server import LOOPBACK
from workstation.foundation.files import make_private_folder, write_atomically

SITE_ID = "demo"
PATIENT_ID_ISSUER = "LIGHTBOX-DEMO"

_TEMPLATE = """\
# Profile of the demo site: a hospital that exists only on this computer. Written anew at each start of the site.
schema = "site/1"
id = "{site_id}"
name = "Lightbox Demo Hospital"
time_zone = "UTC"
patient_id_issuer = "{issuer}"

[worklist]
kind = "ups-rs"
url = "{base}{ups}"
poll_interval_s = 2.0

[images]
kind = "dicomweb"
url = "{base}{dicomweb}"
parallel_downloads = 6
prefetch = true

[report]
stow_url = "{base}{dicomweb}"
oru_host = "{host}"
oru_port = {mllp_port}
oru_tls = true
receiving_application = "RIS"
receiving_facility = "DEMO"
completed_waits_for = ["SR", "PDF", "ORU"]

[account]
kind = "oauth2-password"
token_url = "{base}{token}"
client_id = "lightbox-workstation"
certificate_url = "{base}{certify}"
fresh_login_s = 60

[trust]
ca_files = ["ca.pem"]

[displays]
# Virtual machines and remote screens state no serial number.
allow_without_serial = true
signing_on_unfit = "warn"
"""


def write_profile(folder: Path, *, base_url: str, mllp_port: int, ca_pem: bytes) -> Path:
    """Write ``site.toml`` and ``ca.pem`` into ``folder``; return the path of the former."""
    make_private_folder(folder)
    text = _TEMPLATE.format(
        site_id=SITE_ID,
        issuer=PATIENT_ID_ISSUER,
        base=base_url,
        host=LOOPBACK,
        mllp_port=mllp_port,
        ups=UPS_ROOT,
        dicomweb=DICOMWEB_ROOT,
        token=TOKEN_PATH,
        certify=CERTIFICATE_PATH,
    )
    write_atomically(folder / "ca.pem", ca_pem)
    path = folder / "site.toml"
    write_atomically(path, text.encode())
    return path
