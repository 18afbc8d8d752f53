# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""When cameras release frames."""

from rtmdl_ros.bench.cameras import Absence, Camera, frame_times, release_frames


class FakeRuntime:
    """Notes what is released."""

    def __init__(self):
        self.released = []

    def release_all(self, payloads, release_ns):
        self.released.append((dict(payloads), release_ns))


def numbered(number):
    return [number]


def test_frames_of_all_cameras_come_in_order_of_time():
    front, rear = Camera(('a', 'b'), 40), Camera(('c',), 50, offset_ns=20)
    assert list(frame_times([front, rear], 121)) == [
        (0, front), (20, rear), (40, front), (70, rear), (80, front), (120, front), (120, rear),
    ]  # fmt: skip


def test_no_frame_at_the_end_of_the_time():
    assert [time_ns for time_ns, _ in frame_times([Camera(('a',), 10)], 20)] == [0, 10]
    assert list(frame_times([Camera(('a',), 10, offset_ns=20)], 20)) == []


def test_each_job_has_its_own_payload_and_those_of_a_frame_one_release():
    runtime, passed = FakeRuntime(), []
    camera = Camera(('a', 'b'), 1_000_000)
    jobs = release_frames(runtime, [camera], 3_000_000, payload=numbered, advance=passed.append)
    assert jobs == 6
    assert [set(payloads) for payloads, _ in runtime.released] == [{'a', 'b'}] * 3
    made = [each for payloads, _ in runtime.released for each in payloads.values()]
    assert made == [[0], [0], [1], [1], [2], [2]]
    assert len(set(map(id, made))) == 6
    times = [release_ns for _, release_ns in runtime.released]
    assert times == sorted(times)
    assert passed == [0.0, 0.001, 0.001]


def test_tasks_come_and_go_and_changes_are_made_before_the_frames():
    runtime, made = FakeRuntime(), []
    camera = Camera(('a', 'b'), 1_000_000, absences=(Absence('b', 1_000_000, 2_000_000),))
    changes = [
        (time_ns, lambda changed, at=time_ns: made.append((at, len(changed.released))))
        for time_ns in (0, 1_500_000, 9_000_000)
    ]
    jobs = release_frames(
        runtime, [camera], 3_000_000, payload=numbered, advance=lambda more: None, changes=changes
    )
    assert jobs == 5
    assert [sorted(payloads) for payloads, _ in runtime.released] == [['a', 'b'], ['a'], ['a', 'b']]
    # What was due after the last frame is not made.
    assert made == [(0, 0), (1_500_000, 2)]
