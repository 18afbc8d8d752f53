# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Valid files and messages made wrong in ways that nobody thought of."""

import copy
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

#: More for a thorough search: RTMDL_EXAMPLES=5000.
FUZZ = settings(
    max_examples=int(os.environ.get('RTMDL_EXAMPLES', '60')),
    # The folder of a test is filled anew in each example; the machine may be busy.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
#: What may stand in the place of any value.
VALUES = st.sampled_from([
    None, True, False, 0, -1, 1, 7, 2**31, 2**70, -(2**70), 10**400, 0.5, -0.5, 1e-320, 1e308,
    float('inf'), float('-inf'), float('nan'), '', 'a', '.', '..', '/', 'a/b', 'two\nlines',
    '\x00', '\ud800', 'ü' * 300, '1', 'true', [], [None], [1, 'a'], [[]], {}, {'a': 1}, {'': {}},
])  # fmt: skip
#: What YAML, but not JSON, may have as a key.
KEYS = st.sampled_from(['', 'a', 'a.b', 'two\nlines', '\x00', '..', '1'])
YAML_KEYS = st.one_of(KEYS, st.sampled_from([None, True, 1, 0.5, (1, 2)]))


@st.composite
def damaged(draw, data):
    """Draw bytes with some changed, cut out or put in, or with an end cut off."""
    found = bytearray(data)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        match draw(st.sampled_from(['change', 'change', 'cut', 'take', 'put'])):
            case 'change':
                found[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 'cut':
                del found[at:]
            case 'take':
                del found[at : at + draw(st.integers(1, 16))]
            case 'put':
                found[at:at] = draw(st.binary(min_size=1, max_size=16))
    return bytes(found)


@st.composite
def changed(draw, document, keys=KEYS):
    """Draw a document of objects and lists with some values and names replaced, or taken out."""
    found = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(found))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(['value', 'value', 'value', 'remove', 'rename', 'twice'])):
            case 'value':
                holder[key] = copy.deepcopy(draw(VALUES))
            case 'remove':
                del holder[key]
            case 'rename' if isinstance(holder, dict):
                holder[draw(keys)] = holder.pop(key)
            case 'twice' if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
    return found


def only_documented(call, *errors):
    """Return what a call returns, or None where it raises one of its errors, in one line."""
    try:
        return call()
    except errors as error:
        text = str(error)
        assert text.strip() and len(text.splitlines()) == 1, text
        return None


def _places(document):
    """Yield each holder of a value with the value's key or index."""
    if isinstance(document, (dict, list)):
        keys = list(document) if isinstance(document, dict) else range(len(document))
        for key in keys:
            yield document, key
            yield from _places(document[key])
