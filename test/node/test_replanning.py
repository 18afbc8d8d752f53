# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plans made beside a running node. Needs no ROS 2."""

import multiprocessing
import os
import struct
import time

import pytest
from known_problem import profile
from known_profile import known_profile

from rtmdl_ros.node.plan_keeper import PlanKeeper
from rtmdl_ros.node.replanning import Replanner, answer_to
from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.records import Resource

PATIENCE_S = 60.0


def configuration(**values):
    return configuration_of({f'traffic_light.{name}': value for name, value in values.items()})


@pytest.fixture
def replanner():
    """A replanner that is closed in the end."""
    replanner = Replanner()
    yield replanner
    replanner.close()


def awaited(replanner):
    end_s = time.monotonic() + PATIENCE_S
    while (answer := replanner.poll()) is None:
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return answer


def test_a_plan_comes_from_another_process(replanner):
    assert replanner.poll() is None and not replanner.busy
    replanner.ask(configuration(), known_profile())
    answer = awaited(replanner)
    assert {name: task.variant for name, task in answer.plan.tasks.items()} == {
        'traffic_light': 'small', 'traffic_sign': 'large+tiny',
    }  # fmt: skip
    assert set(answer.limits) == {'traffic_light', 'traffic_sign'}
    assert not replanner.busy


def assert_answers(replanner):
    """Ask what is answered soon."""
    replanner.ask(configuration(accuracy_floor=0.9), known_profile())
    answer = awaited(replanner)
    assert 'traffic_light.accuracy_floor is 0.9, above its best variant, small' in answer.problem


def test_asked_again_it_answers_to_the_last_demands(replanner):
    replanner.ask(configuration(), known_profile())
    replanner.ask(configuration(priority=3), known_profile())
    assert_answers(replanner)
    assert replanner.poll() is None


def test_a_process_that_dies_is_told(replanner):
    replanner.ask(configuration(), known_profile())
    replanner._process.kill()
    assert 'ended without an answer' in awaited(replanner).problem
    assert_answers(replanner)


def test_a_process_that_dies_while_it_answers_is_told(replanner):
    replanner.ask(configuration(), known_profile())
    replanner._process.kill()
    replanner._hang_up()
    replanner._results, sender = multiprocessing.Pipe(duplex=False)
    os.write(sender.fileno(), struct.pack('!i', 1000) + b'the first bytes of an answer')
    sender.close()
    assert 'ended without an answer' in awaited(replanner).problem
    assert not replanner.busy


def test_a_process_that_cannot_be_started_is_told(replanner, monkeypatch):
    def refused(process):
        raise BlockingIOError(11, 'Resource temporarily unavailable')

    with monkeypatch.context() as patch:
        patch.setattr(multiprocessing.get_context('spawn').Process, 'start', refused)
        replanner.ask(configuration(), known_profile())
        assert not replanner.busy
        assert 'no process for it can be started: ' in awaited(replanner).problem
    assert_answers(replanner)


def test_a_closed_one_leaves_no_process(replanner):
    replanner.ask(configuration(), known_profile())
    process = replanner._process
    replanner.close()
    assert not process.is_alive() and replanner.poll() is None


def test_a_plan_file_of_the_parameters_stays_the_plan(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(
        'tasks:\n  traffic_light: {variant: small, priority: 1}\n'
        '  traffic_sign: {variant: large+tiny, priority: 9}\n'
    )
    given = configuration_of({'plan_file': str(path)})
    answer = answer_to(given, known_profile(), seconds=1.0)
    assert answer.plan.tasks['traffic_sign'].priority == 9
    path.write_text('tasks: 7')
    assert str(path) in answer_to(given, known_profile(), seconds=1.0).problem


def test_with_a_plan_file_a_task_is_enabled_only_as_that_has_it(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(
        'tasks:\n  traffic_light: {variant: large, priority: 1}\n'
        '  traffic_sign: {variant: large, priority: 2}\n'
    )
    values = {
        'plan_file': str(path),
        'lanes': 1,
        'traffic_light.deadline_ms': 16.0,
        'traffic_light.accuracy_floor': 0.8,
        'traffic_sign.enabled': False,
    }
    times = profile('traffic_light', 'traffic_sign')
    given = answer_to(configuration_of(values), times, seconds=1.0).admissions['traffic_sign']
    # With the smaller variant, or the lower priority, that it would have without the file.
    free = configuration_of({**values, 'plan_file': ''})
    assert answer_to(free, times, seconds=1.0).admissions['traffic_sign'].admitted
    assert given.reason == 'traffic_light would miss 100.0%, its limit is 5.0%'


class Device:
    """A follower whose lanes are as slow as the test says."""

    def __init__(self):
        self.lanes = 1.0
        self.followed = []

    def slowness(self):
        return {Resource.CPU: 1.0, Resource.ACCELERATOR: self.lanes}

    def follow(self, answer):
        self.followed.append(answer.plan)


def test_a_device_that_is_slower_for_some_seconds_is_planned_for(replanner):
    now_s, log, device = 0.0, [], Device()
    keeper = PlanKeeper(known_profile(), log.append, log.append, lambda: now_s, replanner)

    def look(after_s):
        nonlocal now_s
        now_s += after_s
        keeper.poll(configuration(), device)

    look(0.0)
    device.lanes = 1.2
    look(0.0)
    look(10.0)
    assert not keeper.busy, 'so little is nothing'
    device.lanes = 2.0
    look(1.0)
    look(2.0)
    device.lanes = 1.0
    look(1.0)
    device.lanes = 2.0
    look(1.0)
    look(2.0)
    assert not keeper.busy, 'it was not so for long enough'
    look(1.0)
    assert keeper.busy
    assert 'than planned, by the profile cpu 1.00, not 1.00, accelerator 2.00, not 1.00' in log[0]
    end_s = time.monotonic() + PATIENCE_S
    while not device.followed:
        assert time.monotonic() < end_s
        time.sleep(0.05)
        look(0.0)
    assert 'taken over' in log[-1]
    look(10.0)
    assert not keeper.busy, 'it is planned for as it is'


def test_why_there_is_no_plan_is_told(replanner):
    log, device = [], Device()
    keeper = PlanKeeper(known_profile(), log.append, log.append, replanner=replanner)
    keeper.ask(configuration(accuracy_floor=0.9), 'to see')
    end_s = time.monotonic() + PATIENCE_S
    while len(log) < 2:
        assert time.monotonic() < end_s
        time.sleep(0.05)
        keeper.poll(configuration(accuracy_floor=0.9), device)
    assert log[0] == 'planning in the background: to see'
    assert log[1].startswith('no new plan, the old one is kept: traffic_light.accuracy_floor is')
    assert not device.followed


def test_a_plan_that_keeps_not_all_limits_is_a_warning(replanner):
    log, warnings, device = [], [], Device()
    keeper = PlanKeeper(known_profile(), log.append, warnings.append, replanner=replanner)
    hopeless = configuration(deadline_ms=1.0)
    keeper.ask(hopeless, 'to see')
    end_s = time.monotonic() + PATIENCE_S
    while not device.followed:
        assert time.monotonic() < end_s
        time.sleep(0.05)
        keeper.poll(hopeless, device)
    (warning,) = warnings
    assert warning.startswith('plan made in the background taken over, which keeps not all limits:')
    assert 'traffic_light.miss_limit is 0.05, but ' in warning and '% are missed' in warning
    assert len(log) == 1
