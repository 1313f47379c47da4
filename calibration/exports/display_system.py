"""A check as the attributes of a Display System (PS3.3 C.32), as DICOM JSON (PS3.18 F).

Modules: Display System (C.32.1), Target Luminance Characteristics (C.32.2), QA Results (C.32.3). Luminances in results
include the reflected ambient light, as C.32.3.3 and C.32.3.4 ask; levels of P-values are given as the DDLs that the
display LUT drove the monitor with.

Read in the standard's text: the tables C.32.2, C.32.3 and its macros C.32.3.2 to C.32.3.4, and the types in PS3.4 table
EE.2.2.1-2. Not read, and therefore left out, although the SOP class wants them from a server: System Status (defined
terms of C.32.1.1; its comment is given) and Measurement Equipment Type (C.32.1.2). Institution, address and the
system's own maker and serial are not known here. Whether a second item (another level) may stand in the uniformity
result is not certain either.

Reflected Ambient Light has the VR US in the dictionary, so it holds whole cd/m² only; the exact number stands in the
Luminance Response Description of the target.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID

from calibration.exports.dicom_items import code_item, date_time, item, local_code, one_line
from calibration.exports.report_material import ReportMaterial
from calibration.exports.wording import WORDS, reasons
from calibration.readings.reading import MeasuredLevel, Series, Space, ambient_to_add
from calibration.records.record import Answer, CalibrationRecord, CheckRecord
from workstation.foundation.errors import BadInput

DISPLAY_SYSTEM = UID("1.2.840.10008.5.1.1.40")
DISPLAY_SYSTEM_INSTANCE = UID("1.2.840.10008.5.1.1.40.1")
_SUBSYSTEM = _CONFIGURATION = _TARGET = 1
_ROWS_OF_PLACES = (
    *("top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right"),
)
"""From left to right, then from top to bottom (C.32.3.3)."""
_FIVE = {"centre", "top left", "top right", "bottom left", "bottom right"}
_METHODS = {
    "dead-pixels": "PixelFaultsEvaluation",
    "pixel-defects": "PixelFaultsEvaluation",
    "viewing-angle": "AngularViewingEvaluation",
    "geometry": "GeometricalImageEvaluation",
    "uniformity": "LuminanceUniformityEvaluation",
}


def display_system_json(material: ReportMaterial) -> bytes:
    """The data set as DICOM JSON, keys sorted.

    Raises
    ------
    BadInput
        When the record has no check: there is nothing to tell of the display.
    """
    document = _without_empty(display_system(material).to_json_dict())
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8") + b"\n"


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Attributes without value have no ``Value`` at all (PS3.18 F.2.5); pydicom writes an empty list."""
    kept: dict[str, Any] = {}
    for tag, element in document.items():
        values = element.get("Value")
        if element["vr"] == "SQ" and values:
            element["Value"] = [_without_empty(each) for each in values]
        kept[tag] = element if values else {"vr": element["vr"]}
    return kept


def display_system(material: ReportMaterial) -> Dataset:
    """The data set; see the module for what it holds.

    Raises
    ------
    BadInput
        When the record has no check.
    """
    check = material.check
    if check is None:
        raise BadInput("This calibration has no check on record: nothing is known of the display.", "Report a check.")
    return item(
        SpecificCharacterSet="ISO_IR 192",
        SOPClassUID=DISPLAY_SYSTEM,
        SOPInstanceUID=DISPLAY_SYSTEM_INSTANCE,
        StationName=check.head.workstation,
        NumberOfDisplaySubsystems=1,
        DisplaySubsystemSequence=[_subsystem(material, check)],
        TargetLuminanceCharacteristicsSequence=[_target(check)],
        QAResultsSequence=[
            item(
                DisplaySubsystemID=_SUBSYSTEM,
                DisplaySubsystemQAResultsSequence=[
                    item(
                        ConfigurationID=_CONFIGURATION,
                        ConfigurationQAResultsSequence=[_results(material, check)],
                    )
                ],
            )
        ],
    )


def _subsystem(material: ReportMaterial, check: CheckRecord) -> Dataset:
    identity = check.facts.identity
    lut = f"display LUT {check.lut_sha256[:32]}" if check.lut_sha256 else "no display LUT of ours: identity"
    why = reasons(check.verdict)
    status = f"{WORDS[check.verdict.name]} ({check.verdict.policy}, {check.role})"
    if not material.stored.is_sound:
        status, why = "NOT VALID: the record was changed after it was written", ()
    return item(
        DisplaySubsystemID=_SUBSYSTEM,
        DisplaySubsystemName=identity.connector,
        DisplaySubsystemDescription=f"{identity.width_px} x {identity.height_px} pixels, role {check.role}",
        DisplayDeviceTypeCodeSequence=[],
        Manufacturer=identity.manufacturer,
        DeviceSerialNumber=identity.serial,
        ManufacturerModelName=identity.model,
        SystemStatusComment=f"{status}: {why[0]}" if why else status,
        DisplaySubsystemConfigurationSequence=[
            item(
                ConfigurationID=_CONFIGURATION,
                ConfigurationName=check.role,
                ConfigurationDescription=lut,
                ReferencedTargetLuminanceCharacteristicsID=_TARGET,
            )
        ],
        CurrentConfigurationID=_CONFIGURATION,
        MeasurementEquipmentSequence=[],
    )


def _target(check: CheckRecord) -> Dataset:
    """GSDF between the ends that were measured, with ambient light."""
    ends: dict[str, Any] = {}
    quantities = {each.metric: each.value for each in check.quantities}
    if {"luminance_min", "luminance_max"} <= quantities.keys():
        ends["TargetMinimumLuminance"] = quantities["luminance_min"]
        ends["TargetMaximumLuminance"] = quantities["luminance_max"]
    exact = f"Reflected ambient light {check.ambient.luminance_cd_m2:.6g} cd/m2 exactly"
    return item(
        LuminanceCharacteristicsID=_TARGET,
        DisplayFunctionType="GSDF",
        **ends,
        LuminanceResponseDescription=exact,
        **_ambient(check),
    )


def _ambient(check: CheckRecord) -> dict[str, Any]:
    return {
        "ReflectedAmbientLight": min(round(check.ambient.luminance_cd_m2), 65535),
        "AmbientLightValueSource": check.ambient.source.value,
    }


def _results(material: ReportMaterial, check: CheckRecord) -> Dataset:
    calibrated = [_calibration(material.calibration, material.source or check)] if material.calibration else []
    response = _response(material, check)
    return item(
        DisplayCalibrationResultSequence=calibrated,
        VisualEvaluationResultSequence=[_visual(check)] if check.answers else [],
        LuminanceUniformityResultSequence=_uniformity(material, check),
        LuminanceResultSequence=[response] if response else [],
    )


def _context(check: CheckRecord, functions: Sequence[str]) -> dict[str, Any]:
    """Display QA Result Context macro: when, who, with what."""
    performers = [item(HumanPerformerName=check.head.operator, HumanPerformerOrganization="")]
    return {
        "PerformedProcedureStepStartDateTime": date_time(check.began),
        "PerformedProcedureStepEndDateTime": date_time(check.head.at),
        "ActualHumanPerformersSequence": performers if check.head.operator else [],
        "MeasurementEquipmentSequence": _equipment(check, functions),
    }


def _equipment(check: CheckRecord, characteristics: Sequence[str]) -> list[Dataset]:
    meter = check.meter
    if meter is None or not characteristics:
        return []
    colour = ["CHROMATICITY"] if meter.measures_colour else []
    return [
        item(
            MeasurementFunctions=["COLORIMETER" if meter.measures_colour else "PHOTOMETER"],
            MeasuredCharacteristics=[*characteristics, *colour],
            Manufacturer="",
            ManufacturerModelName=meter.model or meter.kind,
            DeviceSerialNumber=meter.serial,
            DateTimeOfLastCalibration="",  # the record says until when the certificate holds, not since when
        )
    ]


def _calibration(calibration: CalibrationRecord, measured: CheckRecord) -> Dataset:
    context = {**_context(measured, ["LUMINANCE"]), "PerformedProcedureStepEndDateTime": date_time(calibration.head.at)}
    return item(**context, LuminanceCharacteristicsID=_TARGET)


def _visual(check: CheckRecord) -> Dataset:
    methods = {_METHODS.get(answer.test, "OverallImageQualityEvaluation") for answer in check.answers}
    method = methods.pop() if len(methods) == 1 else "OverallImageQualityEvaluation"
    return item(
        **_context(check, []),
        VisualEvaluationTestSequence=[_answer(answer) for answer in check.answers],
        VisualEvaluationMethodCodeSequence=[code_item(getattr(codes.cid8300, method))],
    )


def _answer(answer: Answer) -> Dataset:
    """Patterns are our own: a code of the standard would claim the original."""
    return item(
        TestResult="PASS" if answer.is_good else "FAIL",
        TestResultComment=f"{answer.question} {answer.given}",
        TestPatternCodeSequence=[local_code(one_line(answer.test, 16), f"Synthetic pattern: {answer.test}")],
    )


def _uniformity(material: ReportMaterial, check: CheckRecord) -> list[Dataset]:
    found = []
    for series in check.series:
        driven = _driven(series, material)
        for level in sorted({each.level for each in series.measured}):
            places = {each.place: each for each in series.measured if each.level == level}
            if len(places) >= 5 and level in driven:
                found.append(_uniform_level(check, series, driven[level], level, places))
    return found


def _uniform_level(
    check: CheckRecord, series: Series, ddl: int, level: int, places: Mapping[str, MeasuredLevel]
) -> Dataset:
    ordered = [places[place] for place in _ROWS_OF_PLACES if place in places]
    has_colour = all(each.chromaticity for each in ordered)
    return item(
        **_context(check, ["UNIFORMITY"]),
        NumberOfLuminancePoints=len(ordered),
        MeasurementPatternCodeSequence=[_places_code(set(places), level, series.levels)],
        DDLValue=ddl,
        WhitePointFlag="YES" if has_colour else "NO",
        LuminanceResponseSequence=[_point(check, series, each, with_colour=has_colour) for each in ordered],
        **_ambient(check),
    )


def _places_code(places: set[str], level: int, levels: int) -> Dataset:
    """CID 8302 knows the five places of TG18-UNL at 10 % and 80 %; others get a code of ours."""
    share = level / (levels - 1)
    if places == _FIVE and abs(share - 0.8) < 0.01:
        return code_item(codes.cid8302.TG18UNL80Pattern)
    if places == _FIVE and abs(share - 0.1) < 0.01:
        return code_item(codes.cid8302.TG18UNL10Pattern)
    return local_code(f"places-{len(places)}", f"{len(places)} places on a uniform field")


def _response(material: ReportMaterial, check: CheckRecord) -> Dataset | None:
    """The response by DDL; None unless it runs from 0 to the greatest DDL, rising (C.32.3.4)."""
    for series in check.series:
        driven = _driven(series, material)
        points = [(driven[each.level], each) for each in series.at_place() if each.level in driven]
        rising = dict(reversed(points))  # of levels that share a DDL the lower one
        ddls = sorted(rising)
        if len(ddls) >= 3 and ddls[0] == 0 and ddls[-1] == _greatest(series, material):
            measured = [_point(check, series, rising[ddl], with_colour=True, ddl=ddl) for ddl in ddls]
            return item(
                **_context(check, ["LUMINANCE"]),
                NumberOfLuminancePoints=len(ddls),
                LuminanceResponseSequence=measured,
                **_ambient(check),
            )
    return None


def _point(
    check: CheckRecord, series: Series, measured: MeasuredLevel, *, with_colour: bool, ddl: int | None = None
) -> Dataset:
    values: dict[str, Any] = {} if ddl is None else {"DDLValue": ddl}
    values["LuminanceValue"] = measured.mean_cd_m2 + ambient_to_add(series, check.ambient)
    if with_colour and measured.chromaticity:
        values["CIExyWhitePoint"] = xy_of(*measured.chromaticity)
    return item(**values)


def xy_of(u_prime: float, v_prime: float) -> list[float]:
    """CIE 1931 x, y of CIE 1976 u', v'."""
    denominator = 6 * u_prime - 16 * v_prime + 12
    return [9 * u_prime / denominator, 4 * v_prime / denominator]


def _driven(series: Series, material: ReportMaterial) -> Mapping[int, int]:
    """Level to DDL; empty when P-values went through a LUT that is not on record."""
    levels = {each.level for each in series.measured}
    check, calibration = material.check, material.calibration
    if series.space is Space.DDL or (check and not check.lut_sha256):
        return {level: level for level in levels}
    if calibration is None or check is None or calibration.lut_sha256 != check.lut_sha256 or not calibration.ddl:
        return {}
    last = len(calibration.ddl) - 1
    return {level: calibration.ddl[round(level * last / (series.levels - 1))] for level in levels}


def _greatest(series: Series, material: ReportMaterial) -> int:
    uses_lut = series.space is Space.P_VALUE and material.check is not None and material.check.lut_sha256
    return (1 << material.calibration.ddl_bits) - 1 if uses_lut and material.calibration else series.levels - 1
