from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from polls.models import Source
from polls.services import load_vocabulary
from polls.vocabulary import starter


class Command(BaseCommand):
    help = "Load the diagnoses that the type-ahead offers; harmless when done again."

    def handle(self, *args: Any, **options: Any) -> None:
        diagnoses, spellings = load_vocabulary(entries=starter(), source=Source.STARTER)
        self.stdout.write(f"{diagnoses} diagnoses under {spellings} spellings")
