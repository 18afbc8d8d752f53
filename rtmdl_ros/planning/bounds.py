# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The bounds of storage and memory: what networks take of them, and what exceeds them."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.problem import MB, Problem


def bytes_above(problem: Problem, candidate: Candidate) -> float:
    """Return what the networks take above the bounds of storage and memory, as parts of these."""
    networks = networks_of(problem, candidate)
    above = 0.0
    if problem.storage_bytes is not None:
        above += max(0.0, problem.storage_of(networks) / problem.storage_bytes - 1.0)
    if problem.memory_bytes is not None:
        above += max(0.0, problem.memory_of(networks) / problem.memory_bytes - 1.0)
    return above


def networks_of(problem: Problem, candidate: Candidate) -> set[str]:
    """Return the names of all networks that the chosen variants run."""
    return {
        network
        for variants, index in zip(problem.allowed, candidate.variants, strict=True)
        for network in variants[index].networks
    }


def too_large(problem: Problem, candidate: Candidate) -> str:
    """Return what bound the networks of a candidate exceed, in words; '' for none."""
    return beyond_bounds(problem, networks_of(problem, candidate))


def beyond_bounds(problem: Problem, networks: Collection[str]) -> str:
    """Return what bound some networks exceed, in words; '' for none."""
    for what, bytes_of, bound in (
        ('storage', problem.storage_of, problem.storage_bytes),
        ('memory', problem.memory_of, problem.memory_bytes),
    ):
        taken = bytes_of(networks)
        if bound is not None and taken > bound:
            return f'{megabytes(taken)} MB of {what} (bound {bound / MB:g} MB)'
    return ''


def megabytes(count: int) -> str:
    """Return bytes in MB with two digits, not below."""
    return f'{ceil(count / MB * 100 - 1e-9) / 100:.2f}'.rstrip('0').rstrip('.')
