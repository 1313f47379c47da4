"""Types into a draft and signs, saying on stdout what it was told is safe; started and killed by a test."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.helpers.desk_at_site import desk_at
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION

profile, root, signs = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "signs"
with desk_at(profile, root) as at:
    at.sync()
    at.desk.start()
    case = at.opened(CHEST_ACCESSION if signs else HEAD_ACCESSION)
    at.fill(case)
    if signs:
        signed = at.desk.sign(case, "demo", {})
        sys.stdout.write(f"signed {signed.report_id}\n")
        sys.stdout.flush()
        time.sleep(60)
    for number in range(10_000):
        at.desk.edit_field(case.key, "findings", f"{number}")
        sys.stdout.write(f"{number} {time.time()}\n")
        sys.stdout.flush()
        time.sleep(0.02)
