"""Every limit of the de-identification. Those of the libraries admit gigabytes."""

from __future__ import annotations

from typing import Final

MB: Final = 1024 * 1024

FILE_BYTES: Final = 64 * MB
PIXELS: Final = 50_000_000
"""Of one frame."""
FRAMES: Final = 200
PIXELS_IN_ALL: Final = 120_000_000
"""Of all frames together."""
DICOM_BYTES: Final = 250 * MB
"""Of all uncompressed pixels written as DICOM."""
OWN_FILE_BYTES: Final = DICOM_BYTES + MB
"""Of a DICOM file that we wrote and read again: uncompressed, unlike its source."""
MIN_SIDE: Final = 8
"""In pixels."""
TEXT_CHUNK_BYTES: Final = 4 * MB
"""One inflated PNG text chunk; all of a file's chunks together stay under TEXT_BYTES."""
TEXT_BYTES: Final = 64 * MB

CHILD_BYTES: Final = 860 * MB
"""Private memory of a child process (RLIMIT_DATA): heap, anonymous maps, thread stacks.

Detection on 50 million pixels full of detail needs 820 MB; with the code of the libraries a child
then stays under 1 GB whatever happens.
"""
CHILD_ADDRESS_BYTES: Final = 3000 * MB
"""Address space of a child process (RLIMIT_AS): the above, mapped libraries and models."""
CHILD_FILE_BYTES: Final = 300 * MB
"""Largest file a child may write."""
CHILD_OPEN_FILES: Final = 64

DECODE_SECONDS: Final = 20
"""Wall and processor time for decoding one file."""
DETECT_SECONDS: Final = 90
"""For detection on one frame, on a busy machine, including the time to load the models."""
RENDER_SECONDS: Final = 60
JOBS_BEFORE_RENEWAL: Final = 500
"""The warm process is replaced after so many jobs, so that a slow leak never matters."""
