"""What every act needs at hand."""

from __future__ import annotations

from dataclasses import dataclass

from sermo.drill.world.clock import Clock
from sermo.drill.world.journal import Journal
from sermo.drill.world.mailbox import Mailbox
from sermo.drill.world.people import Chance
from sermo.drill.world.worker import Workers


@dataclass
class Stage:
    clock: Clock
    journal: Journal
    workers: Workers
    mailbox: Mailbox
    chance: Chance
