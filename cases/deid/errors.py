"""Errors of the de-identification. Their sentences for a person name no file and no content."""

from __future__ import annotations


class FileRefused(Exception):
    """The file will never be accepted as it is.

    `code` is for programs; `sentence` says why to the person who uploaded it.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class DeidentificationFailed(Exception):
    """Our side failed (a sandbox process died, a library is missing); another try may help."""


class DeidentificationTimeout(DeidentificationFailed):
    """A stage went over its time: on a busy machine, or with a picture at the limits."""


UNREADABLE = ("unreadable", "This file is not a picture we can read.")
DAMAGED = ("damaged", "This picture is damaged or not complete.")
TOO_BIG_FILE = ("file_too_big", "This file is larger than 64 MB.")
TOO_MANY_PIXELS = ("too_many_pixels", "This picture has more than 50 million pixels.")
TOO_MANY_FRAMES = ("too_many_frames", "This picture has more than 200 frames.")
TOO_MANY_PIXELS_IN_TOTAL = ("too_much", "The frames of this picture are too large in all.")
TOO_SMALL = ("too_small", "This picture is too small to show anything.")
TOO_SLOW = ("too_slow", "Reading this picture took too long.")
TOO_MUCH_MEMORY = ("too_much_memory", "Reading this picture takes too much memory.")
NO_PICTURE = ("no_picture", "This DICOM file holds no picture we can read.")
UNKNOWN_CODEC = ("codec", "This DICOM file is compressed in a way we cannot read.")
NOT_DICOM = ("not_dicom", "Only a DICOM file can become a DICOM file.")
NO_FRAMES_IN_FORMAT = (
    "frames",
    "This picture has several frames; choose .webp, .png, .gif or .tiff for the result.",
)
UNKNOWN_FORMAT = (
    "format",
    "Choose .png, .webp, .jpg, .gif, .tiff or .bmp for the result.",
)
