"""`calibration gsdf`, `lut` and `evaluate`: the grayscale function, a display LUT and a verdict, from numbers alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calibration.app.rule_lines import rule_json, rule_lines
from workstation.foundation.errors import BadInput
from workstation.foundation.terminal import emit_json, emit_text

if TYPE_CHECKING:
    from calibration.conformance.contrast import ContrastResponse
    from calibration.conformance.policy import Policy
    from calibration.conformance.verdict import Verdict
    from calibration.readings.reading import Ambient, Series, Space

_DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Response = Annotated[Path, typer.Option(help="CSV: level,luminance_cd_m2; one row a reading.")]
_Lamb = Annotated[float | None, typer.Option("--ambient", help="Lamb, light the dark screen reflects, cd/m².")]
_Includes = Annotated[bool, typer.Option("--includes-ambient", help="The readings hold the ambient light already.")]
_MOST_LEVELS = 65536
_LARGE_SD = 0.2
NO_METER = "no meter is known: the uncertainty of its certificate is not counted"


def register(app: typer.Typer) -> None:
    """Add the commands of this page to the command line."""
    app.command()(gsdf)
    app.command()(lut)
    app.command()(evaluate)


def gsdf(
    least: Annotated[float, typer.Option("--min", help="Lmin without ambient light, cd/m².")],
    most: Annotated[float, typer.Option("--max", help="Lmax without ambient light, cd/m².")],
    ambient: _Lamb = None,
    levels: Annotated[int, typer.Option(help="How many P-values, evenly spread from 0 to 1.")] = 256,
    data_dir: _DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: _AsJson = False,
) -> int:
    """Luminance that each P-value shall have (PS3.14), as a meter without ambient light reads it; CSV."""
    import numpy as np

    from calibration.gsdf.target import target_luminance

    _require_count("--levels", levels)
    lamb = _luminance("--ambient", ambient or 0.0)
    fractions = np.arange(levels) / (levels - 1)
    try:
        wanted = target_luminance(fractions, _luminance("--min", least), _luminance("--max", most), lamb)
    except ValueError as error:
        raise BadInput(
            f"No target from {least:g} to {most:g} cd/m² with {lamb:g} cd/m² of ambient light: {error}.",
            "Check --min, --max and --ambient.",
        ) from error
    rows = list(zip(range(levels), fractions.tolist(), wanted.tolist(), strict=True))
    if as_json:
        emit_json([{"level": level, "p_value": p, "luminance_cd_m2": value} for level, p, value in rows])
    else:
        emit_text(
            "\n".join(
                ["level,p_value,luminance_cd_m2", *(f"{level},{p:.10g},{value:.10g}" for level, p, value in rows)]
            )
        )
    return 0


def lut(
    response: _Response,
    ambient: _Lamb = None,
    includes_ambient: _Includes = False,
    levels: Annotated[int, typer.Option(help="How many P-values, from 0 to this less one.")] = 256,
    data_dir: _DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: _AsJson = False,
) -> int:
    """The display LUT, P-value to DDL, for the measured response of a bare display; CSV."""
    from calibration.gsdf.lut_building import build_lut
    from calibration.gsdf.response import response_of
    from calibration.readings.reading import Space
    from calibration.readings.response_file import read_response

    _require_count("--levels", levels)
    series = read_response(response, Space.DDL, includes_ambient=includes_ambient)
    built = build_lut(response_of(series), _luminance("--ambient", ambient or 0.0), levels)
    ddls = built.ddl.tolist()
    if as_json:
        emit_json(
            {
                "ddl_bits": built.ddl_bits,
                "distinct_levels": built.distinct_levels,
                "sha256": built.sha256,
                "lut": [{"p_value": p_value, "ddl": ddl} for p_value, ddl in enumerate(ddls)],
            }
        )
    else:
        emit_text("\n".join(["p_value,ddl", *(f"{p_value},{ddl}" for p_value, ddl in enumerate(ddls))]))
    return 0


def evaluate(
    response: _Response,
    policy: Annotated[str, typer.Option(help="Id of a policy: tg18, acr, home-office ...")],
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review.")] = "diagnostic",
    ambient: _Lamb = None,
    includes_ambient: _Includes = False,
    reading_sd: Annotated[
        float | None, typer.Option(help="Relative standard deviation of one reading, where known: 0.005 is 0.5 %.")
    ] = None,
    space: Annotated[
        str,
        typer.Option(help="What the levels are: ddl (the display is used without a display LUT) or p_value."),
    ] = "ddl",
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Judge a measured response by a policy. Exit 0 for PASS and WARN, else 1."""
    from calibration.conformance.contrast import contrast_response_of
    from calibration.conformance.judge import judge
    from calibration.conformance.quantities import quantities_of

    chosen = _policy(data_dir, policy)
    series = _conformance_series(response, _space(space), includes_ambient)
    lamb = _ambient(ambient)
    sd = _reading_sd(reading_sd)
    contrast = contrast_response_of(series, lamb, reading_sd=sd)
    quantities = quantities_of([series], lamb, None, reading_sd=sd)
    verdict = judge(chosen, role, quantities, (NO_METER,))
    if as_json:
        emit_json(_document(verdict, contrast))
    else:
        emit_text("\n".join(_lines(verdict, chosen, contrast)))
    return 0 if verdict.passes else 1


# --- what is asked for


def _policy(data_dir: Path | None, name: str) -> Policy:
    from calibration.checks.opening import own_and_shipped_policies
    from calibration.conformance.policy import policy_of
    from workstation.site.folders import folders_for

    return policy_of(own_and_shipped_policies(folders_for(data_dir)), name)


def _conformance_series(path: Path, space: Space, includes_ambient: bool) -> Series:
    """The file's readings as P-values: through no display LUT, DDL and P-value are the same number."""
    from calibration.readings.reading import Space
    from calibration.readings.response_file import read_response

    series = read_response(path, space, includes_ambient=includes_ambient)
    return replace(series, space=Space.P_VALUE)


def _space(text: str) -> Space:
    from calibration.readings.reading import Space

    wanted = next((each for each in Space if each.value == text.strip().lower().replace("-", "_")), None)
    if wanted is None:
        raise BadInput(f"--space {text!r} is not known.", "Use ddl or p_value.")
    return wanted


def _ambient(luminance_cd_m2: float | None) -> Ambient:
    from calibration.readings.reading import NO_AMBIENT, Ambient, AmbientSource

    if luminance_cd_m2 is None:
        return NO_AMBIENT
    return Ambient(_luminance("--ambient", luminance_cd_m2), AmbientSource.PROVIDED)


def _reading_sd(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= _LARGE_SD:
        raise BadInput(
            f"--reading-sd {value:g} is no relative standard deviation of a reading.",
            "Give a fraction: 0.005 for 0.5 %.",
        )
    return value


def _luminance(option: str, value: float) -> float:
    if not (math.isfinite(value) and 0 <= value <= 10_000):
        raise BadInput(f"{option} {value:g} is no luminance.", "Give cd/m², 0 or more.")
    return value


def _require_count(option: str, count: int) -> None:
    if not 2 <= count <= _MOST_LEVELS:
        raise BadInput(f"{option} {count} is out of range.", f"Give 2 to {_MOST_LEVELS}.")


# --- words


def _document(verdict: Verdict, contrast: ContrastResponse) -> dict[str, Any]:
    return {
        "verdict": verdict.name.value,
        "policy": verdict.policy,
        "policy_version": verdict.policy_version,
        "role": verdict.role,
        "max_contrast_deviation": contrast.greatest,
        "rules": [rule_json(rule) for rule in verdict.rules],
        "contrast_response": _steps_json(contrast),
        "provisional": list(verdict.provisional),
    }


def _steps_json(contrast: ContrastResponse) -> list[dict[str, Any]]:
    halves = contrast.half_width
    return [
        {
            "from_level": int(contrast.levels[step]),
            "to_level": int(contrast.levels[step + 1]),
            "deviation": float(k),
            "uncertainty": None if halves is None else float(halves[step]),
        }
        for step, k in enumerate(contrast.deviation)
    ]


def _lines(verdict: Verdict, policy: Policy, contrast: ContrastResponse) -> Iterator[str]:
    yield f"{verdict.name.value}: {policy.title}, {verdict.role} ({policy.id}, version {verdict.policy_version})"
    yield from rule_lines(verdict.rules)
    yield f"Contrast response over {contrast.levels.size} levels, greatest deviation {contrast.detail}."
    yield from (f"Note: {reason}." for reason in verdict.provisional)
