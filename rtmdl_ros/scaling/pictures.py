# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Contact sheets of a network's worst errors, to look at."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.perception.picture_file import write_picture
from rtmdl_ros.scaling.detector_figures import Match
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.workload.detection import Box
from rtmdl_ros.workload.errors import encodable

Image = NDArray[np.uint8]
TILE = 160
CAPTION = 42
TITLE = 44
COLUMNS = 8
ROWS = 5
TRUTH_COLOUR = (0, 220, 0)
FOUND_COLOUR = (255, 0, 255)
WHITE = (255, 255, 255)
#: What each sheet of a detector shows.
_TITLES = {
    'missed': 'labelled, and no answer is left that overlaps by 0.5 (IoU); the largest first',
    'false': 'found, and no label is left that overlaps by 0.5 (IoU); the surest first',
    'confused': 'found where a label is, and called something else; the surest first',
}


def _window(box: Box, image: Image) -> tuple[int, int, int, int]:
    """Return a square around a box, three times its size, inside the image."""
    rows, columns = image.shape[:2]
    side = int(min(max(48.0, 3 * max(box.width, box.height)), rows, columns))
    x = int(np.clip((box.x_min + box.x_max - side) / 2, 0, columns - side))
    y = int(np.clip((box.y_min + box.y_max - side) / 2, 0, rows - side))
    return x, y, x + side, y + side


def _draw(
    tile: Image,
    box: Iterable[float],
    corner: tuple[int, int],
    scale: float,
    colour: tuple[int, int, int],
) -> None:
    """Draw the outline of a box (x_min, y_min, x_max, y_max in the frame) on a part of it."""
    edges = [round((edge - corner[at % 2]) * scale) for at, edge in enumerate(box)]
    cv2.rectangle(tile, (edges[0], edges[1]), (edges[2], edges[3]), colour, 1)


def _captioned(tile: Image, lines: Sequence[str]) -> Image:
    canvas = np.zeros((TILE + CAPTION, TILE, 3), np.uint8)
    canvas[:TILE] = tile
    for number, line in enumerate(lines):
        place = (2, TILE + 11 + 13 * number)
        _write(canvas, line, place, 0.36, WHITE)
    return canvas


def _write(
    canvas: Image, text: str, place: tuple[int, int], size: float, colour: tuple[int, int, int]
) -> None:
    text = encodable(text)  # OpenCV crashes else
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def _match_tile(match: Match, frame: LabelledPicture) -> Image:
    """Return the surroundings of an error: green all labelled boxes, magenta the answer."""
    image = frame.image()
    first = match.truth or match.detection
    assert first is not None
    x0, y0, x1, y1 = _window(first.box, image)
    how = cv2.INTER_AREA if x1 - x0 > TILE else cv2.INTER_CUBIC
    tile = np.asarray(cv2.resize(image[y0:y1, x0:x1], (TILE, TILE), interpolation=how), np.uint8)
    scale = TILE / (x1 - x0)
    for labelled in frame.boxes:
        _draw(tile, (float(edge) for edge in labelled), (x0, y0), scale, TRUTH_COLOUR)
    answer = match.detection
    if answer:
        box = answer.box
        edges = (box.x_min, box.y_min, box.x_max, box.y_max)
        _draw(tile, edges, (x0, y0), scale, FOUND_COLOUR)
    there = f'is {match.truth.class_name}' if match.truth else 'no label left at IoU 0.5'
    said = f'said {answer.class_name} {answer.score:.2f}' if answer else 'no answer left at IoU 0.5'
    return _captioned(tile, (there[:28], said[:28], frame.path.stem[:28]))


def _title(text: str, boxes: bool) -> Image:
    """Return a strip with a title and, where boxes are drawn, what their colours mean."""
    strip = np.zeros((TITLE, COLUMNS * TILE, 3), np.uint8)
    _write(strip, text, (6, 17), 0.5, WHITE)
    if boxes:
        _write(strip, 'green: labelled', (6, 36), 0.45, TRUTH_COLOUR)
        _write(strip, 'magenta: what the network found', (130, 36), 0.45, FOUND_COLOUR)
    return strip


def _save(tiles: Sequence[Image], path: Path, title: str, *, boxes: bool = True) -> None:
    """Write the tiles as one PNG under a title; nothing where there are none."""
    path.unlink(missing_ok=True)
    if not tiles:
        return
    blank = np.zeros((TILE + CAPTION, TILE, 3), np.uint8)
    padded = [*tiles, *[blank] * (-len(tiles) % COLUMNS)]
    rows = [np.hstack(padded[at : at + COLUMNS]) for at in range(0, len(padded), COLUMNS)]
    try:
        write_picture(path, np.vstack([_title(title, boxes), *rows]))
    except OSError as error:
        problem = f'cannot be written ({error.strerror})'
        raise DataError(path, problem, 'give --out a folder that can') from error


def save_error_sheets(
    matches: Sequence[Match], frames: Sequence[LabelledPicture], folder: Path, name: str
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
        tiles = [_match_tile(m, frames[m.frame]) for m in worst]
        _save(tiles, folder / f'{name}_{kind}.png', f'{name}: {_TITLES[kind]}')


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
    _save(tiles, path, f'{path.stem}: signs called something else; the surest first', boxes=False)
