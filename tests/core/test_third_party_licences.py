"""The page of third-party licences shows the whole list."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from django.urls import reverse


def test_every_row_of_the_list_is_on_the_page() -> None:
    text = (settings.BASE_DIR / "cases" / "deid" / "LICENCES.md").read_text("utf-8")
    names = [
        line.strip("| ").split("|")[0].strip()
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("|---")
    ]

    page = Client().get(reverse("core:licences")).content.decode()

    assert len(names) > 10
    assert [name for name in names if name.replace("`", "") not in page] == []
    assert reverse("core:licences") in Client().get(reverse("core:help")).content.decode()
