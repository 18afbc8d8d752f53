# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Colours of figures that colour-blind eyes tell apart, too.

From M. Okabe and K. Ito, "Color Universal Design", 2008.
"""

BLUE, ORANGE, GREEN = '#0072B2', '#E69F00', '#009E73'
PINK, SKY, VERMILION, YELLOW = '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'
#: Those of things of one kind, in the order in which they are taken.
IN_ORDER = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, YELLOW)
