# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The one schema of all parameters: names, types, ranges, units, defaults, descriptions.

The records below are the schema. The node declares its ROS parameters from them, the checks
below refuse wrong values by name, and offline tools build the same records from the same file.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from rtmdl_ros.workload.image_kind import LARGEST_SIDE, SMALLEST_SIDE, USUAL_IMAGES, ImageKind
from rtmdl_ros.workload.priorities import PRIORITY_LIMIT

#: How the names begin that rclpy or ROS itself sets, no business of the schema.
FOREIGN = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')

#: From this likeness on two names are one that is misspelt, 0 to 1.
_SAME_NAME = 0.9

Value = bool | int | float | str | tuple[str, ...]


class ParameterError(ValueError):
    """A parameter that does not exist or whose value cannot be used; the text names it."""


@dataclass(frozen=True)
class Rules:
    """What a parameter may hold and what it means."""

    description: str
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    #: False where a change needs a new configure.
    dynamic: bool = False


def _parameter(default: Value, description: str, **rules: Any) -> Any:
    return field(default=default, metadata={'schema': (default, Rules(description, **rules))})


@dataclass(frozen=True)
class NodeParameters:
    """Parameters of the node as a whole."""

    cameras: tuple[str, ...] = _parameter(
        ('front',), 'Names of the cameras; camera c is read from ~/input/c/image.'
    )
    tasks: tuple[str, ...] = _parameter(
        ('traffic_light', 'traffic_sign'), 'Names of the tasks; parameters of task t begin with t.'
    )
    autostart: bool = _parameter(
        True, 'Configure and activate at start; false leaves that to a lifecycle manager.'
    )
    policy: str = _parameter(
        'fixed_priority',
        'Order in which ready stages are served.',
        choices=('fixed_priority', 'edf', 'fifo'),
    )
    cpu_workers: int = _parameter(
        1, 'Threads for pre- and postprocessing.', minimum=1, maximum=16
    )
    lanes: int = _parameter(
        2, 'Threads for inference, one network stage at a time each.', minimum=1, maximum=16
    )
    packing: str = _parameter(
        'guarded',
        'guarded: a stage starts only where no more urgent job misses its deadline through it; '
        'greedy: it takes a free thread at once.',
        choices=('guarded', 'greedy'),
    )
    device: str = _parameter(
        'auto',
        'What the networks run on: cpu, cuda, or cuda:1 and so on where there are several GPUs; '
        'auto: the first GPU that can be used, else the processor.',
    )
    precision: str = _parameter(
        'half',
        'half: networks on a GPU compute in half precision where that hardly changes their '
        'answers; single: never.',
        choices=('half', 'single'),
    )
    onnx_providers: tuple[str, ...] = _parameter(
        ('cpu',),
        'Execution providers of ONNX Runtime, the preferred first; with tensorrt or cuda it runs '
        'networks on the GPU, in place of CUDA graphs.',
        choices=('tensorrt', 'cuda', 'cpu'),
    )
    cpu_cores: str = _parameter(
        '', 'Cores of the CPU workers, as "0-1,3"; empty: any. As many as workers: one each.'
    )
    lane_cores: str = _parameter(
        '', 'Cores of the lanes, as "0-1,3"; empty: any. As many as lanes: one each.'
    )
    fifo_priority: int = _parameter(
        0, 'Priority of the lanes under SCHED_FIFO, CPU workers one above; 0: usual time sharing.',
        minimum=0, maximum=98,
    )  # fmt: skip
    lock_memory: bool = _parameter(
        False, 'Keep the memory of the node from being paged out (mlockall).'
    )
    zoo_dir: str = _parameter('', 'Folder with the networks; empty: the ones shipped.')
    cache_dir: str = _parameter(
        '',
        'Folder for exported networks, profiles, plans, TensorRT engines and traces; empty: '
        'rtmdl_ros in the cache folder of the user.',
    )
    profile_file: str = _parameter(
        '', 'Profile of this device; empty: one is made at the first start and kept in cache_dir.'
    )
    plan_file: str = _parameter('', 'Plan to follow; empty: one is made at start.')
    choice: str = _parameter(
        'run_time',
        'run_time: each job takes the variant that promises most, by accuracy and the chance to be '
        "on time; planned: always the plan's.",
        choices=('run_time', 'planned'),
    )
    admission: str = _parameter(
        'refuse',
        'refuse: a deadline is not tightened, a task not enabled where tasks would break their '
        'miss limits; warn: it is, and the log says so.',
        choices=('refuse', 'warn'), dynamic=True,
    )  # fmt: skip
    memory_mb: float = _parameter(
        0.0, 'Memory in MB that all networks may take; 0: no bound.', minimum=0.0, maximum=1e6
    )
    trace_file: str = _parameter(
        '',
        'Write a Chrome trace of the last jobs here when deactivated; empty: none. The service '
        '~/dump_trace writes it here, too, or into cache_dir.',
    )
    window_s: float = _parameter(
        10.0, 'Span in s over which rates, miss ratios and response times are reported.',
        minimum=1.0, maximum=600.0,
    )  # fmt: skip
    status_period_s: float = _parameter(
        0.5, 'Time in s between two messages on ~/status.',
        minimum=0.05, maximum=1.0, dynamic=True,
    )  # fmt: skip
    debug_rate_hz: float = _parameter(
        5.0, 'Most pictures a second on ~/debug_image, drawn only while somebody looks.',
        minimum=0.1, maximum=60.0, dynamic=True,
    )  # fmt: skip
    camera_timeout_s: float = _parameter(
        1.0, 'A camera without a frame for this many s is reported.', minimum=0.1, maximum=60.0
    )
    hang_limit_s: float = _parameter(
        5.0, 'A stage that takes longer than this many s fails its job; its thread is replaced.',
        minimum=0.1, maximum=600.0,
    )  # fmt: skip
    warn_miss_ratio: float = _parameter(
        0.05, 'Miss ratio in the window from which diagnostics warn.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    error_miss_ratio: float = _parameter(
        0.5, 'Miss ratio in the window from which diagnostics report an error.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip


@dataclass(frozen=True)
class CameraParameters:
    """Parameters of one camera, named <camera>.<parameter>."""

    transport: str = _parameter(
        'raw',
        'raw: sensor_msgs/Image on image; compressed: CompressedImage on image/compressed.',
        choices=('raw', 'compressed'),
    )
    width: int = _parameter(
        USUAL_IMAGES.width, 'Width of its images in pixels: stages are measured with such.',
        minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE,
    )  # fmt: skip
    height: int = _parameter(
        USUAL_IMAGES.height, 'Height of its images in pixels.',
        minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE,
    )  # fmt: skip

    @property
    def images(self) -> ImageKind:
        """What its images are like."""
        return ImageKind(self.width, self.height, self.transport == 'compressed')


@dataclass(frozen=True)
class TaskParameters:
    """Parameters of one task, named <task>.<parameter>."""

    function: str = _parameter(
        '',
        'What the task computes: traffic_light, traffic_sign, the dotted name of a class of your '
        'own, or its entry point; empty: the function with the name of the task.',
    )
    camera: str = _parameter('', 'Camera the task looks at; empty: the first of cameras.')
    enabled: bool = _parameter(
        True,
        'false: the task rests, its networks stay loaded; the service ~/<task>/enable sets it too.',
        dynamic=True,
    )
    period_ms: float = _parameter(
        33.3, 'Expected time in ms between two frames.',
        minimum=1.0, maximum=60_000.0, dynamic=True,
    )  # fmt: skip
    deadline_ms: float = _parameter(
        33.3, 'Time in ms from arrival of a frame until its detections must be out.',
        minimum=1.0, maximum=60_000.0, dynamic=True,
    )  # fmt: skip
    priority: int = _parameter(
        0, 'Under fixed_priority: above 0 before all planned ones, below 0 after; 0: as planned.',
        minimum=-PRIORITY_LIMIT, maximum=PRIORITY_LIMIT, dynamic=True,
    )  # fmt: skip
    weight: float = _parameter(
        1.0, 'How much the accuracy of the task counts beside that of others.',
        minimum=0.001, maximum=1000.0, dynamic=True,
    )  # fmt: skip
    accuracy_floor: float = _parameter(
        0.0, 'No variant with a smaller share of right answers than this is used.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    miss_limit: float = _parameter(
        0.05, 'Miss ratio that a plan may give the task.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    late: str = _parameter(
        'discard',
        'discard: drop a job that can no longer meet its deadline; run: finish it all the same.',
        choices=('discard', 'run'), dynamic=True,
    )  # fmt: skip
    segments: int = _parameter(
        0,
        'Segments the detector runs in, a more urgent task may go first between two; 1: whole; '
        '0: chosen by the time it takes.',
        minimum=0, maximum=8,
    )  # fmt: skip
    score_threshold: float = _parameter(
        0.0,
        'Least score of a detection, of signs before they are named; 0: the threshold calibrated '
        'with the network.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip


@dataclass(frozen=True)
class ImageParameters:
    """Parameters of every camera node of this package."""

    frame_id: str = _parameter(
        'camera_optical_frame', 'Frame id of the headers (REP-103: an optical frame).'
    )
    prefetch: int = _parameter(
        8, 'Frames prepared ahead of their time.', minimum=1, maximum=120
    )
    jpeg_quality: int = _parameter(
        85, 'Quality of the compressed images.', minimum=1, maximum=100
    )


@dataclass(frozen=True)
class CameraSimParameters(ImageParameters):
    """Parameters of the simulated camera."""

    seed: int = _parameter(
        1, 'Number of the track: hall, signs, lights, drive.', minimum=0, maximum=2**31 - 1
    )
    width: int = _parameter(
        640, 'Width of the images in pixels.', minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE
    )
    height: int = _parameter(
        480, 'Height of the images in pixels.', minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE
    )
    rate_hz: float = _parameter(30.0, 'Frames a second.', minimum=0.1, maximum=240.0)
    duration_s: float = _parameter(
        0.0, 'End after this time in s; 0: never.', minimum=0.0, maximum=86_400.0
    )


@dataclass(frozen=True)
class VideoSourceParameters(ImageParameters):
    """Parameters of the camera that shows own footage."""

    source: str = _parameter(
        '', 'What to publish: a video file, a folder of pictures or the number of a webcam.'
    )
    rate_hz: float = _parameter(
        0.0, 'Frames a second; 0: those of the video, 10 for pictures, what a webcam gives.',
        minimum=0.0, maximum=240.0,
    )  # fmt: skip
    loop: bool = _parameter(False, 'Begin again at the end of a video or of the pictures.')
    max_width: int = _parameter(
        0, 'Wider images are narrowed to this many pixels, heights follow; 0: none is.',
        minimum=0, maximum=8192,
    )  # fmt: skip


Parameters = (
    NodeParameters | CameraParameters | TaskParameters | CameraSimParameters | VideoSourceParameters
)
Record = TypeVar(
    'Record',
    NodeParameters,
    CameraParameters,
    TaskParameters,
    CameraSimParameters,
    VideoSourceParameters,
)


def rules_of(record: type[Parameters]) -> dict[str, tuple[Value, Rules]]:
    """Return default and rules of every parameter of a record, by name."""
    return {f.name: f.metadata['schema'] for f in fields(record)}


#: What values of a type are called where another one was given.
_WORDS = {
    bool: 'true or false',
    int: 'a whole number, without a point or quotes',
    float: 'a number, without quotes',
    str: 'a text',
}


def checked(name: str, value: object, default: Value, rules: Rules) -> Value:
    """Return the value in the type of the default.

    Whole numbers are taken where fractions are expected, lists where tuples are.

    Raises ParameterError, naming the parameter and what it may hold.
    """
    if isinstance(default, tuple):
        return _checked_names(name, value, rules)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        _refuse_outside(name, value, rules)  # before: it may be too large for any float
        value = float(value)
    if type(value) is not type(default):
        # A shell eats the outer quotes, and YAML takes a bare number for one.
        quotes = f"; write '{value}' in a file, \"'{value}'\" after -p"
        quoted = quotes if isinstance(default, str) and type(value) in (int, float) else ''
        raise ParameterError(f'{name} is {value!r}; it must be {_WORDS[type(default)]}{quoted}')
    if isinstance(value, (int, float)):
        _refuse_outside(name, value, rules)
    if rules.choices and value not in rules.choices:
        choices = ', '.join(repr(choice) for choice in rules.choices)
        raise ParameterError(f'{name} is {value!r}; it must be one of {choices}')
    return value


def _refuse_outside(name: str, value: float, rules: Rules) -> None:
    if not rules.minimum <= value <= rules.maximum:
        raise ParameterError(
            f'{name} is {value}; it must be from {rules.minimum:g} to {rules.maximum:g}'
        )


def _checked_names(name: str, value: object, rules: Rules) -> tuple[str, ...]:
    if value in (None, [], ()):  # ROS takes an empty list for nothing
        raise ParameterError(f'{name} is empty; name at least one')
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise ParameterError(f'{name} is {value!r}; it must be a list of names')
    for entry in value:
        if not (entry.isidentifier() and entry.isascii()):
            raise ParameterError(
                f'{name} holds {entry!r}; names are letters (a to z), digits and _, not first a '
                'digit'
            )
        if rules.choices and entry not in rules.choices:
            choices = ', '.join(repr(choice) for choice in rules.choices)
            raise ParameterError(f'{name} holds {entry!r}; give some of {choices}')
    if len(set(value)) < len(value):
        raise ParameterError(f'{name} is {list(value)}; a name stands there twice')
    return tuple(value)


def record_of(record: type[Record], values: Mapping[str, object], prefix: str = '') -> Record:
    """Build a record from values by full name (with prefix); defaults fill what is absent.

    Raises ParameterError for a value that cannot be used.
    """
    fields_of_record: dict[str, Any] = {
        name: checked(prefix + name, values.get(prefix + name, default), default, rules)
        for name, (default, rules) in rules_of(record).items()
    }
    return record(**fields_of_record)


def all_names(cameras: Iterable[str], tasks: Iterable[str]) -> tuple[str, ...]:
    """Return the full names of all parameters of a node with these cameras and tasks."""
    return (
        *rules_of(NodeParameters),
        *(f'{camera}.{name}' for camera in cameras for name in rules_of(CameraParameters)),
        *(f'{task}.{name}' for task in tasks for name in rules_of(TaskParameters)),
    )


def refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ParameterError for the first name that is not known, with the nearest one that is."""
    known = tuple(known)
    for name in names:
        if name not in known:
            whole = [each for each in known if each.endswith(f'.{name}')]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f'; did you mean {near[0]}?' if near else ''
            hint = f'; write whose it is: {" or ".join(whole)}' if whole else hint
            hint = _of_nobody(name, known) or hint
            raise ParameterError(f'there is no parameter {name}{hint}')


def _of_nobody(name: str, known: Iterable[str]) -> str:
    """Return what to do about a field of a task or camera that there is not; '' for others."""
    owner, _, field_name = name.partition('.')
    others = {whose for whose, _, own in (each.partition('.') for each in known) if own}
    fields_known = {each.partition('.')[2] for each in known}
    is_misspelt = difflib.get_close_matches(owner, others, n=1, cutoff=_SAME_NAME)
    if not field_name or field_name not in fields_known or owner in others or is_misspelt:
        return ''
    return (
        f', as {owner} is neither in tasks nor in cameras: add it there, or remove what begins '
        f'with {owner}'
    )
