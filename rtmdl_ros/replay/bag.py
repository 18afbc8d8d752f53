# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reads rosbag2 bags, sqlite3 and mcap, without ROS 2; whatever is wrong with one is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader, StoragePlugin

from rtmdl_ros.replay.errors import BagError
from rtmdl_ros.replay.message_types import typestore

_OURS = 'rtmdl_ros/'
_REPAIR = {
    StoragePlugin.MCAP: '"mcap recover" may save what is left of it',
    StoragePlugin.SQLITE3: '"sqlite3 FILE .recover" may save what is left of it',
}


@dataclass(frozen=True)
class Topic:
    """A topic of a bag."""

    name: str
    #: Message type, 'sensor_msgs/msg/Image'; '' where messages of several types are on it.
    kind: str
    messages: int

    def __str__(self) -> str:
        """Return the topic in words."""
        return f'{self.name} ({self.kind or "several types"}, {self.messages} messages)'


class Bag:
    """A bag that can be read from its beginning any number of times."""

    def __init__(self, path: Path) -> None:
        """Look at what is in the bag: the folder with its metadata.yaml, or one file of it.

        Raises BagError.
        """
        self.path = path
        self.storage = _storage(path)
        with self._opened() as reader:
            self.topics = tuple(
                Topic(name, info.msgtype or '', info.msgcount)
                for name, info in sorted(reader.topics.items())
            )

    def contents(self) -> str:
        """Return the bag's topics in words."""
        return ', '.join(str(topic) for topic in self.topics) or 'no topics'

    def messages(self, topics: Collection[str]) -> Iterator[tuple[str, int, Any]]:
        """Yield topic, time of recording in ns and message, by that time in each file of the bag.

        What a clock that was set back within a file has mixed stays so: nothing tells of it.

        Raises BagError where the bag ends early, a message does not fit its type, or a type of ours
        is not that of this version.
        """
        with self._opened() as reader:
            wanted = [each for each in reader.connections if each.topic in topics]
            if not wanted:
                return
            self._refuse_other_versions(wanted)
            store, read = typestore(), 0
            raw = reader.messages(wanted)
            while True:
                try:
                    connection, time_ns, data = next(raw)
                    message = store.deserialize_cdr(data, connection.msgtype)
                except StopIteration:
                    return
                except Exception as error:  # what the parts of the reader raise on damaged files
                    raise self._damaged(f'after {read} messages', error) from error
                read += 1
                yield connection.topic, time_ns, message

    def _refuse_other_versions(self, connections: Iterable[Connection]) -> None:
        for each in connections:
            ours = each.msgtype.startswith(_OURS) and typestore().hash_rihs01(each.msgtype)
            if ours and each.digest and each.digest != ours:
                raise BagError(
                    f'{self.path}: {each.topic} holds {each.msgtype} of another version of '
                    'rtmdl_ros; record it anew, or leave the topic out'
                )

    @contextmanager
    def _opened(self) -> Iterator[Reader]:
        try:
            reader = Reader(self.path)
            reader.open()
        except FileNotFoundError as error:
            raise BagError(
                f'{self.path}: has no metadata.yaml; make it with "ros2 bag reindex {self.path}"'
            ) from error
        except Exception as error:  # as above
            raise self._damaged('', error) from error
        try:
            yield reader
        finally:
            reader.close()

    def _damaged(self, where: str, error: Exception) -> BagError:
        reason = ' '.join(str(error).split()) or type(error).__name__
        return BagError(
            f'{self.path}: is cut off or damaged{where and " " + where} ({reason}); '
            f'{_REPAIR[self.storage]}'
        )


def _storage(path: Path) -> StoragePlugin:
    """Return how a bag is stored; raises BagError for what is none."""
    if not path.exists():
        raise BagError(
            f'{path}: there is no such bag; give the folder that "ros2 bag record" made, or an '
            '.mcap or .db3 file in it'
        )
    if path.is_dir():
        storage = _storage_in(path)
        if storage is None:
            below = next((str(each) for each in sorted(path.glob('*/')) if _storage_in(each)), None)
            raise BagError(
                f'{path}: no bag is in this folder (no .mcap, no .db3); give {below or "another"}'
            )
        return storage
    if path.suffix == '.bag':
        raise BagError(f'{path}: is a bag of ROS 1; convert it with rosbags-convert')
    if path.suffix not in ('.mcap', '.db3'):
        raise BagError(f'{path}: is no bag; give a folder, an .mcap or a .db3 file')
    return StoragePlugin.MCAP if path.suffix == '.mcap' else StoragePlugin.SQLITE3


def _storage_in(folder: Path) -> StoragePlugin | None:
    if any(folder.glob('*.mcap*')):
        return StoragePlugin.MCAP
    return StoragePlugin.SQLITE3 if any(folder.glob('*.db3*')) else None
