"""`manage.py load_vocabulary [--only starter|icd10cm|orphanet]`: what the type-ahead offers."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import BaseCommand

from polls.models import Source
from polls.services import load_vocabulary, name_outcomes
from polls.services.concepts import Entry
from polls.vocabulary import starter
from polls.vocabulary.icd10cm import icd10cm
from polls.vocabulary.orphanet import orphanet

Vocabulary = tuple[str, Source, Callable[[], Iterable[Entry]]]
# The starter list first: the others add to what it knows.
VOCABULARIES: tuple[Vocabulary, ...] = (
    ("starter", Source.STARTER, starter),
    ("icd10cm", Source.ICD10CM, icd10cm),
    ("orphanet", Source.HPO, orphanet),
)


class Command(BaseCommand):
    help = "Load the diagnoses that the type-ahead offers; harmless when done again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=[name for name, _source, _read in VOCABULARIES])

    def handle(self, *_args: Any, only: str | None, **_options: Any) -> None:
        for name, source, read in VOCABULARIES:
            if only in (None, name):
                self._load(name, source, read)
        name_outcomes()

    def _load(self, name: str, source: Source, read: Callable[[], Iterable[Entry]]) -> None:
        def say(done: int, of: int) -> None:
            self.stdout.write(f"{name}: {done} of {of} spellings")

        diagnoses, spellings = load_vocabulary(entries=read(), source=source, say=say)
        self.stdout.write(f"{name}: {diagnoses} diagnoses under {spellings} spellings")
