"""`manage.py load_vocabulary [--only starter|icd10cm|orphanet]`: load the names of diagnoses."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import BaseCommand

from polls.models import ConceptSource
from polls.services import link_outcomes_to_concepts, load_vocabulary
from polls.vocabulary.entries import VocabularyEntry
from polls.vocabulary.icd10cm import icd10cm
from polls.vocabulary.orphanet import orphanet
from polls.vocabulary.starter import starter

Vocabulary = tuple[str, ConceptSource, Callable[[], Iterable[VocabularyEntry]]]
# The starter list comes first, because the others add codes and synonyms to its diagnoses.
VOCABULARIES: tuple[Vocabulary, ...] = (
    ("starter", ConceptSource.STARTER, starter),
    ("icd10cm", ConceptSource.ICD10CM, icd10cm),
    ("orphanet", ConceptSource.HPO, orphanet),
)


class Command(BaseCommand):
    help = "Load the diagnoses that the type-ahead suggests. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=[name for name, _source, _read in VOCABULARIES])

    def handle(self, *_args: Any, only: str | None, **_options: Any) -> None:
        for name, source, read in VOCABULARIES:
            if only in (None, name):
                self._load(name, source, read)
        link_outcomes_to_concepts()

    def _load(
        self, name: str, source: ConceptSource, read: Callable[[], Iterable[VocabularyEntry]]
    ) -> None:
        def report_progress(done: int, total: int) -> None:
            self.stdout.write(f"{name}: {done} of {total} spellings")

        diagnoses, spellings = load_vocabulary(
            entries=read(), source=source, report_progress=report_progress
        )
        self.stdout.write(f"{name}: {diagnoses} diagnoses under {spellings} spellings")
