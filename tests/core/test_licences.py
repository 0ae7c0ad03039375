from __future__ import annotations

from django.conf import settings
from django.test import Client
from django.urls import reverse


def test_every_row_of_the_list_stands_on_the_page() -> None:
    text = (settings.BASE_DIR / "cases" / "deid" / "LICENCES.md").read_text("utf-8")
    firsts = [
        line.strip("| ").split("|")[0].strip()
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("|---")
    ]

    page = Client().get(reverse("core:licences")).content.decode()

    assert len(firsts) > 10
    assert [one for one in firsts if one.replace("`", "") not in page] == []
    assert reverse("core:licences") in Client().get(reverse("core:help")).content.decode()
