"""`python -m tools.breach_drill.world --out DIR …`: plays and copies, in its own environment."""

from __future__ import annotations

import argparse
import gc
import os
import time
from pathlib import Path

OBJECTS_BETWEEN = 50_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    for name in ("--seed", "--people", "--days"):
        parser.add_argument(name, type=int, required=True)
    options, begun = parser.parse_args(), time.monotonic()
    import django

    django.setup()
    from django.core.management import call_command

    from tools.breach_drill import capture
    from tools.breach_drill.world import people, stage
    from tools.breach_drill.world.play import World

    local, public = Path(os.environ["SERMO_LOCAL"]), options.out / "C1" / "P"
    public.mkdir(parents=True, exist_ok=True)

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", flush=True)

    for store in ("identity", "default"):
        call_command("migrate", database=store, interactive=False, verbosity=0)
    gc.freeze()  # what is loaded stays; looking through it again and again takes a tenth of the run
    gc.set_threshold(OBJECTS_BETWEEN)
    say("both stores are made")
    workers = stage.Workers(stage.LogFileHandler(local / "journal"))
    mailbox, chance = stage.Mailbox(local / "mail"), people.Chance(options.seed)
    servers = list(capture.servers().values())
    with stage.Clock(local / "files", public / "clock.txt", servers) as clock:
        context = stage.PlayContext(clock, workers, mailbox, chance)
        world = World(context, options.out, options, say)
        people.import_all(world.people, local / "registers")
        people.publish(world.people, public, options.seed)
        world.run()
        say(f"played: {dict(world.done)}")
        world.copy_everything()
        say("copied")


if __name__ == "__main__":
    main()
