# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""German traffic signs of the GTSRB classes, drawn from shapes and text.

Proportions follow the signs of the German road traffic regulations (StVO, Anlage 1 to 3) as they
look in GTSRB.
"""

import math
from functools import lru_cache

from rtmdl_ros.rendering import symbols
from rtmdl_ros.rendering.canvas import MASTER_SIZE, Canvas, Point, arc
from rtmdl_ros.rendering.glyphs import draw_text
from rtmdl_ros.rendering.picture import Colour, Image, RenderingError, resized
from rtmdl_ros.rendering.symbols import BLACK, RED, WHITE, YELLOW, arrow_head, mirrored
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS

BLUE: Colour = (172, 88, 18)
GREY: Colour = (80, 80, 80)

_SPEEDS = {f'speed_limit_{speed}': str(speed) for speed in (20, 30, 50, 60, 70, 80, 100, 120)}

_DANGERS: dict[str, symbols.Symbol] = {
    'priority_at_next_intersection': symbols.priority_cross,
    'general_caution': symbols.exclamation_mark,
    'dangerous_curve_left': symbols.bend_left,
    'dangerous_curve_right': symbols.bend_right,
    'double_curve': symbols.double_bend,
    'bumpy_road': symbols.bumps,
    'road_narrows_right': symbols.narrowing_right,
    'road_work': symbols.road_worker,
    'traffic_signals': symbols.three_lamps,
    'pedestrians': symbols.pedestrian,
    'children_crossing': symbols.children,
    'bicycles_crossing': symbols.bicycle,
    'beware_ice_snow': symbols.snowflake,
}

_ENDS = ('end_of_speed_limit_80', 'end_all_limits', 'end_no_passing', 'end_no_passing_trucks')
_PROHIBITIONS = ('no_passing', 'no_passing_trucks', 'no_vehicles', 'no_trucks')
_MANDATORY = (
    'turn_right_ahead',
    'turn_left_ahead',
    'ahead_only',
    'go_straight_or_right',
    'go_straight_or_left',
    'keep_right',
    'keep_left',
    'roundabout_mandatory',
)
_SINGLES = ('priority_road', 'yield', 'stop', 'no_entry')

_DRAWN = {*_SPEEDS, *_DANGERS, *_ENDS, *_PROHIBITIONS, *_MANDATORY, *_SINGLES}

#: The classes that can be drawn, in GTSRB order.
SIGN_CLASSES: tuple[str, ...] = tuple(name for name in TRAFFIC_SIGNS if name in _DRAWN)

_OTHERS = {'priority_road', 'yield', 'stop', 'no_entry', *_ENDS}


def sign_family(class_name: str) -> str:
    """Return the shape family of a GTSRB class, as GTSDB defines them (see workload.classes)."""
    if class_name in _DANGERS or class_name in ('slippery_road', 'wild_animals'):
        return 'danger'
    if class_name in _MANDATORY:
        return 'mandatory'
    return 'other' if class_name in _OTHERS else 'prohibitory'


@lru_cache(maxsize=512)
def sign_template(class_name: str, size: int) -> Image:
    """Return one sign, seen from the front, as a read-only BGRA picture (size, size, 4).

    The plate touches the picture's edges at least from left to right. size is 8 to 512 pixels.
    Raises RenderingError for a class not in SIGN_CLASSES or another size.
    """
    if class_name not in _DRAWN:
        raise RenderingError(f'sign class {class_name!r}: give one of SIGN_CLASSES')
    if not 8 <= size <= MASTER_SIZE:
        raise RenderingError(f'sign size {size}: give a number of pixels from 8 to {MASTER_SIZE}')
    image = resized(_master(class_name), size, size)
    image.flags.writeable = False
    return image


@lru_cache(maxsize=len(_DRAWN))
def _master(class_name: str) -> Image:
    canvas = Canvas(BLACK if class_name in _ENDS else WHITE)
    if class_name in _DANGERS:
        _triangle(canvas, 1)
        _DANGERS[class_name](canvas)
    elif class_name in _SPEEDS:
        _ring(canvas)
        _speed(canvas, _SPEEDS[class_name], BLACK)
    elif class_name in _MANDATORY:
        canvas.disc((0.0, 0.0), 1.0, WHITE)
        canvas.disc((0.0, 0.0), 0.95, BLUE)
        _mandatory(canvas, class_name)
    elif class_name in _ENDS:
        _end_of(canvas, class_name)
    elif class_name in _PROHIBITIONS:
        _ring(canvas)
        _prohibition(canvas, class_name)
    else:
        _single(canvas, class_name)
    return canvas.image


def _ring(canvas: Canvas) -> None:
    canvas.disc((0.0, 0.0), 1.0, WHITE)
    canvas.disc((0.0, 0.0), 0.975, RED)
    canvas.disc((0.0, 0.0), 0.78, WHITE)


def _speed(canvas: Canvas, text: str, colour: Colour) -> None:
    if len(text) == 2:
        draw_text(canvas, text, (0.0, 0.0), 0.88, colour, stretch=1.08)
    else:
        draw_text(canvas, text, (0.0, 0.0), 0.82, colour, stretch=0.76, thickness=0.14)


def _triangle(canvas: Canvas, up: int) -> None:
    """Draw the red-bordered triangle, point up (1) or down (-1)."""

    def corners(scale: float) -> list[Point]:
        middle = 0.26
        raw = [(0.0, -0.78), (0.9, 0.78), (-0.9, 0.78)]
        return [(x * scale, up * (middle + (y - middle) * scale)) for x, y in raw]

    canvas.polygon(corners(1.0), WHITE, 0.1)
    canvas.polygon(corners(1.0), RED, 0.075)
    canvas.polygon(corners(0.745), WHITE, 0.03)


def _prohibition(canvas: Canvas, class_name: str) -> None:
    if class_name == 'no_passing':
        symbols.car_rear(canvas, -0.32, RED)
        symbols.car_rear(canvas, 0.34, BLACK)
    elif class_name == 'no_passing_trucks':
        symbols.truck_rear(canvas, -0.32, RED)
        symbols.car_rear(canvas, 0.34, BLACK)
    elif class_name == 'no_trucks':
        symbols.truck_side(canvas)


def _end_of(canvas: Canvas, class_name: str) -> None:
    canvas.disc((0.0, 0.0), 1.0, BLACK)
    canvas.disc((0.0, 0.0), 0.95, WHITE)
    if class_name == 'end_of_speed_limit_80':
        _speed(canvas, '80', GREY)
    elif class_name == 'end_no_passing':
        symbols.car_rear(canvas, -0.32, GREY)
        symbols.car_rear(canvas, 0.34, GREY)
    elif class_name == 'end_no_passing_trucks':
        symbols.truck_rear(canvas, -0.32, GREY)
        symbols.car_rear(canvas, 0.34, GREY)
    # Over a symbol the five lines stand closer, as on the real signs.
    step, thickness = (0.13, 0.075) if class_name == 'end_all_limits' else (0.09, 0.045)
    for offset in (-2 * step, -step, 0.0, step, 2 * step):
        # Ends lie on the black rim whatever the offset.
        reach = math.sqrt(0.95**2 - (offset / math.sqrt(2)) ** 2) / math.sqrt(2)
        middle = offset / 2
        ends = [(middle + reach, middle - reach), (middle - reach, middle + reach)]
        canvas.stroke(ends, BLACK, thickness)


def _single(canvas: Canvas, class_name: str) -> None:
    if class_name == 'priority_road':
        diamond = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)]
        for scale, colour in ((0.9, BLACK), (0.86, WHITE), (0.5, BLACK), (0.47, YELLOW)):
            canvas.polygon([(x * scale, y * scale) for x, y in diamond], colour, 0.08)
    elif class_name == 'yield':
        _triangle(canvas, -1)
    elif class_name == 'stop':
        for scale, colour in ((1.08, WHITE), (1.02, RED)):
            angles = [math.radians(22.5 + 45 * corner) for corner in range(8)]
            canvas.polygon([(scale * math.cos(a), scale * math.sin(a)) for a in angles], colour)
        draw_text(canvas, 'STOP', (0.0, 0.0), 0.68, WHITE, stretch=0.82, thickness=0.17)
    else:
        canvas.disc((0.0, 0.0), 1.0, WHITE)
        canvas.disc((0.0, 0.0), 0.96, RED)
        canvas.polygon([(-0.75, -0.17), (0.75, -0.17), (0.75, 0.17), (-0.75, 0.17)], WHITE)


def _mandatory(canvas: Canvas, class_name: str) -> None:
    if class_name in ('turn_right_ahead', 'turn_left_ahead'):
        _turn(canvas, class_name == 'turn_left_ahead')
    elif class_name in ('go_straight_or_right', 'go_straight_or_left'):
        _straight_or_turn(canvas, class_name == 'go_straight_or_left')
    elif class_name in ('keep_right', 'keep_left'):
        side = 1 if class_name == 'keep_right' else -1
        canvas.stroke([(-0.48 * side, -0.48), (0.25 * side, 0.25)], WHITE, 0.24)
        barb = [(0.58, -0.1), (0.58, 0.58), (-0.1, 0.58), (0.1, 0.38), (0.38, 0.1)]
        canvas.polygon([(x * side, y) for x, y in barb], WHITE)
    elif class_name == 'ahead_only':
        canvas.polygon([(-0.13, -0.2), (0.13, -0.2), (0.13, 0.72), (-0.13, 0.72)], WHITE)
        head = [
            (0.0, -0.8),
            (0.46, -0.3),
            (0.46, -0.08),
            (0.0, -0.5),
            (-0.46, -0.08),
            (-0.46, -0.3),
        ]
        canvas.polygon(head, WHITE)
        canvas.polygon([(-0.13, -0.6), (0.13, -0.6), (0.13, 0.0), (-0.13, 0.0)], WHITE)
    else:
        for start in (-50, 70, 190):
            canvas.stroke(arc((0.0, 0.0), 0.52, 0.52, start, start + 55), WHITE, 0.17)
            tip_angle = math.radians(start + 2)
            tip = (0.52 * math.cos(tip_angle), 0.52 * math.sin(tip_angle))
            along = (math.sin(tip_angle), -math.cos(tip_angle))
            ahead = (tip[0] + 0.28 * along[0], tip[1] + 0.28 * along[1])
            arrow_head(canvas, ahead, start + 2 - 90 + 8, 0.34, WHITE)


def _turn(canvas: Canvas, left: bool) -> None:
    path = [(-0.33, 0.68), (-0.33, 0.1), *arc((-0.05, 0.1), 0.28, 0.28, 180, 270), (0.3, -0.18)]
    head = [(0.2, -0.56), (0.4, -0.56), (0.74, -0.18), (0.4, 0.2), (0.2, 0.2), (0.5, -0.18)]
    canvas.stroke(mirrored(path) if left else path, WHITE, 0.2)
    canvas.polygon(mirrored(head) if left else head, WHITE)
    shaft = [(0.2, -0.28), (0.56, -0.28), (0.56, -0.08), (0.2, -0.08)]
    canvas.polygon(mirrored(shaft) if left else shaft, WHITE)


def _straight_or_turn(canvas: Canvas, left: bool) -> None:
    lines = [[(-0.2, 0.7), (-0.2, -0.6)], [(-0.2, 0.22), (0.56, 0.22)]]
    heads = [
        [(-0.2, -0.8), (0.1, -0.45), (0.1, -0.25), (-0.2, -0.55), (-0.5, -0.25), (-0.5, -0.45)],
        [(0.74, 0.22), (0.42, -0.08), (0.24, -0.08), (0.5, 0.22), (0.24, 0.52), (0.42, 0.52)],
    ]
    for line in lines:
        canvas.stroke(mirrored(line) if left else line, WHITE, 0.19)
    for head in heads:
        canvas.polygon(mirrored(head) if left else head, WHITE)
