# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Class names of the shipped networks, in the order of their outputs."""

TRAFFIC_LIGHT_STATES = ('red', 'yellow', 'green', 'off')

#: Shape families of the German benchmarks; the detector finds these, the recogniser names the sign.
TRAFFIC_SIGN_FAMILIES = ('prohibitory', 'danger', 'mandatory', 'other')

#: The 43 classes of GTSRB (Stallkamp et al., Neural Networks 32, 2012), index = class id.
TRAFFIC_SIGNS = (
    'speed_limit_20',
    'speed_limit_30',
    'speed_limit_50',
    'speed_limit_60',
    'speed_limit_70',
    'speed_limit_80',
    'end_of_speed_limit_80',
    'speed_limit_100',
    'speed_limit_120',
    'no_passing',
    'no_passing_trucks',
    'priority_at_next_intersection',
    'priority_road',
    'yield',
    'stop',
    'no_vehicles',
    'no_trucks',
    'no_entry',
    'general_caution',
    'dangerous_curve_left',
    'dangerous_curve_right',
    'double_curve',
    'bumpy_road',
    'slippery_road',
    'road_narrows_right',
    'road_work',
    'traffic_signals',
    'pedestrians',
    'children_crossing',
    'bicycles_crossing',
    'beware_ice_snow',
    'wild_animals',
    'end_all_limits',
    'turn_right_ahead',
    'turn_left_ahead',
    'ahead_only',
    'go_straight_or_right',
    'go_straight_or_left',
    'keep_right',
    'keep_left',
    'roundabout_mandatory',
    'end_no_passing',
    'end_no_passing_trucks',
)
