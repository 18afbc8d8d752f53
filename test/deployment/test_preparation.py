# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a start keeps and finds again."""

import os
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).parent.parent / 'support'
CODE = """
import sys
sys.path.append(sys.argv[1])
from known_profile import known_profile
from rtmdl_ros.deployment.preparation import _key
from rtmdl_ros.planning.problem import problem_of
from rtmdl_ros.workload.configuration import configuration_of
print(_key(problem_of(configuration_of({}), known_profile())))
"""


def test_a_plan_is_found_again_by_another_process():
    """Sets have another order in each."""
    keys = {
        subprocess.run(
            [sys.executable, '-c', CODE, SUPPORT],
            check=True, capture_output=True, text=True,
            env=os.environ | {'PYTHONHASHSEED': seed},
        ).stdout
        for seed in '123'
    }  # fmt: skip
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 12
