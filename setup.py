# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Installs the part without ROS, for example on a training server: pip install .

On a robot the package is built with colcon from CMakeLists.txt, which does not use this file.
"""

from xml.etree import ElementTree

from setuptools import setup

setup(version=ElementTree.parse('package.xml').findtext('version'))
