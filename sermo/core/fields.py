"""Model fields shared by all apps."""

from __future__ import annotations

from typing import Any

from django.db import models


class BytesField(models.BinaryField):  # type: ignore[type-arg]  # generic in its stubs only
    """Binary column that reads as `bytes`; Django's returns a memoryview on PostgreSQL."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)
