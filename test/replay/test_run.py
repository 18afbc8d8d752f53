# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whole replays: the same figures every time, and all that is written."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import cv2
import pytest
from rich.console import Console
from rosbags.rosbag2 import StoragePlugin
from small_bags import (
    CAMERA,
    LAG_NS,
    MS,
    START_NS,
    frames,
    jpeg,
    pixels,
    texts,
    times,
    truths,
    write_bag,
)

from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.plan_file import write_plan
from rtmdl_ros.profiling.profile_file import ProfileError
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.options import ReplayOptions
from rtmdl_ros.replay.run import run_replay
from rtmdl_ros.replay.summary import remarks
from rtmdl_ros.replay.video_drive import VideoDrive
from rtmdl_ros.runtime.chrome_trace import read_chrome_trace
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.places import PlaceError

SHORT = {'traffic_sign__deadline_ms': 10.0}
LIGHTS, MISSES = '/rtmdl/traffic_light/detections', '/rtmdl/deadline_misses'


def test_two_processes_write_the_same_json(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(4, make=jpeg), truths(4))
    texts = []
    for number, storage in enumerate(StoragePlugin):
        # The same drive elsewhere and stored otherwise.
        copy = write_bag(tmp_path / f'copy{number}', frames(4, make=jpeg), truths(4),
                         storage=storage)  # fmt: skip
        out = tmp_path / f'out{number}'
        out.mkdir()
        parameters = replays.parameters(out / 'p.yaml', **SHORT)
        subprocess.run(
            [sys.executable, '-c', 'import sys; from rtmdl_ros.cli import main; sys.exit(main())',
             'replay', copy, '--params-file', parameters, '--out', out, '--no-pictures'],
            check=True, capture_output=True,
            env=os.environ | {'PYTHONHASHSEED': str(number)},
        )  # fmt: skip
        texts.append((out / 'replay.json').read_bytes())
    assert texts[0] == texts[1]
    file = tmp_path / 'deep' / 'r.json'
    _, again = replays.written(bag, tmp_path / 'out', parameters=SHORT, json=file)
    assert file.read_bytes() == texts[0]
    assert again.files[1] == file
    assert str(tmp_path).encode() not in texts[0]


def test_the_json_tells_what_was_asked_and_what_came_out(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(4), truths(4))
    run = replays.run(bag, tmp_path / 'out', parameters=SHORT, seed=7, rate=2.0)
    content = json.loads((tmp_path / 'out' / 'replay.json').read_text())
    assert [content[name] for name in ('workload', 'device', 'seed', 'time', 'rate')] == [
        'replay', 'Chip 9, 7 cores', 7, 'virtual', 2.0
    ]  # fmt: skip
    # The last of four frames comes after 150 ms and is answered 7 ms later, or not by its deadline.
    assert content['duration_s'] == 0.157
    assert content['cameras'] == {'front': {'source': CAMERA, 'frames': 4, 'rate_hz': 10.0}}
    assert content['sha256'] == dict(run.result.digests)
    assert all(len(digest) == 64 for digest in content['sha256'].values())
    rtmdl = content['policies']['rtmdl']
    assert (rtmdl['miss_ratio'], rtmdl['lanes'], rtmdl['cpu_workers']) == (0.5, 1, 1)
    light, sign = rtmdl['tasks']['traffic_light'], rtmdl['tasks']['traffic_sign']
    assert [light[n] for n in ('released', 'on_time', 'late', 'discarded')] == [4, 4, 0, 0]
    assert light['response_ms'] == {'p50': 7.0, 'p95': 7.0, 'p99': 7.0, 'max': 7.0}
    assert light['accuracy']['iou_0.5']['objects'] == 4
    # Untrained networks find nothing that is there.
    assert light['on_time_accuracy'] == rtmdl['on_time_accuracy'] == 0.0
    assert (light['frames_scored'], sign['frames_scored']) == (4, None)
    assert [sign[n] for n in ('released', 'on_time', 'discarded', 'found')] == [4, 0, 4, {}]
    assert (sign['accuracy'], sign['on_time_accuracy']) == ({}, None)


@pytest.mark.parametrize('storage', StoragePlugin)
def test_the_results_are_a_bag_stored_as_the_drive_was(replays, tmp_path, storage):
    bag = write_bag(tmp_path / 'bag', frames(3), storage=storage)
    run = replays.run(bag, tmp_path / 'out', parameters=SHORT)
    results = Bag(tmp_path / 'out' / 'bag')
    assert results.storage is storage
    assert results.contents() == (
        '/rtmdl/deadline_misses (rtmdl_ros/msg/DeadlineMiss, 3 messages), '
        '/rtmdl/status (rtmdl_ros/msg/SchedulerStatus, 1 messages), '
        '/rtmdl/traffic_light/detections (rtmdl_ros/msg/DetectionArray, 3 messages), '
        '/rtmdl/traffic_sign/detections (rtmdl_ros/msg/DetectionArray, 0 messages)'
    )
    (_, at, first), *_, (_, _, third) = results.messages([LIGHTS])
    assert at == times(1)[0] + 7 * MS
    assert first.header.stamp.sec == START_NS // 10**9
    assert (first.header.frame_id, first.task, first.sequence) == ('optical', 'traffic_light', 0)
    assert (first.variant, third.sequence) == (run.result.tasks[0].result.variant, 2)
    assert first.response_ms == 7.0
    assert first.frame_age_ms == pytest.approx(LAG_NS / MS + 7.0)
    miss = next(results.messages([MISSES]))[2]
    assert (miss.task, miss.reason, miss.sequence) == ('traffic_sign', 3, 0)
    assert miss.deadline_ms == 10.0
    ((_, at, status),) = results.messages(['/rtmdl/status'])
    assert at - times(1)[0] == status.header.stamp.sec * 10**9 + status.header.stamp.nanosec - (
        times(1)[0]
    )
    assert [(task.task, task.released, task.on_time) for task in status.tasks] == [
        ('traffic_light', 3, 3), ('traffic_sign', 3, 0)
    ]  # fmt: skip
    assert status.tasks[0].variant_jobs.tolist() == [3]


def test_a_status_sums_up_the_answers_of_its_window(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(2, period_ms=2500))
    windows = {**SHORT, 'window_s': 1.5, 'status_period_s': 1.0}
    replays.run(bag, tmp_path / 'out', parameters=windows)
    statuses = [each for _, _, each in Bag(tmp_path / 'out' / 'bag').messages(['/rtmdl/status'])]
    ages_ms = [round(status.tasks[0].frame_age_ms, 3) for status in statuses]
    age_ms = LAG_NS / MS + 7.0
    # After 1, 2 and 2.507 s: of the second there is no answer.
    assert ages_ms == [age_ms, 0.0, age_ms]


def test_pictures_and_trace(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(12), truths(12))
    _, written = replays.written(bag, tmp_path / 'out', parameters=SHORT, pictures=True)
    out = tmp_path / 'out'
    names = ['replay.json', 'trace.json', 'bag', 'timeline.png', 'frames.png']
    assert [path.name for path in written.files] == names
    assert cv2.imread(str(out / 'timeline.png')).shape == (500, 1600, 3)
    # Nine frames with a strip each, below one strip.
    height, width = pixels(0).shape[:2]
    assert cv2.imread(str(out / 'frames.png')).shape == (26 + 3 * (height + 26), 3 * width, 3)
    assert len(read_chrome_trace(out / 'trace.json')) == 24


def test_a_replay_replaces_the_one_before_and_nothing_else(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(1))
    replays.run(bag, tmp_path / 'out')
    replays.run(bag, tmp_path / 'out')
    (tmp_path / 'out' / 'bag' / 'mine.txt').write_text('x')
    with pytest.raises(ReplayError, match=r'out/bag: is there and is no bag of rtmdl alone'):
        replays.run(bag, tmp_path / 'out')


def contents_of(folder):
    """Return the bytes of all files by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize('source', ['drive/bag', 'drive/bag/bag.db3', 'drive/bag/inner', 'link'])
def test_the_results_never_replace_the_recording(replays, tmp_path, monkeypatch, source):
    monkeypatch.setattr('rtmdl_ros.replay.run.load', None)  # nor are networks loaded for it
    bag = write_bag(tmp_path / 'drive' / 'bag', frames(1))
    (tmp_path / 'link').symlink_to(bag)
    before = contents_of(bag)
    with pytest.raises(ReplayError, match=r'drive/bag: the results would replace the recording '):
        replays.run(tmp_path / source, tmp_path / 'drive')
    assert contents_of(bag) == before


def test_a_recording_of_the_nodes_own_camera_topic_stays(replays, tmp_path, monkeypatch):
    # As "ros2 bag record" makes it of a driver that is remapped to the node's topic.
    monkeypatch.setattr('rtmdl_ros.replay.run.load', None)
    bag = write_bag(tmp_path / 'bag', frames(1))
    there = write_bag(tmp_path / 'out' / 'bag', frames(3, '/rtmdl/input/front/image'))
    before = contents_of(there)
    with pytest.raises(ReplayError, match=r'out/bag: is there and is no bag of rtmdl alone; move'):
        replays.run(bag, tmp_path / 'out')
    assert contents_of(there) == before


def test_a_bag_that_is_a_link_is_replaced_where_it_is(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(1))
    write_bag(tmp_path / 'disk' / 'old', frames(3))
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'bag').symlink_to(tmp_path / 'disk' / 'old')
    replays.run(bag, tmp_path / 'out')
    assert (tmp_path / 'out' / 'bag').is_symlink()
    assert [topic.name for topic in Bag(tmp_path / 'disk' / 'old').topics][:2] == [
        MISSES, '/rtmdl/status'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ('option', 'name', 'problem'),
    [
        ('json', 'file/r.json', '--json cannot be written'),
        ('json', 'bag', '--json cannot be written (it is a folder)'),
        ('out', 'file', '--out cannot be written to'),
    ],
)
def test_what_cannot_be_written_is_told_before_networks_are_loaded(
    tmp_path, monkeypatch, option, name, problem
):
    monkeypatch.setattr('rtmdl_ros.replay.run.load', None)
    bag = write_bag(tmp_path / 'bag', frames(1))
    (tmp_path / 'file').touch()
    options = {'out': tmp_path / 'out', option: tmp_path / name}
    with pytest.raises(PlaceError, match=re.escape(f'{tmp_path / name}: {problem}')):
        run_replay(ReplayOptions(bag, **options), Console(quiet=True))


@pytest.mark.parametrize(
    ('name', 'other'),
    [
        ('trace.json', 'trace.json'),
        ('timeline.png', 'timeline.png'),
        ('frames.png', 'frames.png'),
        ('bag', 'bag'),
        ('bag/r.json', 'bag'),
    ],
)
def test_figures_that_something_else_would_replace_are_refused(
    tmp_path, monkeypatch, name, other
):
    monkeypatch.setattr('rtmdl_ros.replay.run.load', None)
    bag, out = write_bag(tmp_path / 'drive', frames(1)), tmp_path / 'out'
    told = rf'named by --json and --out \({other}\); give another file for one$'
    with pytest.raises(PlaceError, match=told):
        run_replay(ReplayOptions(bag, out=out, json=out / name), Console(quiet=True))


def test_the_bar_of_reading_ends_full(replays, tmp_path, monkeypatch):
    counts = {}

    @contextmanager
    def counted(console, what, count):
        done = counts[what] = [0, count]

        def advance():
            done[0] += 1

        yield advance

    monkeypatch.setattr('rtmdl_ros.replay.run.progress_bar', counted)
    bag = write_bag(tmp_path / 'bag', frames(3), truths(3), texts())
    json_twice = tmp_path / 'out' / 'replay.json'
    _, written = replays.written(bag, tmp_path / 'out', json=json_twice)
    assert counts['Reading the bag'] == [6, 6]
    assert written.files.count(json_twice) == 1


@pytest.mark.parametrize('others', ['topics', 'files', 'metadata'])
def test_what_is_not_ours_stays_and_is_told_before_networks_are_loaded(
    replays, tmp_path, monkeypatch, others
):
    monkeypatch.setattr('rtmdl_ros.replay.run.load', None)
    bag = write_bag(tmp_path / 'bag', frames(1))
    there = write_bag(
        tmp_path / 'out' / 'bag', frames(1), *([texts()] if others == 'topics' else [])
    )
    if others == 'files':
        (there / 'other.db3').write_bytes(b'x')
    elif others == 'metadata':
        (there / 'metadata.yaml').write_text('x')
    before = contents_of(there)
    with pytest.raises(ReplayError, match=r'out/bag: is there and is no bag of rtmdl alone; move'):
        replays.run(bag, tmp_path / 'out')
    assert contents_of(there) == before


def video(path, rate_hz):
    """Write a video of four frames."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), rate_hz, (96, 64))
    for number in range(4):
        writer.write(pixels(number))
    writer.release()
    return path


def test_the_digest_of_a_video_tells_rates_apart(tmp_path):
    quick, again, slow = (
        VideoDrive(video(tmp_path / f'{name}.avi', rate_hz), 'front').digest
        for name, rate_hz in (('quick', 25.0), ('again', 25.0), ('slow', 20.0))
    )
    assert quick == again != slow


def test_a_video_is_replayed_at_its_rate(replays, tmp_path):
    path = video(tmp_path / 'drive.avi', 25.0)
    run = replays.run(path, tmp_path / 'out')
    assert [task.result.released for task in run.result.tasks] == [4, 4]
    assert sorted({job.report.release_ns // MS for job in run.replayed.jobs}) == [0, 40, 80, 120]
    with pytest.raises(ReplayError, match=r'^--camera-topic: .*drive.avi is a video, without top'):
        replays.run(path, tmp_path / 'out', camera_topics=(('nocam', '/x'),))
    path.write_bytes(b'no video')
    with pytest.raises(ReplayError, match=r'drive.avi is not a video that OpenCV can read'):
        replays.run(path, tmp_path / 'out')


def test_topics_of_one_camera_are_refused_and_one_of_a_spare_camera_is_told(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(1), frames(1, '/rear/image'))
    twice = (('front', '/rear/image'), ('', CAMERA))
    with pytest.raises(ReplayError, match=f'front has both /rear/image and {CAMERA}; leave one'):
        replays.run(bag, tmp_path / 'out', camera_topics=twice)
    spare = (('front', CAMERA), ('rear', '/rear/image'))
    two = {'cameras': ['front', 'rear']}
    run = replays.run(bag, tmp_path / 'out', parameters=two, camera_topics=spare)
    assert set(run.result.tracks) == {'front'}
    assert '--camera-topic: no task looks at camera rear' in replays.told


def test_frames_that_a_recording_has_lost_are_told(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(3))
    metadata = bag / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace('message_count: 3', 'message_count: 5'))
    told = remarks(replays.run(bag, tmp_path / 'out'))
    lost = 'camera front: the recording says that it has 5 frames; 2 of them are not there'
    assert lost in told


def test_files_that_cannot_be_used(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(1))
    (tmp_path / 'empty.yaml').write_text('')
    with pytest.raises(ProfileError, match=r'nowhere.json: cannot be read'):
        replays.run(bag, tmp_path / 'out', profile=tmp_path / 'nowhere.json')
    with pytest.raises(PlanError, match=r'empty.yaml'):
        replays.run(bag, tmp_path / 'out', plan=tmp_path / 'empty.yaml')
    with pytest.raises(ProfileError, match="was measured with processor: 'Chip 9', here it is"):
        replays.run(bag, tmp_path / 'out', real_time=True)
    with pytest.raises(ParameterError, match='deadline'):
        replays.run(bag, tmp_path / 'out', parameters={'traffic_light__deadlin_ms': 1.0})
    off = {'traffic_light__enabled': False, 'traffic_sign__enabled': False}
    with pytest.raises(ReplayError, match='no task of the parameters is enabled; enable one'):
        replays.run(bag, tmp_path / 'out', parameters=off)
    two = {'cameras': ['front', 'rear'], 'traffic_sign__camera': 'rear'}
    with pytest.raises(ReplayError, match='say of which camera, as front=/camera_sim/image'):
        replays.run(bag, tmp_path / 'out', parameters=two, camera_topics=(('', CAMERA),))


def test_what_is_expected_of_a_plan_is_no_part_of_what_goes_in(replays, tmp_path):
    """One that was just made has more digits of it than one from a file."""
    bag = write_bag(tmp_path / 'bag', frames(2))
    task = replays.loaded.plan.tasks['traffic_light']
    digests = []
    for number, changes in enumerate((
        {}, {'expected_miss_ratio': 0.25}, {'priority': task.priority + 5}
    )):  # fmt: skip
        tasks = replays.loaded.plan.tasks | {'traffic_light': replace(task, **changes)}
        plan = tmp_path / f'plan{number}.yaml'
        write_plan(replace(replays.loaded.plan, tasks=tasks), plan)
        digests.append(replays.run(bag, tmp_path / 'out', plan=plan).result.digests['plan'])
    assert digests[0] == digests[1] != digests[2]


def test_a_task_that_rests_is_known_and_not_run(replays, tmp_path):
    """The profile and the plan of the node are those of all its tasks."""
    bag = write_bag(tmp_path / 'bag', frames(2))
    plan = tmp_path / 'plan.yaml'
    write_plan(replays.loaded.plan, plan)
    resting = {'traffic_sign__enabled': False}
    for options in ({'plan': plan}, {}):
        run = replays.run(bag, tmp_path / 'out', parameters=resting, **options)
        assert [task.result.task for task in run.result.tasks] == ['traffic_light']
        assert [task.name for task in run.tasks] == ['traffic_light']
