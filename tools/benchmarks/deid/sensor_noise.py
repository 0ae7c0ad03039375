"""Prints how often an anonymous picture is matched to its camera, and what the picture loses.

    python -m tools.benchmarks.deid.sensor_noise --cameras 24 --width 2048 --strength 0.004

Every camera is simulated (`simulated_cameras`). Some of its pictures are published by name, and the
attacker estimates its pattern from them; others are published anonymously. All of them go through
the product's own stages: decoding in the sandbox, rendering, and for anonymous ones the removal of
sensor noise. The attacker (`sensor_matching`) then ranks all cameras for each anonymous picture.
The attacker takes the largest size. The factor can be read from it, as a named picture of the same
camera has a known size; what is left is searched: factors of 0.997 to 1.003, turns and shifts. A
second way lets every tile have a shift of its own. Each is also tried on the sum over several
anonymous pictures that are known to have one author.

`--seed tuning` gives the cameras and scenes that the rule was tuned on, `--seed test` (the default)
others, and a kind of scene that was not used before. With `--keep DIR` pictures that were made once
are read again.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from cases.deid import images, limits, sandbox
from cases.deid.results import Frame
from tools.benchmarks.deid import sensor_matching as matching
from tools.benchmarks.deid.detail_loss import Loss, detail_loss
from tools.benchmarks.deid.simulated_cameras import SCENES, Camera

SEEDS = {"tuning": 0, "test": 5000}
N_NAMED = 8
N_ANONYMOUS = 4
_FACTORS = tuple(1 + n / 2000 for n in range(-6, 7))
_TURNS = (-0.0008, 0.0, 0.0008)
_COARSE, _FINE = 128, 64
"""Sides of tiles in pixels."""
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Plane = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass
class Attack:
    """How often one way of matching was right, for each picture or author."""

    ranks: list[int] = field(default_factory=list)
    """Of the right camera, from 1 on."""
    distances: list[float] = field(default_factory=list)
    """How far the right camera stands above the others, in their deviations."""

    def add(self, scores: Plane, right: int) -> None:
        """`scores` are those of all cameras, `right` is the index of the one that took it."""
        others = np.delete(scores, right)
        self.ranks.append(1 + int((others >= scores[right]).sum()))
        spread = max(float(others.std()), 1e-9)
        self.distances.append((float(scores[right]) - float(others.mean())) / spread)

    def report(self, n_cameras: int) -> str:
        n, hits = len(self.ranks), sum(rank == 1 for rank in self.ranks)
        error = float(np.std(self.distances)) / math.sqrt(n)
        return (
            f"rank one {hits} of {n}, {hits / n:.1%} (blind {1 / n_cameras:.1%}, Wilson upper end "
            f"{wilson_upper(hits, n):.1%}), distance {np.mean(self.distances):+.2f} +- {error:.2f}"
        )


def wilson_upper(hits: int, n: int, z: float = 1.96) -> float:
    """The upper end of the 95 % interval of a share."""
    share = hits / n
    centre = share + z * z / (2 * n)
    return (centre + z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)


class Publisher:
    """Photographs scenes and publishes them through the product's stages."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.seconds: list[float] = []
        """Of the removal of noise, for each picture that was not read again."""

    def published(self, camera: Camera, scene: str, seed: int, *, anonymous: bool) -> Pixels:
        """The largest size that members are served."""
        name = f"{camera.number}-{camera.width}-{camera.strength}-{scene}-{seed}"
        plain, treated = (self.directory / f"{name}{end}.webp" for end in ("", "-anonymous"))
        if not plain.exists():
            with tempfile.TemporaryDirectory() as work:
                plain.write_bytes(_rendered(camera.photograph(scene, seed), Path(work)))
        if anonymous and not treated.exists():
            started = time.monotonic()
            with tempfile.TemporaryDirectory() as work:
                rendered = images.remove_sensor_noise([plain], None, Path(work))
                self.seconds.append(time.monotonic() - started)
                treated.write_bytes(rendered[-1].path.read_bytes())
        return np.asarray(Image.open(treated if anonymous else plain).convert("RGB"))

    def pattern(self, camera: Camera, seed: int) -> tuple[matching.Plane, ...]:
        """What the attacker learns of a camera from its named pictures."""
        kept = self.directory / f"pattern-{camera.number}-{camera.width}-{camera.strength}.npz"
        if not kept.exists():
            scenes = list(SCENES)
            residuals = [
                matching.residual_of(
                    self.published(
                        camera, scenes[n % len(scenes)], seed + 1000 + n, anonymous=False
                    )
                )
                for n in range(N_NAMED)
            ]
            np.savez(kept, *(plane.astype(np.float16) for plane in matching.pattern_of(residuals)))
        with np.load(kept) as planes:
            return tuple(planes[name].astype(np.float32) for name in planes.files)


def _rendered(photograph: bytes, directory: Path) -> bytes:
    """Decoded and rendered as an upload is; nothing is looked for, as that changes no pixel."""
    source = directory / "source.jpg"
    source.write_bytes(photograph)
    job = {"job": "decode", "source": str(source), "directory": str(directory)}
    decoded = sandbox.run_in_new_process(job, limits.DECODE_SECONDS)
    frames = [Frame.from_json(frame) for frame in decoded["frames"]]
    return images.render_sizes(frames, directory)[-1].path.read_bytes()


Spectra = dict[tuple[int, int], matching.TileSpectra]


def _spectra(planes: tuple[matching.Plane, ...]) -> Spectra:
    """By the side of the tiles and the plane: luma, and two colour differences."""
    return {
        (side, plane): matching.tile_spectra(planes[plane], side)
        for side, plane in ((_COARSE, 0), (_FINE, 0), (_COARSE, 1), (_COARSE, 2))
    }


def _scores(query: Spectra, pattern: Spectra) -> dict[str, float]:
    """What each way of matching says of one picture and one camera."""
    centres = query[_COARSE, 0].centres
    luma = matching.correlation_maps(query[_COARSE, 0], pattern[_COARSE, 0], parts=2)
    colour = sum(
        matching.correlation_maps(query[_COARSE, plane], pattern[_COARSE, plane])
        for plane in (1, 2)
    )
    fine = matching.correlation_maps(query[_FINE, 0], pattern[_FINE, 0])
    return {
        "whole picture, luma": matching.one_geometry(luma, centres, _FACTORS, _TURNS, 2),
        "whole picture, colour": matching.one_geometry(
            np.asarray(colour, np.float32), centres, _FACTORS, _TURNS, 1
        ),
        "tiles of 128 pixels": matching.tile_by_tile(luma[:, ::2, ::2]),
        "tiles of 64 pixels": matching.tile_by_tile(fine),
    }


def measure(
    publisher: Publisher, cameras: Sequence[Camera], seed: int, scenes: Sequence[str], *,
    anonymous: bool,
) -> dict[str, Attack]:  # fmt: skip
    """The attacks on some anonymous pictures of each camera, of scenes in turn."""
    patterns = [_spectra(publisher.pattern(camera, seed)) for camera in cameras]
    attacks: dict[str, Attack] = defaultdict(Attack)
    for right, camera in enumerate(cameras):
        sums: dict[str, Plane] = defaultdict(lambda: np.zeros(len(cameras)))
        for n in range(N_ANONYMOUS):
            scene = scenes[(right + n) % len(scenes)]
            plain = publisher.published(camera, scene, seed, anonymous=False)
            pixels = publisher.published(camera, scene, seed, anonymous=anonymous)
            residual = matching.residual_of(pixels, (plain.shape[1], plain.shape[0]))
            query = _spectra(matching.query_of(residual))
            found = [_scores(query, pattern) for pattern in patterns]
            for name in found[0]:
                scores = np.array([scores[name] for scores in found])
                attacks[name].add(scores, right)
                sums[name] += (scores - scores.mean()) / max(float(scores.std()), 1e-9)
        for name, summed in sums.items():
            attacks[f"{name}, {N_ANONYMOUS} pictures of an author"].add(summed, right)
    return attacks


def _losses(
    publisher: Publisher, cameras: Iterable[Camera], scenes: Sequence[str], seed: int
) -> dict[str, list[Loss]]:
    losses: dict[str, list[Loss]] = defaultdict(list)
    for camera in cameras:
        ideal = Camera(camera.number, camera.width, camera.height, 0)
        for scene in scenes:
            plain = publisher.published(camera, scene, seed, anonymous=False)
            treated = publisher.published(camera, scene, seed, anonymous=True)
            truth = publisher.published(ideal, scene, seed, anonymous=False)
            size = (plain.shape[1], plain.shape[0])
            resized = cv2.resize(treated, size, interpolation=cv2.INTER_CUBIC)
            losses[scene].append(detail_loss(plain, np.asarray(resized, np.uint8), truth))
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", choices=SEEDS, default="test")
    parser.add_argument("--cameras", type=int, default=24)
    parser.add_argument("--width", type=int, default=2048, help="of a photograph, in pixels")
    parser.add_argument("--strength", type=float, default=0.004)
    parser.add_argument("--plain", action="store_true", help="also without the removal of noise")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    seed = SEEDS[options.seed]
    scenes = list(SCENES) if options.seed == "test" else list(SCENES)[:-1]
    height = options.width * 3 // 4
    cameras = [
        Camera(seed + n, options.width, height, options.strength) for n in range(options.cameras)
    ]
    with tempfile.TemporaryDirectory() as work:
        directory = options.keep or Path(work)
        directory.mkdir(parents=True, exist_ok=True)
        publisher = Publisher(directory)
        print(f"{options.cameras} cameras, {options.width}x{height}, {options.strength:.1%}")
        for anonymous in (True, False) if options.plain else (True,):
            print("noise removed" if anonymous else "as published by name")
            attacks = measure(publisher, cameras, seed, scenes, anonymous=anonymous)
            for name, attack in attacks.items():
                print(f"  {name}: {attack.report(len(cameras))}", flush=True)
        if publisher.seconds:
            print(f"removal: median {np.median(publisher.seconds):.1f} s a picture")
        for scene, losses in _losses(publisher, cameras[:1], scenes, seed).items():
            print(f"  {scene}: {Loss.mean(losses)}", flush=True)
    sandbox.close_warm_process()


if __name__ == "__main__":
    main()
