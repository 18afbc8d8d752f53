# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What became of the frames that camera and node of a baseline exchanged: jobs as all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rtmdl_ros.bench.contest_scores import Reply, reply_of
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.evidence.callback_plan import CallbackAnswer, CallbackPlan
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome


def jobs_of(
    plan: CallbackPlan,
    scenario: Scenario,
    frames: Sequence[Frame],
    published_ns: Sequence[int],
    answers: Sequence[CallbackAnswer],
) -> tuple[JobReport, ...]:
    """Return a report of each frame and task, its release being the frame's publication.

    `published_ns` tells when each frame of the plan was, on the steady clock; `frames` are what
    they show, one after the other, over and over. What no callback answered is superseded: it was
    overwritten, or lost on the way. Payloads are a Reply. Raises ValueError where not all frames
    of the plan were published.
    """
    found = {(each.task, each.stamp_ns): each for each in answers}
    deadlines = {task.name: task.deadline_ns for task in scenario.planned_tasks()}
    phases = list(scenario.phases())
    reports: list[JobReport] = []
    for number, ((time_ns, camera), release_ns) in enumerate(
        zip(plan.frames, published_ns, strict=True)
    ):
        reply = reply_of(Work(frames[number % len(frames)]))
        factors = next(p.deadlines for p in phases if p.start_ns <= time_ns < p.end_ns)
        for name, task in plan.tasks.items():
            if task.camera != camera or name not in factors:
                continue
            deadline_ns = release_ns + round(deadlines[name] * factors[name])
            answer = found.get((name, release_ns))
            report = (
                _answered(answer, deadline_ns, task.variant, reply)
                if answer
                else _unanswered(name, release_ns, deadline_ns, reply)
            )
            reports.append(replace(report, job_id=len(reports)))
    return tuple(reports)


def _answered(answer: CallbackAnswer, deadline_ns: int, variant: str, reply: Reply) -> JobReport:
    finish_ns = answer.spans[-1].end_ns
    outcome = Outcome.ON_TIME if finish_ns <= deadline_ns else Outcome.LATE
    return JobReport(
        0, answer.task, outcome, answer.stamp_ns, deadline_ns, finish_ns, answer.spans, '',
        replace(reply, detections=answer.detections), variant=variant,
    )  # fmt: skip


def _unanswered(task: str, release_ns: int, deadline_ns: int, reply: Reply) -> JobReport:
    # Nobody tells when it was overwritten: it counts as gone at its deadline.
    return JobReport(
        0, task, Outcome.SUPERSEDED, release_ns, deadline_ns, deadline_ns, (),
        'no callback got this frame', reply, Reason.NEWER_JOB,
    )  # fmt: skip
