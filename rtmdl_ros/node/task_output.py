# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One task at work: its stages, ending with its detections on their topic."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from rtmdl_ros.deployment.message_fields import OutputStatistics, output_statistics
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.node.answered import Answered
from rtmdl_ros.node.messages import detection_array
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import PipelineStage, Work
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S

#: Enough results for a window of 600 s at 100 Hz.
_MOST_RESULTS = 60_000


@dataclass(frozen=True)
class _Result:
    time_ns: int
    age_s: float
    detections: int


class TaskOutput:
    """Runs a task's stages and, as the last act of its last one, publishes the detections.

    Publishing belongs to the stage, so that the deadline covers it. Detections come in the order
    of their frames: a job that is complete before an earlier one goes on, with nothing left to do,
    until that one has ended. The scheduler lets no job pass another one from stage to stage.
    """

    def __init__(
        self,
        task: ReadyTask,
        publish: Callable[[object], None],
        age_s: Callable[[object], float],
        window_s: float,
        show: Callable[[Answered], None],
    ) -> None:
        """Publish through `publish`, then `show`; `age_s` tells a frame's age by its header."""
        self._task = task
        self._publish = publish
        self._age_s = age_s
        self._show = show
        self._window_ns = round(window_s * NS_PER_S)
        self._sequence = 0
        self._lock = threading.Lock()
        #: Jobs that have not ended, and of them those that are complete and wait for earlier ones,
        #: and those whose detections are being published.
        self._open: set[int] = set()
        self._complete: set[int] = set()
        self._delivering: set[int] = set()
        self._results: deque[_Result] = deque(maxlen=_MOST_RESULTS)
        #: What the runtime calls, by variant, one a stage.
        self.functions = {
            variant: [
                self._ending(variant, stage, stage is pipeline.stages[-1])
                for stage in pipeline.stages
            ]
            for variant, pipeline in task.pipelines.items()
        }

    def work_on(self, frame: Frame) -> Work:
        """Return the work of the task's next job."""
        work = Work(frame, self._sequence)
        self._sequence += 1
        with self._lock:
            self._open.add(work.sequence)
        return work

    def gives_up(self, work: Work) -> bool:
        """Publish nothing of a job from now on; False: that is under way, so it cannot fail."""
        with self._lock:
            if work.sequence in self._delivering:
                return False
            self._open.discard(work.sequence)
            return True

    def ended(self, work: Work) -> None:
        """Take notice of the end of a job, whatever it was."""
        with self._lock:
            for jobs in (self._open, self._complete, self._delivering):
                jobs.discard(work.sequence)

    def statistics(self) -> OutputStatistics:
        """Sum up the window."""
        oldest_ns = time.monotonic_ns() - self._window_ns
        with self._lock:
            while self._results and self._results[0].time_ns < oldest_ns:
                self._results.popleft()
            results = tuple(self._results)
        return output_statistics((result.age_s, result.detections) for result in results)

    def _ending(self, variant: str, stage: PipelineStage, last: bool) -> Callable[[Work], bool]:
        def run(work: Work) -> bool:
            complete = work.sequence in self._complete or stage.run(work)
            if not last and (not complete or self._is_behind(work.sequence)):
                return False
            self._deliver(work, variant)
            return True

        return run

    def _is_behind(self, sequence: int) -> bool:
        """Tell whether a complete job has to wait for an earlier one, and remember it if so."""
        with self._lock:
            behind = min(self._open, default=sequence) < sequence
            if behind:
                self._complete.add(sequence)
        return behind

    def _deliver(self, work: Work, variant: str) -> None:
        with self._lock:
            if work.sequence not in self._open:
                return  # it hung and was given up
            self._delivering.add(work.sequence)
        now_ns = time.monotonic_ns()
        age_s = self._age_s(work.frame.header)
        self._publish(
            detection_array(
                work.frame.header,
                work.detections,
                task=self._task.name,
                variant=variant,
                sequence=work.sequence,
                response_ms=(now_ns - work.frame.arrival_ns) / NS_PER_MS,
                frame_age_ms=1e3 * age_s,
            )
        )
        with self._lock:
            self._open.discard(work.sequence)
            self._results.append(_Result(now_ns, age_s, len(work.detections)))
        self._show(Answered(self._task.name, variant, work.frame, work.detections))
