"""`python -m tools.breach_drill.world --out DIR …`: plays and copies, in its own environment."""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

OBJECTS_BETWEEN = 50_000


def main() -> None:
    options = _options()
    begun = time.monotonic()
    import django

    django.setup()
    from django.core.management import call_command

    from tools.breach_drill.world import copies, registers
    from tools.breach_drill.world import log_files as journals
    from tools.breach_drill.world.clock import Clock
    from tools.breach_drill.world.context import PlayContext
    from tools.breach_drill.world.mailbox import Mailbox
    from tools.breach_drill.world.people import Chance
    from tools.breach_drill.world.play import World
    from tools.breach_drill.world.worker import Workers

    local = Path(os.environ["SERMO_LOCAL"])
    out: Path = options.out

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", flush=True)

    for store in ("identity", "default"):
        call_command("migrate", database=store, interactive=False, verbosity=0)
    gc.freeze()  # what is loaded stays; looking through it again and again takes a tenth of the run
    gc.set_threshold(OBJECTS_BETWEEN)
    say("both stores are made")
    journal = journals.install(local / "journal")
    with ExitStack() as stack:
        clock = stack.enter_context(Clock(local / "files"))
        stage = PlayContext(
            clock, journal, Workers(journal), Mailbox(local / "mail"), Chance(options.seed)
        )
        world = World(
            stage,
            seed=options.seed,
            people=options.people,
            days=options.days,
            say=say,
            back_up=partial(copies.back_up, out / "C1"),
        )
        registers.import_all(world.people, local / "registers")
        # A million lines that follow from the seed alone, and a thief's hashes of them: beside the
        # play.
        publishing = multiprocessing.get_context("fork").Process(
            target=registers.publish, args=(world.people, options.register, out, options.seed)
        )
        publishing.start()
        world.run()
        say(f"played: {dict(world.done)}")
        world.last_hour()
        publishing.join()
        if publishing.exitcode:
            raise SystemExit("the public registers were not written")
        copies.copy_everything(world, out)
        say("copied")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--register", type=int, default=1_000_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
