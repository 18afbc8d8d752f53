# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What there is to tell of each frame of a run, and which frames tell most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rtmdl_ros.evidence.recording import Recording, Stamp
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_S


@dataclass(frozen=True)
class FrameStory:
    """One published frame with all tasks together."""

    index: int
    #: Seconds since the first frame of the run.
    time_s: float
    objects: tuple[Detection, ...]
    #: Detections that came on time.
    found: tuple[Detection, ...]
    #: How each task that missed the deadline ended; None where the frame never reached the node.
    missed: Mapping[str, Outcome | None]
    #: Whether `objects` are all that is there; otherwise nobody knows.
    truth_known: bool = True

    @property
    def things(self) -> tuple[Detection, ...]:
        """What is there, as far as is known."""
        return self.objects if self.truth_known else self.found


def stories_of(recording: Recording) -> tuple[FrameStory, ...]:
    """Return the story of every published frame, in order."""
    stamps = {frame.index: frame.stamp for task in recording.tasks for frame in task.truth}
    first = min(stamps.values(), default=0)
    return tuple(
        _story(recording, index, stamp, (stamp - first) / NS_PER_S)
        for index, stamp in sorted(stamps.items())
    )


def _story(recording: Recording, index: int, stamp: Stamp, time_s: float) -> FrameStory:
    objects: list[Detection] = []
    found: list[Detection] = []
    missed: dict[str, Outcome | None] = {}
    for task in recording.tasks:
        objects += task.objects_at(stamp)
        if stamp in task.misses or stamp not in task.answers:
            missed[task.task] = task.misses.get(stamp)
        else:
            found += task.answers[stamp]
    known = all(task.knows(stamp) for task in recording.tasks)
    return FrameStory(index, time_s, tuple(objects), tuple(found), missed, known)


def telling(stories: Sequence[FrameStory], count: int) -> tuple[FrameStory, ...]:
    """Return up to `count` frames in order, spread over the run, that show most.

    From each of `count` equal parts of the run comes the frame with the largest gain: classes
    that were shown least so far count most. If deadlines were missed, one such frame is among them.
    """
    chosen: list[FrameStory] = []
    shown: Counter[str] = Counter()
    for part in _parts(stories, count):
        # Not from the beginning of a part: neighbours look alike.
        rest = part[len(part) // 3 :]
        best = max(rest, key=lambda story: (_gain(story, shown), len(story.found)))
        shown.update({thing.class_name for thing in best.things})
        chosen.append(best)
    missed = [story for story in stories if story.missed]
    if missed and not any(story.missed for story in chosen):
        dull = min(range(len(chosen)), key=lambda i: len(chosen[i].things))
        chosen[dull] = max(missed, key=lambda story: len(story.things))
    return tuple(sorted(chosen, key=lambda story: story.index))


def busiest(stories: Sequence[FrameStory], length_s: float) -> tuple[FrameStory, ...]:
    """Return the stretch of at most this length with the most objects in sight."""
    best: tuple[int, int, int] = (-1, 0, 0)
    end = total = 0
    for begin, story in enumerate(stories):
        while end < len(stories) and stories[end].time_s < story.time_s + length_s:
            total += len(stories[end].things)
            end += 1
        best = max(best, (total, -begin, end))
        total -= len(story.things)
    return tuple(stories[-best[1] : best[2]])


def _parts(stories: Sequence[FrameStory], count: int) -> list[Sequence[FrameStory]]:
    cuts = [len(stories) * part // count for part in range(count + 1)]
    return [stories[a:b] for a, b in pairwise(cuts) if a < b]


def _gain(story: FrameStory, shown: Counter[str]) -> float:
    return sum(1.0 / (1 + shown[name]) for name in {d.class_name for d in story.things})
