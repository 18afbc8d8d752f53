# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How a detector learns: its random views of frames, its loss and its examination."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler

from rtmdl_ros.networks.decode import decode
from rtmdl_ros.networks.detector import STRIDE, DeployedDetector, Detector
from rtmdl_ros.networks.letterbox import Letterbox
from rtmdl_ros.scaling.coco import average_precision
from rtmdl_ros.scaling.detector_figures import EVALUATION_THRESHOLD
from rtmdl_ros.scaling.frame_augmentation import Scene, finish, mosaic, random_view, turn
from rtmdl_ros.scaling.frames import Frame
from rtmdl_ros.scaling.losses import detection_loss
from rtmdl_ros.scaling.pasting import Cutting, paste
from rtmdl_ros.scaling.targets import make_targets
from rtmdl_ros.scaling.train import Schedule
from rtmdl_ros.workload.detection import Detection

Sample = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


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
    #: How often each class is pasted, relative to the others; all alike where empty.
    paste_weights: tuple[float, ...] = ()
    #: Share of scenes that are turned a quarter.
    turn_share: float = 0.0


class Views(Dataset[Sample]):
    """Endless random views; number i is the same whenever and wherever it is made."""

    def __init__(
        self,
        real: Sequence[Scene],
        weights: NDArray[np.float64],
        rendered: Sequence[Scene],
        cuttings: Sequence[Cutting],
        *,
        classes: int,
        height: int,
        width: int,
        augmentation: Augmentation,
        seed: int,
    ) -> None:
        """Draw real scenes by their weights and rendered scenes and cuttings evenly."""
        self._real, self._rendered, self._cuttings = real, rendered, cuttings
        self._cumulative = np.cumsum(weights / weights.sum())
        self._classes, self._height, self._width = classes, height, width
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

    def view(self, index: int) -> Scene:
        """Return view number `index` before it becomes tensors."""
        rng = np.random.default_rng((self._seed, index))
        change = self._augmentation
        if rng.random() < change.mosaic_share:
            scenes = [self._pick(rng) for _ in range(4)]
            scene = mosaic(scenes, self._height, self._width, change.mosaic_zoom, rng)
        else:
            scene = random_view(self._pick(rng), self._height, self._width, change.zoom, rng)
        pasting = not len(scene.boxes) or rng.random() < change.paste_share
        if self._cuttings and pasting:
            scene = self._pasted(scene, rng)
        return finish(scene, rng)

    def _pasted(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """Paste some cuttings, each class as often as its weight says."""
        weights = np.array(self._augmentation.paste_weights or (1.0,) * self._classes)
        for _ in range(int(rng.integers(1, self._augmentation.paste_count + 1))):
            choices = self._of_label[int(rng.choice(self._classes, p=weights / weights.sum()))]
            if choices:
                cutting = choices[int(rng.integers(len(choices)))]
                longest = float(np.exp(rng.uniform(*np.log(self._augmentation.paste_size))))
                longest = min(longest, 1.5 * max(cutting.image.shape[:2]))
                scene = paste(scene, cutting, longest, rng)
        return scene

    def __getitem__(self, index: int) -> Sample:
        """Return image (3, H, W) uint8, heat, weight, boxes and valid maps of view `index`."""
        scene = self.view(index)
        rows, columns = self._height // STRIDE, self._width // STRIDE
        targets = make_targets(
            scene.boxes, scene.labels, scene.regions, self._classes, rows, columns
        )
        image = np.ascontiguousarray(scene.image.transpose(2, 0, 1))
        maps = (targets.heat, targets.weight, targets.boxes, targets.valid)
        heat, weight, boxes, valid = (torch.from_numpy(part) for part in maps)
        return torch.from_numpy(image), heat, weight, boxes, valid


class _From(Sampler[int]):
    """The numbers from `first` to `end`, so that a resumed run sees what it has not seen."""

    def __init__(self, first: int, end: int) -> None:
        self._range = range(first, end)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range)

    def __len__(self) -> int:
        return len(self._range)


def as_scene(frame: Frame) -> Scene:
    """Return the frame with its pixels read."""
    return Scene(frame.image(), frame.boxes, frame.labels, frame.regions)


@dataclass
class DetectorLesson:
    """One detector on random views, examined on whole letterboxed frames."""

    name: str
    classes: tuple[str, ...]
    views: Views
    #: Groups of validation frames; their average precisions are averaged.
    validation: Sequence[Sequence[Frame]]
    height: int
    width: int
    width_multiplier: float
    depth: int
    workers: int = 1
    _pixels: dict[str, NDArray[np.uint8]] = field(default_factory=dict)

    def model(self) -> nn.Module:
        """Return the untrained network."""
        return Detector(len(self.classes), self.width_multiplier, self.depth)

    def batches(self, first_step: int, schedule: Schedule) -> Iterator[list[torch.Tensor]]:
        """Yield batches of views, made by worker processes."""
        sampler = _From(first_step * schedule.batch, schedule.steps * schedule.batch)
        loader = DataLoader(
            self.views, schedule.batch, sampler=sampler, num_workers=self.workers,
            prefetch_factor=4 if self.workers else None,
        )  # fmt: skip
        yield from loader

    def loss(self, model: nn.Module, batch: list[torch.Tensor]) -> torch.Tensor:
        """Return heat-map and box loss; the network runs in bfloat16, the loss does not."""
        image, heat, weight, boxes, valid = batch
        with torch.autocast('cpu', torch.bfloat16):
            output = model(image.contiguous(memory_format=torch.channels_last))
        return detection_loss(output, heat, weight, boxes, valid)

    def validate(self, model: nn.Module) -> float:
        """Return the mean of mAP@0.5 and, for localisation, a tenth of mAP@0.5:0.95."""
        assert isinstance(model, Detector)
        network = DeployedDetector(model, self.height, self.width).eval()
        figures = []
        for frames in self.validation:
            found = [self._detect(network, frame) for frame in frames]
            precision = average_precision(frames, found, self.classes)
            figures.append(0.9 * precision.ap50 + 0.1 * precision.ap50_95)
        return float(np.mean(figures))

    def _detect(self, network: DeployedDetector, frame: Frame) -> tuple[Detection, ...]:
        key = str(frame.path)
        letterbox = Letterbox(self.height, self.width)
        if key not in self._pixels:
            self._pixels[key] = letterbox.apply(frame.image())[0]
        image = torch.from_numpy(self._pixels[key])[None]
        with torch.no_grad():
            scores, boxes = network(image)
        return decode(
            scores.numpy(), boxes.numpy(), classes=self.classes,
            score_threshold=EVALUATION_THRESHOLD,
            scale=letterbox.scale(frame.height, frame.width),
            image_height=frame.height, image_width=frame.width,
        )  # fmt: skip
