# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`python3 -m rtmdl_ros` runs the node."""

import sys

from rtmdl_ros.node.main import main

sys.exit(main())
