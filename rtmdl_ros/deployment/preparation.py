# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a node needs to know before it loads anything: the profile of its device and a plan."""

import logging
import time
from dataclasses import fields
from pathlib import Path

from rtmdl_ros.engine.cache import ANOTHER_CACHE, is_cached
from rtmdl_ros.engine.engine import Log
from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.plan_file import given_plan, read_plan, write_plan
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import Problem, problem_of
from rtmdl_ros.profiling.device import OF_ANY_DEVICE
from rtmdl_ros.profiling.measure import Effort, measured_profile
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.profiling.profile_file import (
    ProfileError,
    default_profile_path,
    profile_text,
    read_profile,
    write_profile,
)
from rtmdl_ros.profiling.request import Request
from rtmdl_ros.workload.configuration import Configuration, enabled_only
from rtmdl_ros.workload.short_key import short_key

#: A start is not the time for much precision: `rtmdl profile` measures more.
_EFFORT = Effort(rounds=2, pair_budget_s=8.0)
#: As much for a plan; more tasks than two or three profit from `rtmdl plan`, which takes longer.
_PLANNING_S = 3.0
#: Time between two words about what is being measured.
_PROGRESS_S = 2.0

_LOGGER = logging.getLogger(__name__)


def device_profile(
    configuration: Configuration,
    request: Request,
    cache_dir: Path,
    log: Log,
    *,
    own_device: bool = True,
) -> Profile:
    """Return the profile that the parameters name, or that of the cache, measured where it lacks.

    The one of the parameters must be of this device, or where not `own_device` of any that has
    the same networks.

    Raises ProfileError for a file of the parameters that is broken or of another device, and
    EngineError for networks that cannot be exported or loaded.
    """
    given = configuration.node.profile_file
    if given:
        device = request.device()
        if not own_device:
            device = {name: device[name] for name in device if name.startswith(OF_ANY_DEVICE)}
        return read_profile(Path(given).expanduser(), device)
    path = default_profile_path(request.device(), cache_dir)
    if is_cached(path):
        try:
            return read_profile(path, request.device())
        except ProfileError as error:
            log(f'{error}: measuring it again')
    log('no profile of this device with these networks yet: measuring, on the first start only')
    profile = measured_profile(request, cache_dir, _EFFORT, _Teller(log).progress, log)
    if any(len(profile.functions[name]) < len(own) for name, own in request.functions.items()):
        log('the profile is not kept, as it lacks variants: it is measured again at the next start')
        return profile
    try:
        write_profile(profile, path)
        log(f'profile written to {path}')
    except ProfileError as error:
        _LOGGER.warning('%s: it is measured again at each start; %s', error.problem, ANOTHER_CACHE)
    return profile


def device_plan(
    configuration: Configuration,
    profile: Profile,
    cache_dir: Path,
    log: Log,
    *,
    resting: bool = True,
) -> Plan:
    """Return the plan that the parameters name, or that of the cache, made where it lacks.

    Where not `resting`, it is for the enabled tasks alone.

    Raises PlanError for a plan of the parameters that cannot be used, and PlanningError for
    demands that no plan can be made for.
    """
    planned = configuration if resting else enabled_only(configuration)
    given = given_plan(configuration, profile)
    if given is not None:
        return _warned_of(given.of(planned.tasks), Path(configuration.node.plan_file).expanduser())
    problem = problem_of(planned, profile)
    path = cache_dir / f'plan-{_key(problem)}.yaml'
    if is_cached(path):
        try:
            return _warned_of(read_plan(path, problem, bounded=False), path)
        except PlanError as error:
            log(f'{error}: planning again')
    plan = make_plan(problem, seconds=_PLANNING_S).plan
    for note in plan.notes if plan.feasible else ():
        log(f'plan: {note}')
    try:
        write_plan(plan, path)
        log(f'plan written to {path}')
    except PlanError as error:
        _LOGGER.warning('%s: it is made again at each start; %s', error.problem, ANOTHER_CACHE)
    return _warned_of(plan, path)


def _warned_of(plan: Plan, path: Path) -> Plan:
    """Warn, at each start, of what a plan breaks."""
    for note in () if plan.feasible else plan.notes:
        _LOGGER.warning('plan %s: %s', path, note)
    return plan


def _key(problem: Problem) -> str:
    """Return a name that changes with all that a plan depends on, the same in every process."""
    # Not the profile's repr: the sets in it have another order in each process.
    demanded = [getattr(problem, f.name) for f in fields(problem) if f.name != 'profile']
    return short_key(repr(demanded) + profile_text(problem.profile))


class _Teller:
    """Tells every few seconds how far measuring is."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._told_s = time.monotonic()

    def progress(self, what: str, share: float) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s >= _PROGRESS_S:
            self._told_s = now_s
            self._log(f'{what}: {100 * share:.0f} %')
