"""`manage.py replay_decisions`: decide every stored decision again by its own policy version."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from verification.models import Decision
from verification.policy.replay import replay_decision


class Command(BaseCommand):
    help = "Replay decisions from their stored facts and policy version; exits 1 on a difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--application", help="the public id of one application")
        parser.add_argument("--verbose", action="store_true", help="a line for equal ones too")

    def handle(self, *args: Any, **options: Any) -> None:
        decisions = Decision.objects.filter(undone_at__isnull=True).select_related("application")
        if options["application"]:
            decisions = decisions.filter(application__public_id=options["application"])
        count = differ = 0
        for decision in decisions.iterator(chunk_size=500):
            again = replay_decision(decision)
            count += 1
            differ += not again.equals
            if options["verbose"] or options["application"] or not again.equals:
                self.stdout.write(
                    f"{decision.application.public_id} policy {decision.policy_version}: "
                    f"{'rules' if decision.is_automatic else 'person'} {decision.kind} "
                    f"[{', '.join(decision.reasons)}] · again: "
                    f"{again.verdict or '-'} [{', '.join(again.reasons)}] · "
                    f"{'same' if again.equals else 'DIFFERS'} {again.error}".rstrip()
                )
        self.stdout.write(f"{count - differ} of {count} decisions come out the same")
        if differ:
            raise SystemExit(1)
