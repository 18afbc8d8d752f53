# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the parameters say of the device."""

import pytest

from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.device_name import DeviceName, device_in
from rtmdl_ros.workload.parameter_rules import ParameterError

NAMES = {
    'auto': DeviceName('auto'), 'cpu': DeviceName('cpu'), 'cuda': DeviceName('cuda', 0),
    'cuda:0': DeviceName('cuda', 0), 'cuda:12': DeviceName('cuda', 12),
}  # fmt: skip


@pytest.mark.parametrize('text', NAMES)
def test_names(text):
    assert device_in(text) == NAMES[text]
    assert device_in(str(NAMES[text])) == NAMES[text]
    assert configuration_of({'device': text}).node.device == text


@pytest.mark.parametrize('text', ['', 'gpu', 'cuda:', 'cuda:-1', 'cuda:1.0', 'cuda:100', 'CUDA'])
def test_what_is_no_device_is_refused_by_its_parameter(text):
    with pytest.raises(ParameterError) as error:
        configuration_of({'device': text})
    assert str(error.value) == (
        f'device is {text!r}; give auto, cpu, cuda, or cuda:1 and so on'
    )


def test_providers_of_a_gpu_are_refused_on_the_processor():
    values = {'device': 'cpu', 'onnx_providers': ['tensorrt', 'cpu']}
    with pytest.raises(ParameterError) as error:
        configuration_of(values)
    assert str(error.value) == (
        "onnx_providers holds 'tensorrt', but device is cpu; set device to auto or cuda, or "
        'onnx_providers to [cpu]'
    )
    node = configuration_of(values | {'device': 'cuda:1'}).node
    assert node.onnx_providers == ('tensorrt', 'cpu')


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        (['rocm'], "onnx_providers holds 'rocm'; give some of 'tensorrt', 'cuda', 'cpu'"),
        ([], 'onnx_providers is empty; name at least one'),
        (
            ['cpu', 'cuda'],
            "onnx_providers is ['cpu', 'cuda']; nothing is left to those after cpu: put it last",
        ),
        (['cpu', 'cpu'], "onnx_providers is ['cpu', 'cpu']; a name stands there twice"),
        ('cpu', "onnx_providers is 'cpu'; it must be a list of names"),
    ],
)
def test_wrong_providers_are_named(value, text):
    with pytest.raises(ParameterError) as error:
        configuration_of({'onnx_providers': value})
    assert str(error.value) == text


def test_a_wrong_precision_is_named():
    with pytest.raises(ParameterError, match=r"^precision is 'int8'; it must be one of 'half',"):
        configuration_of({'precision': 'int8'})
