# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All files of a replay that is over."""

from __future__ import annotations

import json

from rich.console import Console

from rtmdl_ros.evidence.written import Written
from rtmdl_ros.replay.album import make_album
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.options import FIGURES, TRACE, ReplayOptions
from rtmdl_ros.replay.output import write_results
from rtmdl_ros.replay.results import as_json
from rtmdl_ros.replay.run import ReplayRun
from rtmdl_ros.runtime.chrome_trace import write_chrome_trace
from rtmdl_ros.workload.text_file import write_whole


def write_files(run: ReplayRun, options: ReplayOptions, console: Console) -> Written:
    """Write replay.json, trace.json, a bag of results and pictures; returns which there are."""
    written = Written(ReplayError)
    figures = json.dumps(as_json(run.result), indent=2) + '\n'
    for path in dict.fromkeys(filter(None, (options.out / FIGURES, options.json))):
        with written.writing(path):
            write_whole(path, figures)
    trace = options.out / TRACE
    with written.writing(trace):
        write_chrome_trace(run.replayed.reports, trace)
    with written.writing(run.results):
        write_results(
            run.results, run.storage, run.drive, run.tasks, run.configuration.node, run.replayed
        )
    if options.pictures:
        try:
            with console.status('Drawing the pictures'):
                make_album(
                    run.drive, run.tasks, run.recordings, run.replayed.reports, options.out, written
                )
        except ReplayError as error:
            written.problems.append(str(error))
    return written
