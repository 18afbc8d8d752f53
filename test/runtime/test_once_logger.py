# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may happen at every frame is logged once and never fills the log."""

import logging

import pytest

from rtmdl_ros.runtime.once_logger import MOST_TEXTS, OnceLogger
from rtmdl_ros.workload.errors import BadInputError, in_one_line


class WithoutTextError(Exception):
    """As a class of the user's may be."""

    def __str__(self):
        return f'in {self.nothing}'


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (ValueError('no\n  light'), 'ValueError: no light'),
        (KeyError('x'), "KeyError: 'x'"),
        (SystemExit(), 'SystemExit'),
        (OSError('caf\udce9.png is gone'), 'OSError: caf\\udce9.png is gone'),
        (WithoutTextError(), 'WithoutTextError: <exception str() failed>'),
    ],
)
def test_one_line(error, text):
    assert in_one_line(error) == text


def test_each_text_of_a_place_is_logged_once(caplog):
    log = OnceLogger(logging.getLogger('test'))
    for place, text in (('a', 'x'), ('a', 'x'), ('a', 'y'), ('b', 'x'), ('a', 'y')):
        log.log(place, ValueError(text))
    assert [record.getMessage() for record in caplog.records] == [
        'a raised ValueError: x (told once)',
        'a raised ValueError: y (told once)',
        'b raised ValueError: x (told once)',
    ]
    assert all(record.exc_info[1] for record in caplog.records)


def test_what_a_handler_raises_stays_in_it(caplog):
    class Broken(logging.Handler):
        def emit(self, record):
            raise OSError('the disk is full')

    logger = logging.getLogger('test')
    broken = Broken()
    logger.addHandler(broken)
    try:
        OnceLogger(logger).log('a', ValueError('x'))
    finally:
        logger.removeHandler(broken)
    OnceLogger(logger).log('a', ValueError('y'))
    assert [record.getMessage() for record in caplog.records] == [
        'a raised ValueError: y (told once)'
    ]


def test_bad_input_has_no_traceback(caplog):
    OnceLogger(logging.getLogger('test')).log('a', BadInputError('cut off'))
    (record,) = caplog.records
    assert record.exc_info is None


def test_a_place_that_raises_ever_new_texts_falls_silent(caplog):
    log = OnceLogger(logging.getLogger('test'))
    for number in range(100):
        log.log('a', ValueError(str(number)))
    log.log('b', ValueError('still heard'))
    assert len(caplog.records) == MOST_TEXTS + 1
