# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS domains for runs that are to meet no other program."""

import socket

from rtmdl_ros.workload.arguments import whole

#: Domains above 101 use ports that Linux hands out to others.
_DOMAINS = 101
# RTPS 2.5, section 9.6.2.3: where a participant is spoken to.
_FIRST_PORT, _PORTS_A_DOMAIN, _UNICAST, _PORTS_A_PARTICIPANT = 7400, 250, 10, 2
#: The first ones that join a domain; those that join later have them beside them, as a rule.
_PARTICIPANTS = 8

#: Takes a ROS domain on the command line.
domain_id = whole(0, _DOMAINS)


def free_domain_id(first: int) -> int:
    """Return a ROS domain, 1 to 101, in which no participant of this machine is.

    The first one after `first`, a process id for example: programs that start at once take
    different ones then. Where none is free, that one.
    """
    candidates = [1 + (first + step) % _DOMAINS for step in range(_DOMAINS)]
    return next(filter(_is_free, candidates), candidates[0])


def _is_free(domain: int) -> bool:
    lowest = _FIRST_PORT + _PORTS_A_DOMAIN * domain + _UNICAST
    ports = range(lowest, lowest + _PORTS_A_PARTICIPANT * _PARTICIPANTS, _PORTS_A_PARTICIPANT)
    return all(_can_be_bound(port) for port in ports)


def _can_be_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(('', port))
        except OSError:
            return False
    return True
