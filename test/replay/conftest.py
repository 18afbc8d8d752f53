# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tiny networks whose stages take known times, for replays of known outcome."""

import io
from dataclasses import replace

import pytest
import yaml
from rich.console import Console
from small_bags import CAMERA
from tiny_zoo import link_exports

from rtmdl_ros.deployment.loading import load
from rtmdl_ros.evidence.written import Written
from rtmdl_ros.profiling.measure import Effort, measured_profile
from rtmdl_ros.profiling.profile import STEPS, Profile
from rtmdl_ros.profiling.profile_file import write_profile
from rtmdl_ros.profiling.request import request_of
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive
from rtmdl_ros.replay.files import write_files
from rtmdl_ros.replay.jobs import Replayed, arrivals_of
from rtmdl_ros.replay.options import ReplayOptions
from rtmdl_ros.replay.run import ReplayRun, run_replay
from rtmdl_ros.replay.virtual import replay_virtually
from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.records import Resource

#: What stages take, always.
CPU_NS, NETWORK_NS = 1_000_000, 5_000_000


def with_known_times(profile: Profile) -> Profile:
    """Return the profile of a device on which stages always take the same."""
    functions = {}
    for function, variants in profile.functions.items():
        functions[function] = tuple(
            replace(
                variant,
                stages=tuple(
                    replace(
                        stage,
                        quantiles_ns=(ns(stage.resource),) * (STEPS + 1),
                        worst_ns=ns(stage.resource),
                    )
                    for stage in variant.stages
                ),
            )
            for variant in variants
        )
    device = profile.device | {'processor': 'Chip 9', 'cores': '7'}
    return replace(profile, functions=functions, device=device)


def ns(resource: Resource) -> int:
    """Return what a stage takes."""
    return CPU_NS if resource is Resource.CPU else NETWORK_NS


class Replays:
    """Replays with tiny networks, one CPU worker and one lane; the light is the more urgent."""

    def __init__(self, folder, zoo, exports):
        self.folder = folder
        #: What the last replay said on the way.
        self.told = ''
        link_exports(zoo, exports, folder / 'cache')
        self.values = {
            'zoo_dir': str(zoo),
            'cache_dir': str(folder / 'cache'),
            'profile_file': str(folder / 'profile.json'),
            'lanes': 1,
            'choice': 'planned',
            'traffic_light.priority': 2,
            'traffic_sign.priority': 1,
        }
        request = request_of(configuration_of(self.values), zoo)
        profile = measured_profile(request, folder / 'cache', Effort(rounds=1, pair_budget_s=0))
        #: As measured here, for replays in real time.
        self.own_profile = folder / 'own.json'
        write_profile(profile, self.own_profile)
        write_profile(with_known_times(profile), folder / 'profile.json')

        self.loaded = load(
            read_parameter_file(self.parameters(folder / 'parameters.yaml')),
            lambda line: None,
            own_device=False,
        )

    def virtually(self, path, *, topics=None, rate=1.0, node=None, twin='', **tasks) -> Replayed:
        """Replay a bag with some parameters of the node and of tasks changed.

        `twin` is the name of one more task that does what the first one does.
        """
        ready = []
        twins = [replace(self.loaded.tasks[0], name=twin)] if twin else []
        for task in (*self.loaded.tasks, *twins):
            changed = replace(task.parameters, **tasks.get(task.name, {}))
            ready.append(replace(task, parameters=changed))
            ready[-1].apply_threshold()
        bag = Bag(path)
        by_name = {topic.name: topic for topic in bag.topics}
        names = topics or {'front': CAMERA}
        drive = BagDrive(bag, {camera: by_name[name] for camera, name in names.items()})
        arrivals = {
            camera: arrivals_of(track.passed_ns, rate) for camera, track in drive.tracks.items()
        }
        parameters = replace(configuration_of(self.values).node, **(node or {}))
        profile = self.loaded.profile
        return replay_virtually(ready, profile, parameters, drive.frames(), arrivals, seed=1)

    def parameters(self, path, **others):
        """Write a parameter file and return its path."""
        values = self.values | {name.replace('__', '.'): value for name, value in others.items()}
        path.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
        return path

    def run(self, source, out, *, parameters=None, **options) -> ReplayRun:
        """Replay a drive with some parameters changed, and write what it leaves."""
        run, written = self.written(source, out, parameters=parameters, **options)
        assert written.problems == []
        return run

    def written(
        self, source, out, *, parameters=None, **options
    ) -> tuple[ReplayRun, Written]:
        """Replay a drive as `run` does; returns also which files were written."""
        out.mkdir(exist_ok=True)
        file = self.parameters(out / 'parameters.yaml', **(parameters or {}))
        options = {'pictures': False, **options}
        given = ReplayOptions(source, params_file=file, out=out, **options)
        console = Console(file=io.StringIO(), width=200)
        try:
            run = run_replay(given, console)
            return run, write_files(run, given, console)
        finally:
            self.told = console.file.getvalue()


@pytest.fixture(scope='session')
def replays(tmp_path_factory, tiny_zoo, cache_dir) -> Replays:
    """Return what replays drives."""
    return Replays(tmp_path_factory.mktemp('replays'), tiny_zoo, cache_dir)
