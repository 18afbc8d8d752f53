# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Writes bags that ROS 2 tools read, without ROS 2."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer

from rtmdl_ros.evidence.topics import is_ours
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.errors import BagError, ReplayError
from rtmdl_ros.replay.message_types import HEADER, TIME, typestore
from rtmdl_ros.workload.text_file import error_of
from rtmdl_ros.workload.units import NS_PER_S

#: What Humble and Jazzy both read.
_VERSION: Literal[8] = 8


class BagWriter:
    """A new bag. A context manager; once complete, it replaces one of ours in its place.

    Until then it is in a folder beside that: what is cut off leaves the place as it was.
    """

    def __init__(self, path: Path, storage: StoragePlugin) -> None:
        """Prepare to write a folder; raises ReplayError where something else is there."""
        check_place(path)
        self._path = path
        self._place = path.resolve()  # a link could not be removed as a folder is
        self._aside = self._place.parent / f'.{path.name}.{secrets.token_hex(4)}.partial'
        self._writer = Writer(
            self._aside / self._place.name, version=_VERSION, storage_plugin=storage
        )
        self._topics: dict[str, tuple[Connection, str]] = {}

    def __enter__(self) -> BagWriter:
        """Make the folder. Raises OSError."""
        with self._failing_as_files_do():
            self._aside.mkdir(parents=True)
            self._writer.open()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Complete the bag and put it in its place, or remove what there is of it.

        Raises OSError; also in place of an error of the database that was raised before.
        """
        try:
            with self._failing_as_files_do():
                if error is not None:
                    with suppress(OSError, sqlite3.Error):
                        self._writer.close()
                    raise error
                self._writer.close()
                _clear(self._place)
                (self._aside / self._place.name).rename(self._place)
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)

    @contextmanager
    def _failing_as_files_do(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise error_of(self._path, error) from error
        except OSError as error:
            if error.filename is None or str(error.filename).startswith(str(self._aside)):
                raise error_of(self._path, error) from error
            raise

    def add_topic(self, topic: str, kind: str) -> None:
        """Add a topic of a type."""
        connection = self._writer.add_connection(topic, kind, typestore=typestore())
        self._topics[topic] = connection, kind

    def write(self, topic: str, time_ns: int, message: object) -> None:
        """Write a message of a topic that was added."""
        connection, kind = self._topics[topic]
        self._writer.write(connection, time_ns, typestore().serialize_cdr(message, kind))


def check_place(path: Path) -> None:
    """Raise ReplayError where a bag cannot go: all but one of ours that is there must stay."""
    if path.exists() and not _may_go(path):
        raise ReplayError(
            f'{path}: is there and is no bag of rtmdl alone; move it away, or give '
            'another place with --out'
        )


def _may_go(path: Path) -> bool:
    """Return whether `path` is a folder with nothing in it but a bag whose topics are all ours."""
    if not path.is_dir():
        return False
    suffixes = sorted(file.suffix for file in path.iterdir())
    if suffixes not in ([], ['.db3', '.yaml'], ['.mcap', '.yaml']):
        return False
    try:
        return not suffixes or all(is_ours(topic.name) for topic in Bag(path).topics)
    except BagError:
        return False


def _clear(path: Path) -> None:
    if path.exists():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()


def message(kind: str, **fields: Any) -> Any:
    """Return a message of a type."""
    return typestore().types[kind](**fields)


def header_at(time_ns: int, frame_id: str = '') -> Any:
    """Return a header with a stamp."""
    sec, nanosec = divmod(time_ns, NS_PER_S)
    return message(HEADER, stamp=message(TIME, sec=sec, nanosec=nanosec), frame_id=frame_id)
