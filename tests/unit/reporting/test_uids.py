"""Identifiers that follow from the report."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from workstation.reporting.uids import message_control_id, series_instance_uid, sop_instance_uid


@given(st.text(max_size=50), st.integers(1, 99), st.sampled_from(["SR", "PDF"]))
def test_uids_are_valid_and_always_the_same(report_id: str, version: int, kind: str) -> None:
    uid = sop_instance_uid(report_id, version, kind)
    assert UID(uid).is_valid
    assert len(uid) <= 44
    assert uid == sop_instance_uid(report_id, version, kind)


def test_each_version_and_kind_has_its_own_and_versions_share_a_series() -> None:
    uids = {sop_instance_uid("r", version, kind) for version in (1, 2, 12) for kind in ("SR", "PDF")}
    assert len(uids) == 6
    assert series_instance_uid("r", "SR") != series_instance_uid("r", "PDF")
    assert series_instance_uid("r", "SR") not in uids


def test_parts_cannot_run_into_each_other() -> None:
    assert sop_instance_uid("r1", 1, "SR") != sop_instance_uid("r", 11, "SR")


def test_uids_never_change_from_release_to_release() -> None:
    """A report that waits in the outbox through an update must keep its UIDs."""
    assert sop_instance_uid("7d1d2a0e-36f1-4a0c-9f7d-2f0d4b1c9a11", 1, "SR") == (
        "2.25.91310170441821554341183348707040428653"
    )
    assert message_control_id("7d1d2a0e-36f1-4a0c-9f7d-2f0d4b1c9a11", 1) == "VW2LRFUR52QS7NE45FZC"


@given(st.text(max_size=50), st.integers(1, 99), st.text(max_size=20))
def test_message_ids_fit_msh_10(report_id: str, version: int, part: str) -> None:
    control_id = message_control_id(report_id, version, part)
    assert len(control_id) == 20
    assert control_id.isalnum()
