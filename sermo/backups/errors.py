"""Why a backup or a restore stopped. Each has a sentence for the operator and an exit code."""

from __future__ import annotations


class BackupError(Exception):
    """It failed: a server, a disk or a place did not do what it must."""

    exit_code = 1


class RefusedError(BackupError):
    """It did not begin: a setting, a key or the target is not as it must be."""

    exit_code = 2


class AlreadyRunningError(BackupError):
    """Another backup or restore of this store is running."""

    exit_code = 3


class DamagedArchiveError(BackupError):
    """The archive was cut, changed, mixed with another, or is not one of this site."""

    exit_code = 4
