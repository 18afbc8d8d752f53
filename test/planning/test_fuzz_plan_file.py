# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plan files of any content are read or refused in one line."""

import yaml
from hypothesis import given
from known_problem import problem, task
from mutations import FUZZ, YAML_KEYS, changed, damaged, only_documented

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.plan import Plan, candidate_of, plan_of
from rtmdl_ros.planning.plan_file import plan_text, read_plan

TWO = problem(task('a', weight=3.0), task('b', 40, 30, accuracy_floor=0.7))
CHOSEN = Candidate((1, 1), (1, 0))
TEXT = plan_text(plan_of(TWO, CHOSEN, Evaluator(TWO).fitness(CHOSEN), ('a: large',)))


@FUZZ
@given(data=damaged(TEXT.encode()))
def test_damaged_files(tmp_path, data):
    read(tmp_path, data)


@FUZZ
@given(document=changed(yaml.safe_load(TEXT), YAML_KEYS))
def test_changed_values(tmp_path, document):
    read(tmp_path, yaml.dump(document).encode())


def read(folder, data):
    path = folder / 'plan.yaml'
    path.write_bytes(data)
    found = only_documented(lambda: read_plan(path, TWO), PlanError)
    if found is not None:
        assert isinstance(found, Plan)
        candidate_of(TWO, found)
