# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Less than a minute of faults for the real node; and what the soak's books and checks find."""

import json
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import rclpy
from domains import fresh_domain_id
from rclpy.executors import SingleThreadedExecutor
from std_srvs.srv import Trigger

from rtmdl_ros.node.environment import fastdds_profile, ros_environment
from rtmdl_ros.node.soak import __main__ as soak_command
from rtmdl_ros.node.soak import caller as caller_module
from rtmdl_ros.node.soak.__main__ import main
from rtmdl_ros.node.soak.caller import Caller
from rtmdl_ros.node.soak.faults import FAULTS
from rtmdl_ros.node.soak.ledger import Counters, HeardLedger, summaries
from rtmdl_ros.node.soak.picture import draw_soak
from rtmdl_ros.node.soak.result import (
    FaultRecord,
    Limits,
    SoakResult,
    checks,
    longest_gap,
)
from rtmdl_ros.node.soak.run import Soak, SoakOptions
from rtmdl_ros.node.soak.station import Station

#: A busy machine may take its time; what is asked is that nothing is lost and all goes on.
PATIENT = Limits(heartbeat_s=10.0, recovery_s=30.0, exit_s=10.0, unheard=0.02)


@pytest.mark.timeout(300)
def test_the_node_under_faults(tmp_path, monkeypatch, cache_dir, small_zoo):
    domain_id = fresh_domain_id()
    for name, value in ros_environment(domain_id, fastdds_profile()).items():
        monkeypatch.setenv(name, value)
    parameters = {'cache_dir': str(cache_dir), 'zoo_dir': str(small_zoo), 'lanes': 1}
    options = SoakOptions(
        duration_s=15.0, seed=1, folder=tmp_path, log=tmp_path / 'node.log', domain_id=domain_id,
        limits=PATIENT, hang_limit_s=0.5, fault_s=(0.3, 0.8), parameters=parameters,
    )  # fmt: skip
    told: list[FaultRecord] = []
    with Soak(options, lambda seconds, what: None, told.append) as soak:
        result = soak.run()
    log = (tmp_path / 'node.log').read_text(errors='replace')
    assert [check for check in checks(result) if check.passed is False] == [], log[-3000:]
    assert list(result.faults) == told and len(told) >= len(FAULTS) / 2
    assert result.jobs['failed'] > 0 and result.jobs['on_time'] > 0


@pytest.fixture
def deaf_server():
    """Return the domain of a node whose ~/replan does not answer its first call in time."""
    context, over = rclpy.Context(), threading.Event()
    domain_id = fresh_domain_id()
    rclpy.init(context=context, domain_id=domain_id)
    node = rclpy.create_node('rtmdl', context=context)
    calls = []

    def answer(request, response):
        calls.append(request)
        time.sleep(3.2 if len(calls) == 1 else 0.0)
        response.success = True
        return response

    node.create_service(Trigger, '/rtmdl/replan', answer)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def spin():
        while not over.is_set():
            executor.spin_once(timeout_sec=0.1)

    thread = threading.Thread(target=spin)
    thread.start()
    yield domain_id
    over.set()
    thread.join()
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_a_call_without_an_answer_is_repeated(deaf_server, monkeypatch):
    monkeypatch.setattr(caller_module, '_ANSWER_S', 3.0)
    caller = Caller(deaf_server)
    try:
        assert caller.call(Trigger, '/rtmdl/replan', Trigger.Request()).success
        assert (caller.repeated, caller.unanswered) == (['/rtmdl/replan'], [])
        monkeypatch.setattr(caller_module, '_ANSWER_S', 0.25)
        assert caller.call(Trigger, '/none', Trigger.Request()) is None
        assert caller.unanswered == ['/none was not found in 0.25 s, then was not found in 0.25 s']
    finally:
        caller.close()


@pytest.fixture
def ledger():
    return HeardLedger(['a'])


def answer(sequence):
    return SimpleNamespace(task='a', sequence=sequence)


def miss(sequence, reason):
    return SimpleNamespace(task='a', sequence=sequence, reason=reason)


def status(released, in_flight=0, **counts):
    outcomes = {'on_time': 0, 'late': 0, 'superseded': 0, 'discarded': 0, 'failed': 0, **counts}
    task = SimpleNamespace(task='a', released=released, in_flight=in_flight, **outcomes)
    return SimpleNamespace(tasks=[task])


def test_books_that_are_right(ledger):
    ledger.answer(answer(0))
    ledger.status(status(3, in_flight=1, on_time=1, superseded=1))
    ledger.miss(miss(1, 2))
    ledger.answer(answer(2))
    ledger.miss(miss(2, 1))
    counters = {'a': Counters(3, 1, 1, 1, 0, 0)}
    assert ledger.is_complete(counters)
    ledger.close(counters)
    assert (ledger.problems, ledger.unheard, ledger.total['released']) == ([], 0, 3)
    ledger.status(status(1, in_flight=1))  # a new life begins at 0
    assert ledger.problems == []


@pytest.mark.parametrize(
    ('heard', 'counters', 'text'),
    [
        ([answer(0), answer(0)], Counters(1, 1, 0, 0, 0, 0), 'a: job 0 was answered twice'),
        ([miss(0, 2), miss(0, 2)], Counters(1, 0, 0, 1, 0, 0), 'a: job 0 was missed twice'),
        ([answer(0), miss(0, 4)], Counters(1, 1, 0, 0, 0, 0), 'were answered, and missed but not'),
        ([answer(1)], Counters(1, 1, 0, 0, 0, 0), 'a: job 1 was heard of, of 1'),
        ([answer(0)], Counters(1, 0, 0, 0, 0, 1), '1 were heard of as answered, the node counts 0'),
        ([miss(0, 3)], Counters(1, 0, 0, 1, 0, 0), '0 were heard of as superseded, the node'),
        ([answer(0)], Counters(2, 1, 0, 0, 0, 0), 'a: 2 released, 1 ended at the end'),
        ([status(2, on_time=1)], Counters(0, 0, 0, 0, 0, 0), 'status has 2 released, but 1 ended'),
        (
            [status(1, on_time=1), status(1, in_flight=1)], Counters(1, 1, 0, 0, 0, 0),
            'a: status has on_time fallen',
        ),
    ],
)  # fmt: skip
def test_books_that_are_wrong(ledger, heard, counters, text):
    for message in heard:
        if hasattr(message, 'tasks'):
            ledger.status(message)
        elif hasattr(message, 'reason'):
            ledger.miss(message)
        else:
            ledger.answer(message)
    ledger.close({'a': counters})
    assert any(text in problem for problem in ledger.problems), ledger.problems


def test_another_node_in_the_domain_is_told_once(ledger):
    for message in (status(1, on_time=1), status(2, on_time=2)):
        message.tasks[0].task = 'b'
        ledger.status(message)
    assert ledger.problems == ['b: is not of this node: another one is in the domain']


def test_messages_that_were_lost_are_counted_apart(ledger):
    ledger.answer(answer(0))
    ledger.close({'a': Counters(3, 2, 0, 1, 0, 0)})
    assert (ledger.unheard, ledger.problems) == (2, [])
    ledger.answer(answer(0))
    ledger.close({'a': Counters(1, 0, 1, 0, 0, 0)})
    assert (ledger.unheard, ledger.problems) == (3, [])


def test_final_counters_are_read_from_the_log():
    line = 'task {}: {} frames: 5 on time, 1 late, 2 superseded, 3 discarded, 0 failed'
    log = '\n'.join(['[rtmdl]: ' + line.format('a', 11), 'other', line.format('a', 9)])
    assert summaries(log) == {'a': [Counters(11, 5, 1, 2, 3, 0), Counters(9, 5, 1, 2, 3, 0)]}


GOOD = SoakResult(
    seed=1, duration_s=700.0, warm_up_s=100.0, limits=Limits(),
    faults=(FaultRecord('burst', '30 Hz', 1.0, 2.0, 0.25),), jobs={'released': 1000},
    statuses=50, unheard=1, longest_silence_s=1.5, stalled_s=0.25, exit_s=0.5, exit_status=0,
    memory_mb=[(at, 500.0 + at / 1200) for at in range(700)], miss_ratios=[(1.0, 0.5)],
)  # fmt: skip


def failing(**fields):
    return [check.name for check in checks(replace(GOOD, **fields)) if check.passed is False]


def test_each_check_fails_by_its_name():
    assert failing() == []
    assert failing(died='node ended by itself') == ['node alive']
    assert failing(books=('a: wrong',)) == ['counters add up']
    assert failing(unheard=2) == ['jobs not heard of']
    assert failing(jobs={}) == ['jobs not heard of']
    assert failing(longest_silence_s=2.25) == []
    assert failing(longest_silence_s=2.5) == ['longest time between diagnostics']
    lost = replace(GOOD.faults[0], recovered_s=None)
    assert failing(faults=(lost,)) == ['recovery']
    assert failing(conduct=('~/replan did not answer',)) == ['services and parameters']
    grown = [(at, 500.0 + at / 400) for at in range(700)]
    assert failing(memory_mb=grown) == ['growth of memory after the warm-up']
    assert failing(memory_mb=grown, duration_s=500.0) == [], 'too short to tell'
    assert failing(exit_s=2.5) == ['exit on SIGINT'] == failing(exit_status=-11)
    assert GOOD.slope == (pytest.approx(0.5), pytest.approx(500.0))


def test_the_longest_gap_counts_from_begin_to_end():
    assert longest_gap([1.0, 2.0, 9.0], 1.5, 4.0) == 2.0
    assert longest_gap([], 1.0, 4.0) == 3.0


def test_a_picture_is_drawn(tmp_path):
    draw_soak(GOOD, tmp_path / 'new' / 'soak.png')
    assert (tmp_path / 'new' / 'soak.png').stat().st_size > 10_000


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (['--minutes', '0'], '--minutes: 0: give a number from 0.001 to 10000'),
        (['--minutes', 'nan'], '--minutes: nan: give a number from 0.001 to 10000'),
        (['--json', '/dev/null/x.json'], '/dev/null/x.json: --json cannot be written'),
        (['--log', '/tmp'], '/tmp: --log cannot be written (it is a folder); give another file'),
        (['--picture', '/dev/null/x.png'], '/dev/null/x.png: --picture cannot be written'),
        (['--picture', '/tmp/x.html'], '--picture /tmp/x.html: give a name in .png, .svg, .pdf'),
        (['ROS_DOMAIN_ID=abc'], 'ROS_DOMAIN_ID is abc: give a whole number from 0 to 101, or un'),
        (['ROS_DOMAIN_ID=102'], 'ROS_DOMAIN_ID is 102: give a whole number from 0 to 101'),
    ],
)
def test_wrong_use_is_named(capsys, monkeypatch, arguments, text):
    monkeypatch.setattr(soak_command, '_soak', None)
    variable, equals, value = arguments[0].partition('=')
    if equals:
        monkeypatch.setenv(variable, value)
        arguments = arguments[1:]
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert text in capsys.readouterr().err


def test_figures_are_written_first_and_a_failing_picture_is_told(tmp_path, monkeypatch, capsys):
    json_file, picture = tmp_path / 'soak.json', tmp_path / 'soak.png'

    def fail(result, path):
        assert json.loads(json_file.read_text())['duration_s'] == 700.0
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(soak_command, '_soak', lambda options, console: GOOD)
    monkeypatch.setattr(soak_command, 'draw_soak', fail)
    monkeypatch.setattr(soak_command, 'ros_environment', lambda *arguments: {})
    places = ('--json', json_file, '--picture', picture, '--log', tmp_path / 'log')
    assert main([str(word) for word in places]) == 1
    text = capsys.readouterr().out
    assert f'soak: {picture}: cannot be written (No space left on device)' in text
    assert f'written: {json_file}, {tmp_path}/log' in text


def test_a_log_that_cannot_be_opened_leaves_no_station(tmp_path, monkeypatch):
    stations = []
    monkeypatch.setattr(
        'rtmdl_ros.node.soak.run.Station',
        lambda *arguments: stations.append(Station(*arguments)) or stations[0],
    )
    options = SoakOptions(1.0, 1, tmp_path, tmp_path / 'none' / 'log', fresh_domain_id())
    with pytest.raises(FileNotFoundError):
        Soak(options, lambda seconds, what: None, lambda fault: None)
    assert [thread.is_alive() for thread in stations[0]._threads] == [False, False]
