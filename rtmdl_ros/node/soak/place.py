# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The folder that a soak's node lives in: parameters, a task of its own, log and trace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from rtmdl_ros.node.soak import on_demand
from rtmdl_ros.node.soak.faults import SETTINGS
from rtmdl_ros.workload.yaml_file import yaml_text

TASKS = ('ahead', 'on_demand', 'behind')
_MODULE = 'rtmdl_soak_task'


def prepare(
    folder: Path, hang_limit_s: float, others: Mapping[str, object]
) -> tuple[Path, dict[str, str]]:
    """Fill a folder; returns the parameter file and the environment the node needs.

    `others` are further parameters, which come last.
    """
    shutil.copy(on_demand.__file__, folder / f'{_MODULE}.py')
    _write_network(folder / on_demand.ONNX_FILE)
    function = f'{_MODULE}.{on_demand.OnDemand.__name__}'
    values: dict[str, object] = {
        'cameras': ['front', 'rear'],
        'rear.transport': 'compressed',
        'tasks': list(TASKS),
        'ahead.function': 'traffic_light',
        'on_demand.function': function,
        'behind.function': function,
        'behind.camera': 'rear',
        'on_demand.period_ms': 100.0,
        'behind.period_ms': 100.0,
        'behind.deadline_ms': 100.0,
        'hang_limit_s': hang_limit_s,
        'trace_file': str(folder / 'trace.json'),
        **{name: usual for name, (usual, _) in SETTINGS.items()},
        **others,
    }
    path = folder / 'soak.param.yaml'
    path.write_text(yaml_text({'/**': {'ros__parameters': values}}), encoding='utf-8')
    paths = [str(folder), *filter(None, [os.environ.get('PYTHONPATH')])]
    return path, {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'PYTHONUNBUFFERED': '1'}


def _write_network(path: Path) -> None:
    """Write a network that makes floats of (1, 2, 2, 3) bytes."""
    shape = [1, 2, 2, 3]
    graph = helper.make_graph(
        [helper.make_node('Cast', ['image'], ['same'], to=TensorProto.FLOAT)],
        'on_demand',
        [helper.make_tensor_value_info('image', TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info('same', TensorProto.FLOAT, shape)],
    )
    opsets = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
