"""The embedded archive: which objects the site holds, indexed once, searched by level."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from workstation.demo_site.dicom_json import Json, element
from workstation.demo_site.studies_on_disk import SERIES_LEVEL, STUDY_LEVEL, InstanceOnDisk, read_instance
from workstation.foundation.files import make_private_folder, write_atomically


class ImageArchive:
    """Objects by study, series and instance. Safe to use from any thread.

    Parameters
    ----------
    instances
        What is there from the start.
    stored_folder
        Where objects that arrive by STOW-RS are kept; what an earlier run kept there is there again.
    base_url
        Root of the DICOMweb service, for Retrieve URL (0008,1190).
    """

    def __init__(self, instances: Iterable[InstanceOnDisk], stored_folder: Path, base_url: str) -> None:
        self._lock = threading.Lock()
        self._folder = make_private_folder(stored_folder)
        self._base_url = base_url
        self._studies: dict[str, dict[str, dict[str, InstanceOnDisk]]] = {}
        self._by_sop: dict[str, InstanceOnDisk] = {}
        self._stored: list[InstanceOnDisk] = []
        for instance in instances:
            self._add(instance)
        for path in sorted(self._folder.glob("*.dcm")):
            kept = read_instance(path)
            if kept is not None:
                self._add(kept)
                self._stored.append(kept)

    @property
    def stored(self) -> tuple[InstanceOnDisk, ...]:
        """What has arrived by STOW-RS, in order of arrival."""
        with self._lock:
            return tuple(self._stored)

    def find(self, sop_uid: str) -> InstanceOnDisk | None:
        """The object with a SOP Instance UID."""
        with self._lock:
            return self._by_sop.get(sop_uid)

    def store(self, content: bytes) -> InstanceOnDisk | None:
        """Keep an object that has arrived; None when it is not one. The caller has looked for duplicates."""
        with self._lock:
            path = self._folder / f"{len(self._stored) + 1:06d}.dcm"
            write_atomically(path, content)
            instance = read_instance(path)
            if instance is None:
                path.unlink()
                return None
            self._add(instance)
            self._stored.append(instance)
            return instance

    def instances(self, study_uid: str, series_uid: str = "", sop_uid: str = "") -> list[InstanceOnDisk]:
        """The objects of a study, of one of its series, or one object of it; empty when there are none."""
        with self._lock:
            series = self._studies.get(study_uid, {})
            chosen = list(series.values()) if not series_uid else [series.get(series_uid, {})]
            if sop_uid:
                return [held[sop_uid] for held in chosen if sop_uid in held]
            return [each for held in chosen for each in held.values()]

    def study_rows(self) -> list[Json]:
        """One data set a study (PS3.18 table 10.6.3-3)."""
        with self._lock:
            studies = {uid: list(series.values()) for uid, series in self._studies.items()}
        return [self._study_row(uid, series) for uid, series in studies.items()]

    def series_rows(self, study_uid: str = "") -> list[Json]:
        """One data set a series (table 10.6.3-4); with study attributes when no study is named."""
        with self._lock:
            studies = {uid: list(series.values()) for uid, series in self._studies.items() if study_uid in {"", uid}}
        return [
            {**({} if study_uid else self._study_row(uid, series)), **self._series_row(uid, list(held.values()))}
            for uid, series in studies.items()
            for held in series
        ]

    def instance_rows(self, study_uid: str = "", series_uid: str = "") -> list[Json]:
        """One data set an instance (table 10.6.3-5), with the attributes of its study and series."""
        with self._lock:
            found = [
                each
                for uid, series in self._studies.items()
                if study_uid in {"", uid}
                for name, held in series.items()
                if series_uid in {"", name}
                for each in held.values()
            ]
        return [self._instance_row(each) for each in found]

    def _add(self, instance: InstanceOnDisk) -> None:
        if instance.sop_uid not in self._by_sop:
            series = self._studies.setdefault(instance.study_uid, {})
            series.setdefault(instance.series_uid, {})[instance.sop_uid] = instance
            self._by_sop[instance.sop_uid] = instance

    def _study_row(self, uid: str, series: list[dict[str, InstanceOnDisk]]) -> Json:
        members = [each for held in series for each in held.values()]
        row = {tag: members[0].attributes[tag] for tag in STUDY_LEVEL if tag in members[0].attributes}
        row["00080056"] = element("CS", "ONLINE")
        row["00080061"] = element("CS", *sorted({each.modality for each in members}))
        row["00081190"] = element("UR", f"{self._base_url}/studies/{uid}")
        row["00201206"] = element("IS", len(series))
        row["00201208"] = element("IS", len(members))
        return row

    def _series_row(self, study_uid: str, members: list[InstanceOnDisk]) -> Json:
        first = members[0]
        row = {tag: first.attributes[tag] for tag in SERIES_LEVEL if tag in first.attributes}
        row["00081190"] = element("UR", f"{self._base_url}/studies/{study_uid}/series/{first.series_uid}")
        row["00201209"] = element("IS", len(members))
        return row

    def _instance_row(self, instance: InstanceOnDisk) -> Json:
        url = f"{self._base_url}/studies/{instance.study_uid}/series/{instance.series_uid}/instances/{instance.sop_uid}"
        return {
            **instance.attributes,
            "00080056": element("CS", "ONLINE"),
            "00081190": element("UR", url),
            "00083002": element("UI", instance.transfer_syntax),
        }
