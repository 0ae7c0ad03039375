"""manage.py bench_image_queue --images 200 --workers 2 --kills 6: tests workers that are killed."""

from __future__ import annotations

import io
import random
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image, ImageDraw, ImageFont

from tools.benchmarks.image_queue import Run

_SIZE = (640, 480)


class Command(BaseCommand):
    """Fails if a picture was lost or doubled. Nothing else may use the queue at the same time."""

    help = "Send generated pictures through real workers, killing some, and count what comes out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--images", type=int, default=200)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--kills", type=int, default=6)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERMO_ENV == "production":
            raise CommandError("Generated pictures have no place in production.")
        rng = random.Random(options["seed"])
        uploads = [_upload(rng, number) for number in range(options["images"])]
        with tempfile.TemporaryDirectory() as name:
            run = Run(uploads, options["seed"], options["kills"], Path(name), self._print)
            result = run.play(options["workers"])
        for what, measured in result.items():
            self._print(f"{what}: {measured}")
        if result["lost"] or result["doubled files"] or result["missing files"]:
            raise CommandError("Pictures were lost or doubled.")

    def _print(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _upload(rng: random.Random, number: int) -> bytes:
    """A picture of spots on skin as JPEG; two in three have a name in a corner."""
    picture = Image.new("RGB", _SIZE, (200 - rng.randrange(30), 152, 130))
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, r = rng.randrange(_SIZE[0]), rng.randrange(_SIZE[1]), rng.randrange(8, 40)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(150 + rng.randrange(40), 70, 60))
    if number % 3:
        words = f"NAME: EXAMPLE {number:04}"
        draw.rectangle((10, 10, 330, 50), fill="white")
        draw.text((16, 14), words, fill="black", font=ImageFont.load_default(26))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
