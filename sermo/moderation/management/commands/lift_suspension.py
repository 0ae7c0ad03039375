"""manage.py lift_suspension HANDLE: after an appeal, for the person who says their handle."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.members.services import lift_suspension, member_with_handle


class Command(BaseCommand):
    help = "Let a suspended member read and write again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle")

    def handle(self, *args: Any, **options: Any) -> None:
        member_id: UUID | None = member_with_handle(options["handle"])
        if member_id is None:
            raise CommandError("Nobody has this handle.")
        lift_suspension(member_id)
        # Without the member: together with the decision it would tell who was suspended.
        record_audit_event(
            AuditAction.SUSPENSION_LIFTED, store="community", actor="operator", target="a member"
        )
        self.stdout.write("The member can read and write.")
