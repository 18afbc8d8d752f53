# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Contact sheets of a network's worst errors, to look at."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.detector_figures import Match
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import Frame
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.workload.detection import Box, Detection

Image = NDArray[np.uint8]
TILE = 160
CAPTION = 42
COLUMNS = 8
ROWS = 5
TRUTH_COLOUR = (0, 220, 0)
FOUND_COLOUR = (255, 0, 255)


def _window(box: Box, image: Image) -> tuple[int, int, int, int]:
    """Return a square around a box, three times its size, inside the image."""
    rows, columns = image.shape[:2]
    side = int(min(max(48.0, 3 * max(box.width, box.height)), rows, columns))
    x = int(np.clip((box.x_min + box.x_max - side) / 2, 0, columns - side))
    y = int(np.clip((box.y_min + box.y_max - side) / 2, 0, rows - side))
    return x, y, x + side, y + side


def _draw(
    tile: Image, found: Detection, corner: tuple[int, int], scale: float, truth: bool
) -> None:
    box = found.box
    edges = [
        round((edge - corner[at % 2]) * scale)
        for at, edge in enumerate((box.x_min, box.y_min, box.x_max, box.y_max))
    ]
    colour = TRUTH_COLOUR if truth else FOUND_COLOUR
    cv2.rectangle(tile, (edges[0], edges[1]), (edges[2], edges[3]), colour, 1)


def _captioned(tile: Image, lines: Sequence[str]) -> Image:
    canvas = np.zeros((TILE + CAPTION, TILE, 3), np.uint8)
    canvas[:TILE] = tile
    for number, line in enumerate(lines):
        place = (2, TILE + 11 + 13 * number)
        cv2.putText(canvas, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 255), 1)
    return canvas


def _match_tile(match: Match, frame: Frame) -> Image:
    """Return the surroundings of an error with its boxes: green truth, magenta found."""
    image = frame.image()
    first = match.truth or match.detection
    assert first is not None
    x0, y0, x1, y1 = _window(first.box, image)
    how = cv2.INTER_AREA if x1 - x0 > TILE else cv2.INTER_CUBIC
    tile = np.asarray(cv2.resize(image[y0:y1, x0:x1], (TILE, TILE), interpolation=how), np.uint8)
    for found, truth in ((match.truth, True), (match.detection, False)):
        if found is not None:
            _draw(tile, found, (x0, y0), TILE / (x1 - x0), truth)
    there = f'is {match.truth.class_name}' if match.truth else 'is nothing'
    answer = match.detection
    said = f'said {answer.class_name} {answer.score:.2f}' if answer else 'missed'
    return _captioned(tile, (there[:28], said[:28], frame.path.stem[:28]))


def _save(tiles: Sequence[Image], path: Path) -> None:
    """Write the tiles as one PNG; nothing where there are none."""
    path.unlink(missing_ok=True)
    if not tiles:
        return
    blank = np.zeros((TILE + CAPTION, TILE, 3), np.uint8)
    padded = [*tiles, *[blank] * (-len(tiles) % COLUMNS)]
    rows = [np.hstack(padded[at : at + COLUMNS]) for at in range(0, len(padded), COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), np.vstack(rows)):
        raise DataError(path, 'cannot be written', 'give --out a folder that can')


def save_error_sheets(
    matches: Sequence[Match], frames: Sequence[Frame], folder: Path, name: str
) -> None:
    """Write NAME_missed.png, NAME_false.png and NAME_confused.png, the worst first."""

    def certainty(match: Match) -> float:
        return match.detection.score if match.detection else 0.0

    def area(match: Match) -> float:
        return match.truth.box.area if match.truth else 0.0

    missed = sorted((m for m in matches if m.detection is None), key=area, reverse=True)
    wrong = sorted((m for m in matches if not m.right), key=certainty, reverse=True)
    sheets = {
        'missed': missed,
        'false': [m for m in wrong if m.detection and m.truth is None],
        'confused': [m for m in wrong if m.detection and m.truth],
    }
    for kind, chosen in sheets.items():
        worst = chosen[: COLUMNS * ROWS]
        _save([_match_tile(m, frames[m.frame]) for m in worst], folder / f'{name}_{kind}.png')


def save_confused_crops(
    crops: Crops, rows: NDArray[np.float32], classes: Sequence[str], path: Path
) -> None:
    """Write the wrongly named crops, the most certain errors first; rows is (N, K)."""
    said = rows.argmax(axis=1)
    wrong = np.flatnonzero(said != crops.labels)
    worst = wrong[np.argsort(-rows[wrong, said[wrong]])][: COLUMNS * ROWS]
    tiles = []
    for at in worst:
        image = cv2.resize(crops.images[at], (TILE, TILE), interpolation=cv2.INTER_CUBIC)
        answer = f'{rows[at, said[at]]:.2f} {classes[said[at]]}'
        truth = f'is {classes[crops.labels[at]]}'
        tiles.append(_captioned(np.asarray(image, np.uint8), (truth[:28], answer[:28])))
    _save(tiles, path)
