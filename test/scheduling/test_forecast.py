# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reservations by hand."""

from rtmdl_ros.scheduling.forecast import Forecast, Remainder
from rtmdl_ros.workload.records import Resource

CPU, LANE = Resource.CPU, Resource.ACCELERATOR


def forecast(cpus=1, lanes=1, shared=1.0):
    return Forecast({CPU: cpus, LANE: lanes}, shared)


def test_stages_follow_each_other():
    assert forecast().place(10, [(CPU, 3), (LANE, 20), (CPU, 2)]) == 35


def test_a_work_takes_the_first_gap_that_is_wide_enough():
    plan = forecast()
    plan.occupy(LANE, 0, 0, 10)
    assert plan.place(20, [(LANE, 10)]) == 30
    assert plan.place(0, [(LANE, 11)]) == 41  # from 10 to 20 there is room for 10
    assert plan.place(0, [(LANE, 10)]) == 20
    assert plan.place(0, [(LANE, 1)]) == 42


def test_the_executor_that_is_free_first_is_taken():
    plan = forecast(cpus=2)
    plan.occupy(CPU, 0, 0, 10)
    assert [plan.place(0, [(CPU, 4)]) for _ in range(4)] == [4, 8, 12, 14]


def test_lanes_are_slower_beside_others():
    plan = forecast(lanes=2, shared=1.5)
    assert plan.place(0, [(LANE, 10)]) == 10
    assert plan.place(0, [(LANE, 10)]) == 15
    assert plan.place(20, [(LANE, 10)]) == 30
    assert forecast(shared=1.5).place(0, [(LANE, 10), (LANE, 10)]) == 20


def test_segments_stay_on_their_lane_and_leave_the_other_whole():
    plan = forecast(lanes=2)
    assert plan.place(0, [(LANE, 4), (LANE, 4), (LANE, 4)]) == 12
    assert plan.place(1, [(LANE, 10)]) == 11  # not 18, behind the hops of the first one


def test_works_are_placed_in_their_order_whatever_order_they_come_in():
    urgent = Remainder((0,), 0, 10, ((LANE, 10),))
    other = Remainder((1,), 0, 20, ((LANE, 10),))
    assert forecast().place_all([other, urgent])
    assert not forecast().place_all([other._replace(deadline_ns=19), urgent])
    assert not forecast().place_all([other, urgent._replace(deadline_ns=9)])


def test_a_copy_goes_its_own_way():
    plan = forecast()
    plan.place(0, [(LANE, 10)])
    twin = plan.copy()
    assert twin.place(0, [(LANE, 10)]) == 20
    assert plan.place(0, [(LANE, 10)]) == 20


def test_works_of_one_key_and_one_deadline_have_an_order_too():
    before = Remainder((0,), 0, 20, ((CPU, 10),))
    behind = Remainder((0,), 0, 20, ((LANE, 10),))
    assert forecast().place_all([before, behind])
