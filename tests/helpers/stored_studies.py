"""Studies in the encrypted store of a data folder, as they lie there once they have been downloaded."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.header_blocks import Head
from workstation.catalogue.instances import InstanceRef
from workstation.dicom.dicom_object import open_object
from workstation.dicom.object_shelf import head_of
from workstation.foundation.byte_source import BytesSource


def receive(catalogue: Catalogue, files: Iterable[bytes], *, with_heads: bool = True) -> str:
    """Store files of one study as `workstation.sync.transfer` does; gives its Study Instance UID."""
    refs, heads = {}, {}
    for data in files:
        found = open_object(BytesSource(data))
        header = found.header
        kept, head = catalogue.objects.put(header.sop_uid, data), head_of(data, found)
        refs[InstanceRef(header.study_uid, header.series_uid, header.sop_uid, header.sop_class)] = kept
        if head is not None:
            heads[header.sop_uid] = Head(kept.sha256, kept.size, kept.identity, head)
    study_uid = next(iter(refs)).study_uid
    catalogue.instances.expect(study_uid, list(refs))
    for ref, kept in refs.items():
        catalogue.instances.mark_received(ref.sop_uid, kept, "")
    if with_heads:
        catalogue.headers.add(study_uid, heads)
    return study_uid
