# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The one schema of all parameters: names, types, ranges, units, defaults, descriptions.

The records below are the schema. The node declares its ROS parameters from them, the checks of
`parameter_rules` refuse wrong values by name, and offline tools build the same records from the
same file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rtmdl_ros.workload.image_kind import LARGEST_SIDE, SMALLEST_SIDE, USUAL_IMAGES, ImageKind
from rtmdl_ros.workload.parameter_rules import ParameterRecord, parameter, rules_of
from rtmdl_ros.workload.priorities import PRIORITY_LIMIT
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy

#: How the names begin that rclpy or ROS itself sets, no business of the schema.
FOREIGN = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')


@dataclass(frozen=True)
class NodeParameters(ParameterRecord):
    """Parameters of the node as a whole."""

    cameras: tuple[str, ...] = parameter(
        ('front',), 'Names of the cameras; camera c is read from ~/input/c/image.'
    )
    tasks: tuple[str, ...] = parameter(
        ('traffic_light', 'traffic_sign'), 'Names of the tasks; parameters of task t begin with t.'
    )
    autostart: bool = parameter(
        True, 'Configure and activate at start; false leaves that to a lifecycle manager.'
    )
    policy: str = parameter(
        'fixed_priority',
        'Order in which ready stages are served.',
        choices=tuple(policy.value for policy in Policy),
    )
    cpu_workers: int = parameter(
        1, 'Threads for pre- and postprocessing.', minimum=1, maximum=16
    )
    lanes: int = parameter(
        2, 'Threads for inference, one network stage at a time each.', minimum=1, maximum=16
    )
    packing: str = parameter(
        'guarded',
        'guarded: a stage starts only where no more urgent job misses its deadline through it; '
        'greedy: it takes a free thread at once.',
        choices=tuple(packing.value for packing in Packing),
    )
    device: str = parameter(
        'auto',
        'What the networks run on: cpu, cuda, or cuda:1 and so on where there are several GPUs; '
        'auto: the first GPU that can be used, else the processor.',
    )
    precision: str = parameter(
        'half',
        'half: networks on a GPU compute in half precision where that hardly changes their '
        'answers; single: never.',
        choices=('half', 'single'),
    )
    onnx_providers: tuple[str, ...] = parameter(
        ('cpu',),
        'Execution providers of ONNX Runtime, the preferred first; with tensorrt or cuda it runs '
        'networks on the GPU, in place of CUDA graphs.',
        choices=('tensorrt', 'cuda', 'cpu'),
    )
    cpu_cores: str = parameter(
        '',
        'Cores of the CPU workers, as "0-1,3"; empty: any. With a core for each, each has its own.',
    )
    lane_cores: str = parameter(
        '', 'Cores of the lanes, as "0-1,3"; empty: any. With a core for each, each has its own.'
    )
    fifo_priority: int = parameter(
        0, 'Priority of the lanes under SCHED_FIFO, CPU workers one above; 0: usual time sharing.',
        minimum=0, maximum=98,
    )  # fmt: skip
    lock_memory: bool = parameter(
        False, 'Keep the memory of the node from being paged out (mlockall).'
    )
    zoo_dir: str = parameter('', 'Folder with the networks; empty: the ones shipped.')
    cache_dir: str = parameter(
        '',
        'Folder for exported networks, profiles, plans, TensorRT engines and traces; empty: '
        'rtmdl_ros in the cache folder of the user.',
    )
    profile_file: str = parameter(
        '', 'Profile of this device; empty: one is made at the first start and kept in cache_dir.'
    )
    plan_file: str = parameter('', 'Plan to follow; empty: one is made at start.')
    choice: str = parameter(
        'run_time',
        'run_time: each job takes the variant that promises most, by accuracy and the chance to be '
        "on time; planned: always the plan's.",
        choices=('run_time', 'planned'),
    )
    admission: str = parameter(
        'refuse',
        'refuse: a deadline is not tightened, a task not enabled where tasks would break their '
        'miss limits; warn: both are done, and the log tells whose limits break.',
        choices=('refuse', 'warn'), dynamic=True,
    )  # fmt: skip
    memory_mb: float = parameter(
        0.0, 'Memory in MB that all networks may take; 0: no bound.', minimum=0.0, maximum=1e6
    )
    trace_file: str = parameter(
        '',
        'Write a Chrome trace of the last jobs here when deactivated; empty: none. The service '
        '~/dump_trace writes it here, too, or into cache_dir.',
    )
    window_s: float = parameter(
        10.0, 'Span in s over which rates, miss ratios and response times are reported.',
        minimum=1.0, maximum=600.0,
    )  # fmt: skip
    status_period_s: float = parameter(
        0.5, 'Time in s between two messages on ~/status.',
        minimum=0.05, maximum=1.0, dynamic=True,
    )  # fmt: skip
    debug_rate_hz: float = parameter(
        5.0, 'Most pictures a second on ~/debug_image, drawn only while somebody looks.',
        minimum=0.1, maximum=60.0, dynamic=True,
    )  # fmt: skip
    camera_timeout_s: float = parameter(
        1.0, 'A camera without a frame for this many s is reported.', minimum=0.1, maximum=60.0
    )
    hang_limit_s: float = parameter(
        5.0, 'A stage that takes longer than this many s fails its job; its thread is replaced.',
        minimum=0.1, maximum=600.0,
    )  # fmt: skip
    warn_miss_ratio: float = parameter(
        0.05, 'Miss ratio in the window from which diagnostics warn.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    error_miss_ratio: float = parameter(
        0.5, 'Miss ratio in the window from which diagnostics report an error.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip


@dataclass(frozen=True)
class CameraParameters(ParameterRecord):
    """Parameters of one camera, named <camera>.<parameter>."""

    transport: str = parameter(
        'raw',
        'raw: sensor_msgs/Image on image; compressed: CompressedImage on image/compressed.',
        choices=('raw', 'compressed'),
    )
    width: int = parameter(
        USUAL_IMAGES.width, 'Width of its images in pixels: stages are measured with such.',
        minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE,
    )  # fmt: skip
    height: int = parameter(
        USUAL_IMAGES.height, 'Height of its images in pixels.',
        minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE,
    )  # fmt: skip

    @property
    def images(self) -> ImageKind:
        """What its images are like."""
        return ImageKind(self.width, self.height, self.transport == 'compressed')


@dataclass(frozen=True)
class TaskParameters(ParameterRecord):
    """Parameters of one task, named <task>.<parameter>."""

    function: str = parameter(
        '',
        'What the task computes: traffic_light, traffic_sign, the dotted name of a class of your '
        'own, or its entry point; empty: the function with the name of the task.',
    )
    camera: str = parameter('', 'Camera the task looks at; empty: the first of cameras.')
    enabled: bool = parameter(
        True,
        'false: the task rests, its networks stay loaded; the service ~/<task>/enable sets it too.',
        dynamic=True,
    )
    period_ms: float = parameter(
        33.3, 'Expected time in ms between two frames.',
        minimum=1.0, maximum=60_000.0, dynamic=True,
    )  # fmt: skip
    deadline_ms: float = parameter(
        33.3, 'Time in ms from arrival of a frame until its detections must be out.',
        minimum=1.0, maximum=60_000.0, dynamic=True,
    )  # fmt: skip
    priority: int = parameter(
        0, 'Under fixed_priority: above 0 before all planned ones, below 0 after; 0: as planned.',
        minimum=-PRIORITY_LIMIT, maximum=PRIORITY_LIMIT, dynamic=True,
    )  # fmt: skip
    weight: float = parameter(
        1.0, 'How much the accuracy of the task counts beside that of others.',
        minimum=0.001, maximum=1000.0, dynamic=True,
    )  # fmt: skip
    accuracy_floor: float = parameter(
        0.0, 'No variant with a smaller share of right answers than this is used.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    miss_limit: float = parameter(
        0.05, 'Miss ratio that a plan may give the task.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip
    late: str = parameter(
        'discard',
        'discard: drop a job that can no longer meet its deadline; run: finish it all the same.',
        choices=tuple(late.value for late in LatePolicy), dynamic=True,
    )  # fmt: skip
    segments: int = parameter(
        0,
        'Segments the detector runs in, a more urgent task may go first between two; 1: whole; '
        '0: chosen by the time it takes.',
        minimum=0, maximum=8,
    )  # fmt: skip
    score_threshold: float = parameter(
        0.0,
        'Least score of a detection, of signs before they are named; 0: the threshold calibrated '
        'with the network.',
        minimum=0.0, maximum=1.0, dynamic=True,
    )  # fmt: skip


@dataclass(frozen=True)
class ImageParameters(ParameterRecord):
    """Parameters of every camera node of this package."""

    frame_id: str = parameter(
        'camera_optical_frame', 'Frame id of the headers (REP-103: an optical frame).'
    )
    prefetch: int = parameter(
        8, 'Frames prepared ahead of their time.', minimum=1, maximum=120
    )
    jpeg_quality: int = parameter(
        85, 'Quality of the compressed images.', minimum=1, maximum=100
    )


@dataclass(frozen=True)
class CameraSimParameters(ImageParameters):
    """Parameters of the simulated camera."""

    seed: int = parameter(
        1,
        'Number of the track; each has other signs, lights and turns.',
        minimum=0,
        maximum=2**31 - 1,
    )
    width: int = parameter(
        640, 'Width of the images in pixels.', minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE
    )
    height: int = parameter(
        480, 'Height of the images in pixels.', minimum=SMALLEST_SIDE, maximum=LARGEST_SIDE
    )
    rate_hz: float = parameter(30.0, 'Frames a second.', minimum=0.1, maximum=240.0)
    duration_s: float = parameter(
        0.0, 'End after this time in s; 0: never.', minimum=0.0, maximum=86_400.0
    )


@dataclass(frozen=True)
class VideoSourceParameters(ImageParameters):
    """Parameters of the camera that shows own footage."""

    source: str = parameter(
        '', 'What to publish: a video file, a folder of pictures or the number of a webcam.'
    )
    rate_hz: float = parameter(
        0.0, 'Frames a second; 0: those of the video, 10 for pictures, what a webcam gives.',
        minimum=0.0, maximum=240.0,
    )  # fmt: skip
    loop: bool = parameter(False, 'Begin again at the end of a video or of the pictures.')
    max_width: int = parameter(
        0, 'Wider images are narrowed to this many pixels, heights follow; 0: none is.',
        minimum=0, maximum=8192,
    )  # fmt: skip


def all_names(cameras: Iterable[str], tasks: Iterable[str]) -> tuple[str, ...]:
    """Return the full names of all parameters of a node with these cameras and tasks."""
    return (
        *rules_of(NodeParameters),
        *(f'{camera}.{name}' for camera in cameras for name in rules_of(CameraParameters)),
        *(f'{task}.{name}' for task in tasks for name in rules_of(TaskParameters)),
    )
