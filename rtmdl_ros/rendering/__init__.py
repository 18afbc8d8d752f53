# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Rendered pictures with truth: signs, traffic lights, random scenes and an F1/10 track drive.

Everything is drawn from shapes with OpenCV and numpy, without picture files or fonts, and depends
only on its seed. It feeds the simulated camera, the tests and a part of the training images.
"""
