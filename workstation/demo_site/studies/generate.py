"""Which studies there are, and writing them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from workstation.demo_site.studies import brain_mr, chest_cr, head_ct, mammogram, trunk_ct, us_cine, visit_ct
from workstation.demo_site.studies.generated import GeneratedStudy, StudyPlan
from workstation.demo_site.studies.plans import PLANS
from workstation.foundation.files import make_private_folder

_Write = Callable[[Path, StudyPlan, Callable[[], None]], tuple[Path, ...]]


@dataclass(frozen=True)
class _Recipe:
    """A study with what writes it and how many steps of progress that takes."""

    plan: StudyPlan
    write: _Write
    steps: int


def _recipes() -> tuple[_Recipe, ...]:
    return tuple(_recipe(plan) for plan in PLANS)


def _recipe(plan: StudyPlan) -> _Recipe:
    """How a plan is carried out, by the beginning of its key."""
    for start, write, steps in _WRITERS:
        if plan.key.startswith(start):
            return _Recipe(plan, write, steps(plan))
    raise ValueError(f"no way to make {plan.key}")


_WRITERS: tuple[tuple[str, _Write, Callable[[StudyPlan], int]], ...] = (
    ("ct-head", head_ct.write_head_ct, head_ct.slices_of),
    ("cr-chest", chest_cr.write_chest_cr, lambda _: chest_cr.IMAGES),
    ("mr-brain", brain_mr.write_brain_mr, brain_mr.images_of),
    ("ct-visit", visit_ct.write_visit_ct, visit_ct.slices_of),
    ("mg-screening", mammogram.write_mammogram, lambda _: mammogram.IMAGES),
    ("us-cine", us_cine.write_us_cine, lambda _: us_cine.FRAMES),
    ("ct-", trunk_ct.write_trunk_ct, trunk_ct.slices_of),
)
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
