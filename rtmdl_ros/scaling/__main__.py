# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`python -m rtmdl_ros.scaling` does what `rtmdl scale` does."""

import argparse
import sys

from rtmdl_ros.scaling.command import add_arguments, run

if __name__ == '__main__':
    parser = argparse.ArgumentParser(prog='python -m rtmdl_ros.scaling')
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
