"""One record as a file, in the form that the file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from calibration.exports.charts import deviation_chart, response_chart
from calibration.exports.dicom_documents import encapsulated_pdf
from calibration.exports.display_system import display_system_json
from calibration.exports.drawing import beside, svg_of
from calibration.exports.record_json import record_json
from calibration.exports.report_material import material_of
from calibration.exports.report_pdf import report_pdf
from calibration.exports.response_view import responses_of
from calibration.exports.tables import levels_csv, readings_csv, rules_csv
from calibration.records.record import CheckRecord, StoredRecord
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically

Files = Mapping[str, bytes]
"""Ending to add to the stem of the asked-for name → content."""

FORMS = {
    ".pdf": "pdf",
    ".csv": "csv",
    ".dicom.json": "dicom-json",
    ".json": "json",
    ".dcm": "dcm",
    ".svg": "svg",
}
"""Suffix → form; the longer one counts."""
_READABLE = 0o644  # nothing in a report is private


def write_report(stored: StoredRecord, history: Sequence[StoredRecord], path: Path, form: str = "") -> tuple[Path, ...]:
    """Write the report on a check or a calibration.

    Parameters
    ----------
    history
        Records of the same display, for before and after, trend and override.
    path
        Its suffix says the form: ``.pdf``, ``.csv`` (the readings; levels and rules go beside it as ``.levels.csv`` and
        ``.rules.csv``), ``.json`` (the whole record), ``.dicom.json`` (Display System), ``.dcm`` (encapsulated PDF) or
        ``.svg`` (the curves).
    form
        Instead of the suffix: one of the values of `FORMS`.

    Returns
    -------
    tuple of Path
        The files written, ``path`` first.

    Raises
    ------
    BadInput
        For an unknown form, a record that has nothing of that form, or a file that cannot be written.
    """
    wanted = form or form_of(path)
    maker = _MAKERS.get(wanted)
    if maker is None:
        raise BadInput(f"There is no form {wanted!r} of a report.", f"Choose one of {', '.join(FORMS.values())}.")
    files = maker(stored, history)
    return tuple(_write(_beside(path, ending), content) for ending, content in files.items())


def form_of(path: Path) -> str:
    """The form that a file's name asks for.

    Raises
    ------
    BadInput
        For another suffix.
    """
    for suffix, form in FORMS.items():
        if path.name.lower().endswith(suffix):
            return form
    shown = path.suffix or "a file without a suffix"
    raise BadInput(f"A report cannot be written as {shown}.", f"Choose one of {', '.join(FORMS)}.")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name.removesuffix(path.suffix) + ending) if ending else path


def _write(path: Path, content: bytes) -> Path:
    try:
        write_atomically(path, content, mode=_READABLE)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", "Choose another folder.") from error
    return path


def _pdf(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:
    return {"": report_pdf(stored, history)}


def _dcm(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:
    return {"": encapsulated_pdf(report_pdf(stored, history), stored)}


def _csv(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:
    check = _check(stored, history)
    texts = {"": readings_csv(check), ".levels.csv": levels_csv(check), ".rules.csv": rules_csv(check)}
    return {ending: text.encode("utf-8") for ending, text in texts.items()}


def _json(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:  # noqa: ARG001 - one of several makers
    return {"": record_json(stored)}


def _dicom_json(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:
    return {"": display_system_json(material_of(stored, history))}


def _svg(stored: StoredRecord, history: Sequence[StoredRecord]) -> Files:
    views = responses_of(_check(stored, history))
    drawings = [response_chart(view.curve, view.series.space) for view in views]
    drawings += [deviation_chart(view.steps, view.limit) for view in views if view.steps]
    if not drawings:
        raise BadInput("This check has no luminance response, so there is no curve to draw.", "Choose another form.")
    return {"": svg_of(beside(drawings)).encode("utf-8")}


def _check(stored: StoredRecord, history: Sequence[StoredRecord]) -> CheckRecord:
    check = material_of(stored, history).check
    if check is None:
        raise BadInput("This calibration has no check on record, so it has no readings.", "Choose another form.")
    return check


_MAKERS: Mapping[str, Callable[[StoredRecord, Sequence[StoredRecord]], Files]] = {
    "pdf": _pdf,
    "dcm": _dcm,
    "csv": _csv,
    "json": _json,
    "dicom-json": _dicom_json,
    "svg": _svg,
}
