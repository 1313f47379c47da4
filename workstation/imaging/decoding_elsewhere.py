"""Compressed frames that are not ordinary, decoded in a helper process.

The counterpart of `workstation.dicom.unusual_objects`; together they keep the rule that `foundation.helper_process`
states.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process import Failure, HelperFailed, HelperProcess
from workstation.imaging import codecs
from workstation.imaging.codestream_checks import CodedForm
from workstation.imaging.errors import CannotDecode

HELPER_MODULES = ("workstation.dicom.unusual_objects", "workstation.imaging.decoding_elsewhere")
"""What a helper process for images imports while it starts."""

_TIME_S = 2.0
_BYTES_A_SECOND = 4 << 20  # of codestream; the slowest codec takes twice as many


class DecodeInHelper:
    """A `DecodeElsewhere` that keeps codecs out of the program.

    Parameters
    ----------
    helper
        Where frames are decoded; stopped by whoever made it.
    """

    def __init__(self, helper: HelperProcess) -> None:
        self._helper = helper

    def __call__(self, encoded: bytes, form: CodedForm) -> NDArray[Any]:
        """As `workstation.imaging.codecs.decode_encoded`.

        Raises
        ------
        CannotDecode
            Also when decoding took too long, took too much memory or ended the helper process.
        HelperFailed
            When there is no helper process to be had: not the image's fault.
        """
        function = "workstation.imaging.decoding_elsewhere:decoded"
        try:
            samples = self._helper.call(function, encoded, form, timeout_s=_TIME_S + len(encoded) / _BYTES_A_SECOND)
        except HelperFailed as error:
            if error.failure is Failure.NOT_STARTED:
                raise
            raise CannotDecode(f"its compressed pixel data are damaged ({error.failure.value})") from error
        except UserFacingError as error:
            raise CannotDecode(error.what) from error
        shape = (form.rows, form.columns, form.samples)[: 2 + (form.samples > 1)]
        if not isinstance(samples, np.ndarray) or samples.shape != shape or samples.dtype.kind not in "iu":
            raise CannotDecode("its compressed pixel data are damaged")
        return samples


def decoded(encoded: bytes, form: CodedForm) -> NDArray[Any]:
    """Runs in the helper process."""
    try:
        return codecs.decode_encoded(encoded, form)
    except CannotDecode as error:
        raise UserFacingError(error.why) from error
