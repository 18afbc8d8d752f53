# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""torch.cuda with its part played by the CPU: the Python around it runs without a GPU.

A capture records operations and spoils what they made, as a real one computes nothing; a replay
does them again on the same memory. What must not happen in a capture raises. Nothing here is
asynchronous, so nothing is learned about a GPU.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

#: Operations whose result the host waits for.
_READ_BACK = {f'aten::{name}' for name in ('_local_scalar_dense', 'nonzero', 'equal')}


class PlayedCuda:
    """What the played GPU is asked to do, and what went wrong with that."""

    def __init__(self, monkeypatch):
        self.free_bytes, self.total_bytes = 8_000_000_000, 10_000_000_000
        #: What each graph that is captured takes of the free ones.
        self.bytes_a_graph = 0
        #: What a graph that is launched raises; '': nothing.
        self.error = ''
        #: What no exception tells, as it happens in a destructor.
        self.faults = []
        #: What others do meanwhile.
        self.in_capture = lambda: None
        self._capturing = None
        self._reading_refused = None
        self._current = threading.local()
        self._usual = _Stream()
        own = {
            'CUDAGraph': lambda: _Graph(self), 'Event': _Event, 'Stream': _Stream,
            'current_stream': self.current_stream, 'device': lambda device: nullcontext(),
            'empty_cache': lambda: None, 'get_device_name': lambda device: 'played by the CPU',
            'get_device_properties': lambda device: SimpleNamespace(is_integrated=False),
            'get_sync_debug_mode': lambda: 0, 'graph': self._graph, 'graph_pool_handle': object,
            'is_initialized': lambda: True, 'memory_reserved': lambda device: 0,
            'mem_get_info': lambda device: (self.free_bytes, self.total_bytes),
            'set_stream': self._set_stream, 'set_sync_debug_mode': self._refuse_reading,
            'stream': self._on_stream,
            'synchronize': lambda device: self._check_no_capture(),
        }  # fmt: skip
        for name, value in own.items():
            assert hasattr(torch.cuda, name), f'torch.cuda has no {name}'
            monkeypatch.setattr(torch.cuda, name, value)
        monkeypatch.setattr(torch._C, '_cuda_clearCublasWorkspaces', lambda: None, raising=False)
        placing = (
            (torch, 'empty'), (torch, 'zeros'), (torch.Tensor, 'to'), (torch.nn.Module, 'to'),
        )  # fmt: skip
        for owner, name in placing:
            monkeypatch.setattr(owner, name, _on_cpu(getattr(owner, name)))
        monkeypatch.setattr(torch.Tensor, 'pin_memory', torch.Tensor.clone)

    def current_stream(self, device=None):
        return getattr(self._current, 'stream', self._usual)

    def _set_stream(self, stream):
        self._current.stream = stream

    @contextmanager
    def _on_stream(self, stream) -> Iterator[None]:
        before = self.current_stream()
        self._current.stream = stream
        try:
            yield
        finally:
            self._current.stream = before

    @contextmanager
    def _graph(self, graph, pool, stream, capture_error_mode) -> Iterator[None]:
        assert self.current_stream() is stream and capture_error_mode == 'thread_local'
        self._check_no_capture()
        self._capturing, recorder = graph, _Recorder()
        try:
            with recorder:
                yield
            self.in_capture()
            if gc.isenabled():  # a collection may come at any time
                gc.collect()
        finally:
            self._capturing = None
        graph.tape = recorder.tape
        graph.taken_bytes = self.bytes_a_graph
        self.free_bytes -= graph.taken_bytes
        for _, _, _, own in graph.tape:
            for made in own:
                made.fill_(float('nan') if made.is_floating_point() else 77)

    def _refuse_reading(self, mode):
        if mode == 'error':
            self._reading_refused = _NothingReadBack()
            self._reading_refused.__enter__()
        elif self._reading_refused is not None:
            refused, self._reading_refused = self._reading_refused, None
            refused.__exit__(None, None, None)

    def _check_no_capture(self):
        if self._capturing is not None:
            raise RuntimeError('operation not permitted when stream is capturing')

    def launched(self):
        if self.error:
            raise RuntimeError(self.error)

    def destroyed(self, graph):
        self.free_bytes += graph.taken_bytes
        if self._capturing is not None:
            self.faults.append('a graph was destroyed in a capture')


class _Stream:
    def __init__(self, device=None, priority=0):
        self.device, self.priority = torch.device('cuda', 0), priority

    def wait_event(self, event):
        assert event.recorded

    def synchronize(self):
        pass


class _Event:
    #: Every other time that is asked for, what it stands for is not done yet.
    late = False

    def __init__(self, blocking=False):
        self.recorded = False

    def record(self, stream):
        self.recorded = True

    def synchronize(self):
        assert self.recorded

    def query(self):
        assert self.recorded
        _Event.late = not _Event.late
        return not _Event.late


class _Graph:
    def __init__(self, cuda):
        self._cuda = cuda
        self.tape = None
        self.taken_bytes = 0

    def __del__(self):
        self._cuda.destroyed(self)

    @torch.no_grad()
    def replay(self):
        self._cuda.launched()
        for function, args, kwargs, own in self.tape:
            again = tree_leaves(function(*args, **kwargs))
            for made, value in zip(own, again if own else (), strict=True):
                made.copy_(value)


class _NothingReadBack(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func._schema.name in _READ_BACK:
            raise RuntimeError('called a synchronizing CUDA operation')
        return func(*args, **(kwargs or {}))


class _Recorder(_NothingReadBack):
    def __init__(self):
        super().__init__()
        self.tape = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = super().__torch_dispatch__(func, types, args, kwargs)
        known = {_memory(each) for each in tree_leaves(args) if isinstance(each, torch.Tensor)}
        own = [each for each in tree_leaves(made) if _memory(each) not in known]
        if own or func._schema.is_mutable:  # not for views
            self.tape.append((func, args, kwargs or {}, own))
        return made


def _memory(tensor):
    return tensor.untyped_storage().data_ptr()


def _on_cpu(function):
    """Return a function that takes the CPU in place of a GPU, and no pinned memory."""

    def call(*args, pin_memory=False, **kwargs):
        cpu = torch.device('cpu')
        own = [cpu if isinstance(each, torch.device) else each for each in args]
        if 'device' in kwargs:
            kwargs['device'] = cpu
        return function(*own, **kwargs)

    return call
