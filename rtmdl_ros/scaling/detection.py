# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How a detector learns: its random views of frames, its loss and its examination."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler

from rtmdl_ros.networks.decode import decode
from rtmdl_ros.networks.detector import STRIDE, DeployedDetector, Detector, DetectorOutput
from rtmdl_ros.networks.letterbox import Letterbox
from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.calibration import calibrated
from rtmdl_ros.scaling.coco import average_precision
from rtmdl_ros.scaling.detector_figures import EVALUATION_THRESHOLD
from rtmdl_ros.scaling.frame_augmentation import Scene, finish, mosaic, random_view, turn
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.losses import TargetMaps, detection_loss
from rtmdl_ros.scaling.pasting import Cutting, paste
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.step_choice import size_at
from rtmdl_ros.scaling.targets import make_targets
from rtmdl_ros.scaling.worker_room import batches_ahead
from rtmdl_ros.workload.detection import Detection

#: Views, none of them seen in training, from which statistics are taken.
CALIBRATION_VIEWS = range(1 << 40, (1 << 40) + 192)
CALIBRATION_BATCH = 32
#: Of a class in the validation frames: one light that is off decided between variants.
LEAST_BOXES = 5
Sample = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


class DetectorBatch(NamedTuple):
    """Views (N, 3, H, W) uint8 and what the maps should show."""

    images: torch.Tensor
    targets: TargetMaps


@dataclass(frozen=True)
class Augmentation:
    """How far training views stray from the letterboxed frame."""

    #: Range of scales relative to the letterbox's, for single views and inside mosaics.
    zoom: tuple[float, float]
    mosaic_zoom: tuple[float, float]
    mosaic_share: float
    rendered_share: float
    paste_share: float
    #: Range of the longer side of pasted objects, in input pixels.
    paste_size: tuple[float, float]
    paste_count: int = 2
    #: Share of scenes that are turned a quarter.
    turn_share: float = 0.0


class Views(Dataset[Sample]):
    """Endless random views; number i of a size is the same whenever and wherever it is made."""

    def __init__(
        self,
        real: Sequence[Scene],
        weights: NDArray[np.float64],
        rendered: Sequence[Scene],
        cuttings: Sequence[Cutting],
        *,
        classes: int,
        height: int,
        augmentation: Augmentation,
        seed: int,
    ) -> None:
        """Draw real scenes by their weights and rendered scenes and cuttings evenly.

        `height` is the one that the augmentation's sizes in pixels are meant for.
        """
        self._real, self._rendered, self._cuttings = real, rendered, cuttings
        self._cumulative = np.cumsum(weights / weights.sum())
        self._classes, self._height = classes, height
        self._augmentation, self._seed = augmentation, seed
        self._of_label = [
            [cutting for cutting in cuttings if cutting.label == label] for label in range(classes)
        ]

    def _pick(self, rng: np.random.Generator) -> Scene:
        scene = self._upright(rng)
        return turn(scene) if rng.random() < self._augmentation.turn_share else scene

    def _upright(self, rng: np.random.Generator) -> Scene:
        if self._rendered and rng.random() < self._augmentation.rendered_share:
            return self._rendered[int(rng.integers(len(self._rendered)))]
        at = int(np.searchsorted(self._cumulative, rng.random()))
        return self._real[min(at, len(self._real) - 1)]

    def view(self, index: int, size: InputSize) -> Scene:
        """Return view number `index` before it becomes tensors."""
        rng = np.random.default_rng((self._seed, index))
        change = self._augmentation
        if rng.random() < change.mosaic_share:
            scenes = [self._pick(rng) for _ in range(4)]
            scene = mosaic(scenes, size.height, size.width, change.mosaic_zoom, rng)
        else:
            scene = random_view(self._pick(rng), size.height, size.width, change.zoom, rng)
        pasting = not len(scene.boxes) or rng.random() < change.paste_share
        if self._cuttings and pasting:
            scene = self._pasted(scene, size.height / self._height, rng)
        return finish(scene, rng)

    def _pasted(self, scene: Scene, scale: float, rng: np.random.Generator) -> Scene:
        """Paste some cuttings, of each class as often."""
        shares = np.full(self._classes, 1.0 / self._classes)
        for _ in range(int(rng.integers(1, self._augmentation.paste_count + 1))):
            choices = self._of_label[int(rng.choice(self._classes, p=shares))]
            if choices:
                cutting = choices[int(rng.integers(len(choices)))]
                longest = scale * float(np.exp(rng.uniform(*np.log(self._augmentation.paste_size))))
                longest = min(longest, 1.5 * max(cutting.image.shape[:2]))
                scene = paste(scene, cutting, longest, rng)
        return scene

    def __getitem__(self, request: tuple[int, InputSize]) -> Sample:
        """Return image (3, H, W) uint8, heat, weight, boxes and valid maps of a view."""
        index, size = request
        scene = self.view(index, size)
        rows, columns = size.height // STRIDE, size.width // STRIDE
        targets = make_targets(
            scene.boxes, scene.labels, scene.regions, self._classes, rows, columns
        )
        image = np.ascontiguousarray(scene.image.transpose(2, 0, 1))
        maps = (targets.heat, targets.weight, targets.boxes, targets.valid)
        heat, weight, boxes, valid = (torch.from_numpy(part) for part in maps)
        return torch.from_numpy(image), heat, weight, boxes, valid


class _Requests(Sampler[tuple[int, InputSize]]):
    """The views of the steps from `first` on: all of one step have one size, drawn by chance."""

    def __init__(
        self, first: int, schedule: Schedule, sizes: Sequence[InputSize], seed: int
    ) -> None:
        self._steps, self._batch = range(first, schedule.steps), schedule.batch
        self._sizes, self._seed = sizes, seed

    def __iter__(self) -> Iterator[tuple[int, InputSize]]:
        for step in self._steps:
            size = size_at(self._sizes, step, self._seed)
            for index in range(step * self._batch, (step + 1) * self._batch):
                yield index, size

    def __len__(self) -> int:
        return len(self._steps) * self._batch


def as_scene(frame: LabelledPicture) -> Scene:
    """Return the frame with its pixels read."""
    return Scene(frame.image(), frame.boxes, frame.labels, frame.regions)


@dataclass
class DetectorLesson:
    """A detector in all its scales on random views, examined on whole letterboxed frames."""

    name: str
    classes: tuple[str, ...]
    scales: tuple[Scale, ...]
    sizes: tuple[InputSize, ...]
    #: The size of the examinations during training.
    base_size: InputSize
    views: Views
    #: Groups of validation frames; their average precisions are averaged.
    validation: Sequence[Sequence[LabelledPicture]]
    #: Of the frames that the views are of, and of the validation's.
    data_checksum: str
    seed: int
    workers: int = 1
    _calibration: dict[InputSize, list[torch.Tensor]] = field(default_factory=dict)

    def untrained(self, scale: Scale) -> nn.Module:
        """Return the network of a scale with random weights."""
        return Detector(len(self.classes), scale.width, scale.depth)

    def batches(self, first_step: int, schedule: Schedule) -> Iterator[DetectorBatch]:
        """Yield batches of views, made by worker processes as far as shared memory holds them."""
        sampler = _Requests(first_step, schedule, self.sizes, self.seed)
        sample_bytes = sum(part.nbytes for part in self.views[0, max(self.sizes)])
        ahead = batches_ahead(self.workers, schedule.batch * sample_bytes)
        loader = DataLoader(
            self.views, schedule.batch, sampler=sampler,
            num_workers=self.workers if ahead else 0, prefetch_factor=ahead or None,
        )  # fmt: skip
        for images, *maps in loader:
            yield DetectorBatch(images, TargetMaps(*maps))

    def loss(
        self, output: DetectorOutput, batch: DetectorBatch, teacher: DetectorOutput | None
    ) -> torch.Tensor:
        """Return heat-map and box loss, and of a heat unlike the teacher's."""
        maps = TargetMaps(*(part.to(output.logits.device) for part in batch.targets))
        return detection_loss(output, maps, teacher)

    def calibrated(
        self, weights: Mapping[str, torch.Tensor], scale: Scale, size: InputSize
    ) -> Detector:
        """Return the trained network of a scale, with its statistics for an input size."""
        if size not in self._calibration:
            views = [self.views[index, size][0] for index in CALIBRATION_VIEWS]
            self._calibration[size] = list(torch.split(torch.stack(views), CALIBRATION_BATCH))
        network = calibrated(self.untrained(scale), weights, self._calibration[size])
        assert isinstance(network, Detector)
        return network

    def validate(self, network: nn.Module, size: InputSize) -> float:
        """Return nine tenths of mAP@0.5 and, for localisation, one of mAP@0.5:0.95.

        Of classes that are not too rare to judge by.
        """
        assert isinstance(network, Detector)
        deployed = DeployedDetector(network, size.height, size.width).eval()
        figures = []
        for frames in self.validation:
            found = [self._detect(deployed, frame, size) for frame in frames]
            precision = average_precision(
                frames, found, self.classes, least_boxes=LEAST_BOXES
            )
            figures.append(0.9 * precision.ap50 + 0.1 * precision.ap50_95)
        return float(np.mean(figures))

    def _detect(
        self, network: DeployedDetector, frame: LabelledPicture, size: InputSize
    ) -> tuple[Detection, ...]:
        pixels, scale = Letterbox(size.height, size.width).apply(frame.image())
        with torch.no_grad():
            scores, boxes = network(torch.from_numpy(pixels)[None])
        return decode(
            scores.numpy(), boxes.numpy(), classes=self.classes,
            score_threshold=EVALUATION_THRESHOLD, scale=scale,
            image_height=frame.height, image_width=frame.width,
        )  # fmt: skip
