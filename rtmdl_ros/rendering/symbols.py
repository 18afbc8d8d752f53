# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The black symbols of the danger triangles and the vehicles of the round prohibitory signs.

A symbol is a function that draws on a canvas. Triangles leave the space below y = -0.4 and above
y = 0.6, between x = -0.55 and 0.55 at the bottom and -0.2 and 0.2 at the top.
"""

import math
from collections.abc import Callable, Sequence

from rtmdl_ros.rendering.canvas import Canvas, Point, arc
from rtmdl_ros.rendering.picture import Colour

WHITE: Colour = (240, 240, 240)
BLACK: Colour = (26, 24, 24)
RED: Colour = (38, 28, 190)
YELLOW: Colour = (20, 185, 245)
GREEN: Colour = (70, 150, 20)
#: Where people stand.
_GROUND = 0.58

Symbol = Callable[[Canvas], None]


def arrow_head(canvas: Canvas, tip: Point, angle_deg: float, size: float, colour: Colour) -> None:
    """Fill a triangle that points along an angle (0 right, 90 down); size is its length."""
    along = (math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg)))
    back = (tip[0] - size * along[0], tip[1] - size * along[1])
    side = (-0.75 * size * along[1], 0.75 * size * along[0])
    canvas.polygon(
        [tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])],
        colour,
    )


def mirrored(points: Sequence[Point]) -> list[Point]:
    """Return the points mirrored left to right."""
    return [(-x, y) for x, y in points]


def exclamation_mark(canvas: Canvas) -> None:
    """General caution."""
    canvas.polygon([(-0.085, -0.28), (0.085, -0.28), (0.05, 0.22), (-0.05, 0.22)], BLACK, 0.035)
    canvas.disc((0.0, 0.44), 0.105, BLACK)


def priority_cross(canvas: Canvas) -> None:
    """Priority at the next intersection: a broad arrow crossed by a thin bar."""
    canvas.polygon([(-0.11, -0.05), (0.11, -0.05), (0.14, 0.57), (-0.14, 0.57)], BLACK)
    canvas.polygon([(0.0, -0.4), (0.2, -0.02), (-0.2, -0.02)], BLACK)
    canvas.stroke([(-0.34, 0.25), (0.34, 0.25)], BLACK, 0.13)


def _bend(canvas: Canvas, side: int) -> None:
    canvas.stroke(
        [(-0.17 * side, 0.5), (-0.17 * side, 0.3), (-0.1 * side, 0.14), (0.12 * side, 0.06)],
        BLACK,
        0.18,
    )
    arrow_head(canvas, (0.36 * side, 0.02), 0 if side > 0 else 180, 0.3, BLACK)


def bend_left(canvas: Canvas) -> None:
    """Dangerous curve to the left."""
    _bend(canvas, -1)


def bend_right(canvas: Canvas) -> None:
    """Dangerous curve to the right."""
    _bend(canvas, 1)


def double_bend(canvas: Canvas) -> None:
    """Double curve, first to the left."""
    path = [(0.15, 0.53), (0.15, 0.32), (-0.11, 0.17), (-0.11, -0.05)]
    canvas.stroke(path, BLACK, 0.14)
    arrow_head(canvas, (-0.11, -0.32), -90, 0.26, BLACK)


def bumps(canvas: Canvas) -> None:
    """Bumpy road."""
    for x in (-0.25, 0.25):
        canvas.polygon(arc((x, 0.5), 0.24, 0.24, 180, 360), BLACK)
    canvas.polygon([(-0.56, 0.48), (0.56, 0.48), (0.56, 0.57), (-0.56, 0.57)], BLACK)


def narrowing_right(canvas: Canvas) -> None:
    """Road narrows on the right."""
    canvas.stroke([(-0.17, 0.52), (-0.17, -0.12)], BLACK, 0.12)
    canvas.stroke([(0.28, 0.52), (0.28, 0.34), (0.13, 0.12), (0.13, -0.12)], BLACK, 0.14)


def three_lamps(canvas: Canvas) -> None:
    """Traffic signals ahead: the three lamps without a housing, as in Germany."""
    for y, colour in ((-0.13, RED), (0.17, YELLOW), (0.47, GREEN)):
        canvas.disc((0.0, y), 0.155, BLACK)
        canvas.disc((0.0, y), 0.12, colour)


def _walker(canvas: Canvas, x: float, size: float) -> None:
    def at(u: float, v: float) -> Point:
        return (x + u * size, _GROUND - v * size)

    canvas.disc(at(0.02, 0.92), 0.085 * size, BLACK)
    canvas.stroke([at(0.0, 0.74), at(0.0, 0.45)], BLACK, 0.2 * size)
    canvas.stroke([at(0.0, 0.45), at(-0.13, 0.22), at(-0.25, 0.02)], BLACK, 0.11 * size)
    canvas.stroke([at(0.0, 0.45), at(0.14, 0.24), at(0.18, 0.02)], BLACK, 0.11 * size)
    canvas.stroke([at(-0.03, 0.74), at(-0.24, 0.52), at(-0.2, 0.4)], BLACK, 0.08 * size)
    canvas.stroke([at(0.05, 0.74), at(0.22, 0.56), at(0.3, 0.44)], BLACK, 0.08 * size)


def pedestrian(canvas: Canvas) -> None:
    """One walker."""
    _walker(canvas, 0.0, 0.95)


def children(canvas: Canvas) -> None:
    """Two walkers hand in hand."""
    _walker(canvas, -0.17, 0.68)
    _walker(canvas, 0.2, 0.78)


def road_worker(canvas: Canvas) -> None:
    """A worker with a shovel beside a heap."""
    canvas.polygon([(0.06, 0.58), (0.3, 0.3), (0.56, 0.58)], BLACK)
    canvas.disc((-0.1, -0.2), 0.085, BLACK)
    canvas.stroke([(-0.12, -0.02), (-0.2, 0.22)], BLACK, 0.18)
    canvas.stroke([(-0.2, 0.24), (-0.33, 0.54)], BLACK, 0.11)
    canvas.stroke([(-0.18, 0.24), (-0.06, 0.36), (-0.08, 0.54)], BLACK, 0.11)
    canvas.stroke([(-0.08, -0.02), (0.08, 0.12)], BLACK, 0.08)
    canvas.stroke([(-0.2, 0.06), (0.22, 0.28)], BLACK, 0.05)


def bicycle(canvas: Canvas) -> None:
    """A bicycle from the side."""
    left, right = (-0.26, 0.38), (0.26, 0.38)
    for wheel in (left, right):
        canvas.stroke(arc(wheel, 0.18, 0.18, 0, 360), BLACK, 0.06)
    canvas.stroke([left, (-0.12, 0.1), (0.15, 0.08), (-0.02, 0.38), left], BLACK, 0.055)
    canvas.stroke([(-0.02, 0.38), (-0.14, 0.02)], BLACK, 0.055)
    canvas.stroke([(-0.22, 0.0), (-0.07, 0.0)], BLACK, 0.07)
    canvas.stroke([right, (0.12, -0.06), (0.24, -0.1)], BLACK, 0.055)


def snowflake(canvas: Canvas) -> None:
    """Ice or snow."""
    centre = (0.0, 0.22)
    for turn in range(6):
        angle = math.radians(30 + 60 * turn)
        cos, sin = math.cos(angle), math.sin(angle)
        canvas.stroke([centre, (centre[0] + 0.32 * cos, centre[1] + 0.32 * sin)], BLACK, 0.07)
        joint = (centre[0] + 0.2 * cos, centre[1] + 0.2 * sin)
        for fork in (-0.7, 0.7):
            tip = (
                joint[0] + 0.12 * math.cos(angle + fork),
                joint[1] + 0.12 * math.sin(angle + fork),
            )
            canvas.stroke([joint, tip], BLACK, 0.05)


def car_rear(canvas: Canvas, x: float, colour: Colour) -> None:
    """A car seen from behind, 0.5 wide."""
    cabin = [(x - 0.13, -0.16), (x + 0.13, -0.16), (x + 0.2, 0.02), (x - 0.2, 0.02)]
    canvas.polygon(cabin, colour, 0.03)
    canvas.polygon([(x - 0.1, -0.12), (x + 0.1, -0.12), (x + 0.14, 0.0), (x - 0.14, 0.0)], WHITE)
    canvas.polygon(
        [(x - 0.23, 0.02), (x + 0.23, 0.02), (x + 0.23, 0.16), (x - 0.23, 0.16)], colour, 0.03
    )
    for wheel in (x - 0.17, x + 0.17):
        canvas.stroke([(wheel, 0.18), (wheel, 0.24)], colour, 0.1)


def truck_rear(canvas: Canvas, x: float, colour: Colour) -> None:
    """A lorry seen from behind, 0.5 wide."""
    canvas.polygon([(x - 0.24, -0.3), (x + 0.24, -0.3), (x + 0.24, 0.15), (x - 0.24, 0.15)], colour)
    for wheel in (x - 0.17, x + 0.17):
        canvas.stroke([(wheel, 0.18), (wheel, 0.25)], colour, 0.1)


def truck_side(canvas: Canvas) -> None:
    """A lorry from the side, driving to the left."""
    canvas.polygon([(-0.16, -0.28), (0.52, -0.28), (0.52, 0.16), (-0.16, 0.16)], BLACK)
    cab = [(-0.24, -0.16), (-0.42, -0.16), (-0.54, 0.03), (-0.54, 0.2), (-0.24, 0.2)]
    canvas.polygon(cab, BLACK)
    canvas.polygon([(-0.28, -0.11), (-0.39, -0.11), (-0.46, 0.02), (-0.28, 0.02)], WHITE)
    canvas.polygon([(-0.5, 0.14), (0.52, 0.14), (0.52, 0.21), (-0.5, 0.21)], BLACK)
    for wheel in (-0.37, 0.32):
        canvas.disc((wheel, 0.24), 0.1, BLACK)
        canvas.disc((wheel, 0.24), 0.04, WHITE)
