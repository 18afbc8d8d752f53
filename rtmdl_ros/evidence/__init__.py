# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a run gave, live or replayed: scores against the truth, figures, tables, pictures."""
