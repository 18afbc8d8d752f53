# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Renders frames ahead of their time in a thread, so that one slow frame delays none."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar('Item')

#: Render times kept for the summary: the last ten minutes at 30 Hz.
_KEPT = 18_000


class RenderAhead(Generic[Item]):
    """Calls `render(index)` for 0, 1, 2, ... in a thread of its own, at most `prefetch` ahead.

    To be used as a context manager: the thread lives inside it.
    """

    def __init__(self, render: Callable[[int], Item], prefetch: int, period_s: float) -> None:
        self._render = render
        self._prefetch = prefetch
        self._period_s = period_s
        self._changed = threading.Condition()
        self._ready: deque[tuple[int, Item]] = deque()
        self._next = 0
        self._stopped = False
        self._error: BaseException | None = None
        self._times_s: deque[float] = deque(maxlen=_KEPT)
        self._thread = threading.Thread(target=self._run, name='render', daemon=True)

    def __enter__(self) -> 'RenderAhead[Item]':
        """Start rendering."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop after the frame being rendered; returns when the thread has ended."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def wait(self, timeout_s: float) -> bool:
        """Wait until some frame is ready; returns whether one is. Raises what rendering raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._error, timeout_s)
            self._raise_error_after_the_last()
            return bool(self._ready)

    def take(self, index: int) -> Item | None:
        """Return frame `index`, or None when it is not ready: then it is left out.

        To be asked in rising order. Raises what rendering raised, after the last frame before that.
        """
        with self._changed:
            while self._ready and self._ready[0][0] < index:
                self._ready.popleft()
            self._raise_error_after_the_last()
            self._changed.notify_all()
            if self._ready and self._ready[0][0] == index:
                return self._ready.popleft()[1]
            # Frames that cannot be ready in time either are not begun: rendering them would keep
            # a slow machine late for ever.
            last_s = self._times_s[-1] if self._times_s else self._period_s
            self._next = max(self._next, index + 1 + math.ceil(last_s / self._period_s))
            return None

    def render_times_ms(self) -> list[float]:
        """Return how long the last frames took to render, in ms."""
        with self._changed:
            return [1e3 * time_s for time_s in self._times_s]

    def _raise_error_after_the_last(self) -> None:
        if self._error is not None and not self._ready:
            raise self._error

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or len(self._ready) < self._prefetch)
                if self._stopped:
                    return
                index = self._next
                self._next += 1
            start_s = time.perf_counter()
            try:
                item = self._render(index)
            except BaseException as error:  # handed to the thread that takes the frames
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._times_s.append(time.perf_counter() - start_s)
                self._ready.append((index, item))
                self._changed.notify_all()
