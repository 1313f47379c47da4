"""The commands over records: what they say, their JSON, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from calibration.app import commands_on_records
from calibration.records.database import FILE_NAME
from calibration.records.errors import RecordsDamaged
from calibration.records.export_file import SUFFIX
from tests.helpers.display_department import department
from tests.helpers.record_books import by_hand
from tests.helpers.synthetic_fleet import Fleet, write_fleet
from workstation.foundation.errors import BadInput


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A computer with some records."""
    with department(tmp_path / "made") as one:
        one.registered()
        one.checked("acceptance")
        one.checked("monthly", day=31, max_contrast_deviation=0.2)
        one.calibrated()
    (tmp_path / "made" / "records").rename(tmp_path / "calibration")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """Exit code and stdout of a command."""
    app = typer.Typer()
    commands_on_records.register(app)
    code = app(args=[str(word) for word in words], standalone_mode=False)
    return int(code), capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    """The same with ``--json``."""
    code, out = said(capsys, *words, "--json")
    return code, json.loads(out)


def test_history_lists_what_was_recorded(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "history", "--data-dir", data_dir)
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == ["When", "2026-03-02", "2026-03-02", "2026-04-02", "2026-04-02"]
    assert "Monthly check" in lines[3]
    assert "FAIL" in lines[3]
    code, found = as_json(capsys, "history", "--display", "21984077", "--data-dir", data_dir)
    assert [each["kind"] for each in found] == ["display", "check", "check", "calibration"]
    assert found[2]["verdict"] == "FAIL"
    with pytest.raises(BadInput, match="no records of a monitor"):
        said(capsys, "history", "--display", "elsewhere", "--data-dir", data_dir)
    assert said(capsys, "history", "--data-dir", data_dir / "new")[1].startswith("Nothing has been recorded")


def test_verify_says_whether_anything_was_changed(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = as_json(capsys, "verify", "--data-dir", data_dir)
    assert (code, found["ok"], found["count"]) == (0, True, 4)
    code, out = said(capsys, "verify", "--head", found["head"], "--data-dir", data_dir)
    assert (code, "that of record 4" in out) == (0, True)
    assert said(capsys, "verify", "--head", "0" * 63 + "1", "--data-dir", data_dir)[0] == 1
    with pytest.raises(BadInput, match="--head"):
        said(capsys, "verify", "--head", "abc", "--data-dir", data_dir)

    by_hand(
        data_dir / "calibration",
        """UPDATE record SET content = replace(content, '"FAIL"', '"PASS"') WHERE sequence = 3""",
    )
    code, out = said(capsys, "verify", "--data-dir", data_dir)
    assert code == 1
    assert "Record 3 of ENC/RX560/21984077 was changed after it was written." in out
    code, found = as_json(capsys, "verify", "--data-dir", data_dir)
    assert (code, found["broken"][0]["sequence"]) == (1, 3)
    said(capsys, "history", "--data-dir", data_dir)


def test_a_file_that_cannot_be_read_is_put_aside_on_request_only(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data_dir / "calibration"
    said(capsys, "export", data_dir, "--data-dir", data_dir)
    (folder / FILE_NAME).write_bytes(b"spoilt")
    for beside in folder.glob(f"{FILE_NAME}-*"):
        beside.unlink()
    with pytest.raises(RecordsDamaged, match="--keep-aside"):
        said(capsys, "verify", "--data-dir", data_dir)
    assert (folder / FILE_NAME).read_bytes() == b"spoilt"
    assert said(capsys, "verify", "--keep-aside", "--data-dir", data_dir)[0] == 0
    (kept,) = folder.glob("*.damaged-*")
    assert kept.read_bytes() == b"spoilt"
    code, found = as_json(capsys, "import", data_dir, "--data-dir", data_dir)
    assert (code, found["added"]) == (0, 4)


def test_export_and_import(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = as_json(capsys, "export", tmp_path / "mine", "--data-dir", data_dir)
    path = Path(found["file"])
    assert (code, path.name, found["count"]) == (0, f"mine{SUFFIX}", 4)
    code, taken = as_json(capsys, "import", path, "--data-dir", tmp_path / "office")
    assert (code, taken["added"], taken["files"][0]["head"]) == (0, 4, found["head"])
    code, out = said(capsys, "import", path, "--data-dir", tmp_path / "office")
    assert "0 new, 4 known already." in out
    path.write_text(path.read_text("utf-8").replace("FAIL", "PASS"), "utf-8")
    code, out = said(capsys, "import", path, "--data-dir", tmp_path / "office")
    assert code == 1
    assert "was changed after it was written" in out


def test_fleet_tells_who_is_failing_overdue_or_drifting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "exports"
    write_fleet(place, Fleet(2, 3, 3, failing_every=4))
    pdf = tmp_path / "fleet.pdf"
    code, found = as_json(capsys, "fleet", place, "--out", pdf, "--data-dir", tmp_path / "data")
    assert code == 1
    assert (found["workstations"], found["records"], len(found["displays"])) == (2, 24, 6)
    assert found["failing"] == ["SYNTH/GX560/SYN000002"]
    assert pdf.read_bytes().startswith(b"%PDF-")
    (place / f"odd{SUFFIX}").write_text("odd")
    code, out = said(capsys, "fleet", place, "--data-dir", tmp_path / "data")
    assert code == 1
    assert "1 failing" in out
    assert "1 file not usable" in out
    assert f"odd{SUFFIX} is no export of records" in out
    with pytest.raises(BadInput, match=r"\.pdf"):
        said(capsys, "fleet", place, "--out", tmp_path / "x.txt", "--data-dir", tmp_path / "data")
    assert (tmp_path / "data" / "cache" / "fleet").is_dir()
