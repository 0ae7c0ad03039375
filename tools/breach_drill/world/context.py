"""What every act needs at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.breach_drill.world.clock import Clock
from tools.breach_drill.world.log_files import LogFileHandler
from tools.breach_drill.world.mailbox import Mailbox
from tools.breach_drill.world.people import Chance
from tools.breach_drill.world.worker import Workers


@dataclass
class PlayContext:
    clock: Clock
    journal: LogFileHandler
    workers: Workers
    mailbox: Mailbox
    chance: Chance
    # Of each case whose page somebody has seen: its poll, and the answers to choose from.
    polls: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
