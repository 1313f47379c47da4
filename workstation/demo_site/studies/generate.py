"""Which studies there are, and writing them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from workstation.demo_site.studies import head_ct
from workstation.demo_site.studies.generated import GeneratedStudy, Person, StudyPlan
from workstation.foundation.files import make_private_folder

_HELEN = Person("LB-0001", "SYNTHETIC^HELEN", "19580314", "F")


@dataclass(frozen=True)
class _Recipe:
    """A study with what writes it and how many steps of progress that takes."""

    plan: StudyPlan
    write: Callable[[Path, StudyPlan, Callable[[], None]], tuple[Path, ...]]
    steps: int


def _recipes() -> tuple[_Recipe, ...]:
    stat = StudyPlan(
        "ct-head-stat",
        _HELEN,
        "LB26110001",
        "CT",
        "HEAD",
        "CT HEAD WITHOUT CONTRAST",
        "20261121",
        "221500",
        ("ct-head-prior",),
    )
    prior = StudyPlan(
        "ct-head-prior", _HELEN, "LB25030001", "CT", "HEAD", "CT HEAD WITHOUT CONTRAST", "20250311", "101500"
    )
    return tuple(_Recipe(plan, head_ct.write_head_ct, head_ct.slices_of(plan)) for plan in (stat, prior))


STUDY_KEYS = tuple(recipe.plan.key for recipe in _recipes())


def generate_studies(
    folder: Path,
    *,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[GeneratedStudy, ...]:
    """Write the studies below ``folder``, each into a folder named after its key. The same files on every computer.

    Parameters
    ----------
    only
        Keys of the studies wanted; None for all.
    progress
        Told of steps done and steps in all.
    """
    chosen = [recipe for recipe in _recipes() if only is None or recipe.plan.key in only]
    total = sum(recipe.steps for recipe in chosen)
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    return tuple(_written(recipe, folder, advance) for recipe in chosen)


def _written(recipe: _Recipe, folder: Path, advance: Callable[[], None]) -> GeneratedStudy:
    """Write one study into a neighbouring folder and rename it, so that a broken-off run leaves no half study."""
    final = folder / recipe.plan.key
    if not final.is_dir():
        unfinished = make_private_folder(folder / f".{recipe.plan.key}.part")
        recipe.write(unfinished, recipe.plan, advance)
        unfinished.rename(final)
    return GeneratedStudy(recipe.plan, tuple(sorted(final.rglob("*.dcm"))))
