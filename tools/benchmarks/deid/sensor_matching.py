"""An attacker who matches pictures to cameras by sensor noise. Shares no code with the product.

The noise of a picture is what a wavelet filter takes away (Mihcak's, with orthogonal wavelets of
eight taps). The pattern of a camera is estimated from several pictures of it by maximum likelihood
(Chen, Fridrich, Goljan and Lukas 2008). A picture is compared in tiles: the correlation of each
tile is computed for every shift of a few pixels. One sum of these maps then answers any question
of geometry: one shift, a factor and a turn for the whole picture, or a shift of its own for each
tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Plane = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

# Daubechies' orthogonal wavelet with four vanishing moments.
_LOW = np.array(
    [
        0.230377813308855,
        0.714846570552542,
        0.630880767929590,
        -0.027983769416984,
        -0.187034811718881,
        0.030841381835987,
        0.032883011666983,
        -0.010597401784997,
    ],
    np.float32,
)
_HIGH = _LOW[::-1] * np.array([1, -1] * 4, np.float32)
_LEVELS = 4
_WINDOWS = (3, 5, 7, 9)
_AXIS = 6
"""Frequencies along each axis that are left out: lines of paper and blocks of files lie there."""
MAX_SHIFT = 8
"""In pixels, of a tile in either direction."""


def noise_residual(plane: Plane, sigma: float = 3.0) -> Plane:
    """What a wavelet filter for noise of this deviation takes away from a plane of grey values."""
    height, width = plane.shape
    factor = 2**_LEVELS
    bottom, right = -height % factor, -width % factor
    padded = cv2.copyMakeBorder(plane, 0, bottom, 0, right, cv2.BORDER_REFLECT)
    noise = _noise_of(np.asarray(padded, np.float32), sigma, _LEVELS)
    return noise[:height, :width]


def _noise_of(plane: Plane, sigma: float, levels: int) -> Plane:
    if not levels:
        return np.zeros_like(plane)
    parts = [_down(_down(plane, a, 0), b, 1) for a in (_LOW, _HIGH) for b in (_LOW, _HIGH)]
    noises = [_noise_of(parts[0], sigma, levels - 1)]
    for part in parts[1:]:
        power = [cv2.boxFilter(part * part, -1, (size, size)) for size in _WINDOWS]
        signal = np.maximum(np.minimum.reduce(power) - sigma**2, 0)
        noises.append(part * (sigma**2 / (signal + sigma**2)))
    low = _up(noises[0], _LOW, 1) + _up(noises[1], _HIGH, 1)
    high = _up(noises[2], _LOW, 1) + _up(noises[3], _HIGH, 1)
    return _up(low, _LOW, 0) + _up(high, _HIGH, 0)


def _down(plane: Plane, taps: Plane, axis: int) -> Plane:
    out = None
    for n, tap in enumerate(taps):
        moved = tap * np.take(np.roll(plane, -n, axis), range(0, plane.shape[axis], 2), axis)
        out = moved if out is None else out + moved
    return np.asarray(out, np.float32)


def _up(plane: Plane, taps: Plane, axis: int) -> Plane:
    shape = list(plane.shape)
    shape[axis] *= 2
    full = np.zeros(shape, np.float32)
    full[(slice(None),) * axis + (slice(0, None, 2),)] = plane
    return np.asarray(sum(tap * np.roll(full, n, axis) for n, tap in enumerate(taps)), np.float32)


@dataclass(frozen=True)
class Residual:
    """The noise of one picture in luma and two colour differences, and its light (0 to 255)."""

    noise: tuple[Plane, ...]
    light: Plane


def residual_of(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    size: tuple[int, int] | None = None,
    sigma: float = 3.0,
) -> Residual:
    """Of an RGB picture, after scaling it to `size` (width, height) if that is given."""
    if size is not None and pixels.shape[1::-1] != size:
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LANCZOS4), np.uint8)
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    noise = tuple(noise_residual(np.ascontiguousarray(colours[..., n]), sigma) for n in range(3))
    return Residual(noise, np.ascontiguousarray(colours[..., 0]))


def pattern_of(residuals: Sequence[Residual]) -> tuple[Plane, ...]:
    """The estimated sensor pattern of the camera that took these pictures, for each plane."""
    return tuple(_pattern_plane(residuals, plane) for plane in range(3))


def _pattern_plane(residuals: Sequence[Residual], plane: int) -> Plane:
    seen, light = np.zeros_like(residuals[0].light), np.full_like(residuals[0].light, 1e-3)
    for residual in residuals:
        weighted = _weight(residual, plane) * residual.light
        seen += weighted * residual.noise[plane]
        light += weighted * residual.light
    return _without_peaks(seen / light)


def _weight(residual: Residual, plane: int) -> Plane:
    """How far each pixel is believed: little at edges, nothing where the sensor was full."""
    noise = residual.noise[plane]
    power = cv2.blur(noise * noise, (9, 9)) + 0.2
    return np.asarray((residual.light < 250) / power, np.float32)


def _without_peaks(plane: Plane) -> Plane:
    """The plane without rows and columns in common, and no frequency far above its neighbours."""
    plane = plane - plane.mean(0, keepdims=True)
    plane = plane - plane.mean(1, keepdims=True)
    spectrum = np.fft.fft2(plane)
    size = np.asarray(np.abs(spectrum), np.float32)
    level = cv2.blur(np.minimum(size, 4 * np.median(size)), (15, 15))
    capped = spectrum * np.where(size > 3 * level, 0, 1)
    capped[:_AXIS], capped[-_AXIS:], capped[:, :_AXIS], capped[:, -_AXIS:] = 0, 0, 0, 0
    clean = np.asarray(np.fft.ifft2(capped).real, np.float32)
    return np.asarray(clean / max(float(clean.std()), 1e-9), np.float32)


def query_of(residual: Residual) -> tuple[Plane, ...]:
    """What is compared with patterns: the noise by the light it was seen in, for each plane."""
    return tuple(
        _without_peaks(noise * residual.light * _weight(residual, n))
        for n, noise in enumerate(residual.noise)
    )


@dataclass(frozen=True)
class TileSpectra:
    """The spectra of all tiles of one plane, as (tile, row, column), and the tiles' centres."""

    spectra: np.ndarray[tuple[int, ...], np.dtype[np.complex64]]
    centres: Plane
    """In pixels from the middle of the picture: x and y."""
    side: int


def tile_spectra(plane: Plane, side: int) -> TileSpectra:
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    blocks = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    tiles = blocks.transpose(0, 2, 1, 3).reshape(-1, side, side)
    spectra = np.fft.rfft2(tiles).astype(np.complex64)
    y, x = np.divmod(np.arange(rows * columns), columns)
    middle = np.array([plane.shape[1] / 2, plane.shape[0] / 2])
    centres = np.stack([(x + 0.5) * side, (y + 0.5) * side], 1) - middle
    return TileSpectra(spectra, centres.astype(np.float32), side)


def correlation_maps(query: TileSpectra, pattern: TileSpectra, parts: int = 1) -> Plane:
    """The correlation of each tile for every shift, as (tile, y, x), in deviations of chance.

    Shifts run from -MAX_SHIFT to MAX_SHIFT pixels, in steps of one pixel by `parts`.
    """
    side = query.side
    cross = query.spectra * pattern.spectra.conj()
    shifts = np.arange(-parts * MAX_SHIFT, parts * MAX_SHIFT + 1) / parts
    # An inverse transform at these shifts only; the highest frequency is left out.
    down, across = np.fft.fftfreq(side, 1 / side), np.arange(side // 2 + 1)
    rows = np.exp(2j * np.pi * np.outer(shifts, down) / side).astype(np.complex64)
    columns = np.exp(2j * np.pi * np.outer(across, shifts) / side).astype(np.complex64)
    columns[1:] *= 2
    columns[-1] = 0
    maps = (rows @ (cross @ columns)).real / side**2
    power = np.sqrt((np.abs(query.spectra) ** 2).mean((1, 2)))
    other = np.sqrt((np.abs(pattern.spectra) ** 2).mean((1, 2)))
    return np.asarray(maps * side / (power * other)[:, None, None], np.float32)


def one_geometry(
    maps: Plane, centres: Plane, factors: Sequence[float], turns: Sequence[float], parts: int
) -> float:
    """The best sum over all tiles for one shift, one factor and one turn (radians).

    In deviations of chance for one place. `parts` is that of the maps.
    """
    middle, best = maps.shape[1] // 2, 0.0
    for factor in factors:
        for turn in turns:
            x = (factor - 1) * centres[:, 0] - turn * centres[:, 1]
            y = (factor - 1) * centres[:, 1] + turn * centres[:, 0]
            dx, dy = np.rint(parts * x).astype(int), np.rint(parts * y).astype(int)
            reach = middle - max(int(abs(dx).max()), int(abs(dy).max()))
            if reach < 0:
                continue
            shifts = np.arange(-reach, reach + 1)
            rows = middle + dy[:, None, None] + shifts[None, :, None]
            columns = middle + dx[:, None, None] + shifts[None, None, :]
            tiles = np.arange(len(maps))[:, None, None]
            best = max(best, float(maps[tiles, rows, columns].sum(0).max()))
    return best / float(np.sqrt(len(maps)))


def tile_by_tile(maps: Plane, reach: int = 4, amplitude: float = 0.7) -> float:
    """The likelihood that every tile matches at a shift of its own, up to `reach` pixels.

    The logarithm of the ratio to chance, if a match stands out by `amplitude` deviations. The maps
    are those in whole pixels.
    """
    middle = maps.shape[1] // 2
    near = maps[:, middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]
    likely = np.exp(np.clip(amplitude * near - amplitude**2 / 2, -30, 30)).mean((1, 2))
    return float(np.log(likely).sum())
