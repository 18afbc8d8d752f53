# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Image messages to pixels: every encoding, padded rows, and all that must be refused."""

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.node import images
from rtmdl_ros.node.images import pixels_of
from rtmdl_ros.perception.images import ImageError, decompressed

BGR = np.random.default_rng(1).integers(0, 256, (4, 6, 3), np.uint8)
RANDOM = np.random.default_rng(2).integers(0, 256, (48, 64, 4), np.uint8)
SMOOTH = cv2.resize(np.uint8([[[10, 60, 200], [200, 90, 30]]]), (64, 48))


def message(pixels: np.ndarray, encoding: str, padding: int = 0) -> Image:
    """Return pixels (H, W, C) as an Image message with padded rows."""
    height, width = pixels.shape[:2]
    rows = np.pad(pixels.reshape(height, -1), ((0, 0), (0, padding)), constant_values=77)
    return Image(
        height=height, width=width, encoding=encoding, step=rows.shape[1], data=rows.tobytes()
    )


@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize(
    ('encoding', 'pixels'),
    [
        ('bgr8', BGR),
        ('rgb8', BGR[:, :, ::-1]),
        ('bgra8', np.dstack([BGR, np.full((4, 6), 9, np.uint8)])),
        ('rgba8', np.dstack([BGR[:, :, ::-1], np.full((4, 6), 9, np.uint8)])),
    ],
)
def test_colour_encodings_give_the_same_pixels(encoding, pixels, padding):
    image = pixels_of(message(pixels, encoding, padding))
    assert image.dtype == np.uint8
    assert np.array_equal(image, BGR)


def test_mono8_is_repeated_in_all_channels():
    image = pixels_of(message(BGR[:, :, :1], 'mono8', padding=2))
    assert np.array_equal(image, np.repeat(BGR[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    ('encoding', 'row'),
    [
        # Grey 128 and 235 have the neutral chroma 128: U Y V Y and Y U Y V of ITU-R BT.601.
        ('yuv422', [128, 126, 128, 235]),
        ('uyvy', [128, 126, 128, 235]),
        ('yuv422_yuy2', [126, 128, 235, 128]),
        ('yuyv', [126, 128, 235, 128]),
    ],
)
def test_yuv422_of_both_orders(encoding, row):
    image = pixels_of(message(np.uint8(row).reshape(1, 2, 2), encoding))
    assert image.tolist() == [[[128, 128, 128], [255, 255, 255]]]


def test_bgr8_shares_memory_with_the_message():
    source = message(BGR, 'bgr8')
    assert np.shares_memory(pixels_of(source), np.frombuffer(source.data, np.uint8))


def test_big_endian_makes_no_difference_to_bytes():
    source = message(BGR, 'bgr8')
    source.is_bigendian = 1
    assert np.array_equal(pixels_of(source), BGR)


@pytest.mark.parametrize(
    ('encoding', 'channels', 'padding'),
    [
        ('bgr8', 3, 0),
        ('rgb8', 3, 1),
        ('bgra8', 4, 2),
        ('rgba8', 4, 5),
        ('yuv422', 2, 1),
        ('yuv422_yuy2', 2, 3),
        ('uyvy', 2, 0),
        ('yuyv', 2, 0),
    ],
)
def test_cv_bridge_is_not_given_what_it_would_spoil(monkeypatch, encoding, channels, padding):
    source = message(RANDOM[:, :, :channels], encoding, padding)
    monkeypatch.setattr(images, '_CV_BRIDGE', None)
    expected = pixels_of(source)
    monkeypatch.setattr(images, '_CV_BRIDGE', lambda _: pytest.fail('cv_bridge was called'))
    assert np.array_equal(pixels_of(source), expected)


@pytest.mark.skipif(images._CV_BRIDGE is None, reason='needs cv_bridge and numpy 1')
@pytest.mark.parametrize('padded_pixels', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'channels'),
    [('rgb8', 3), ('bgra8', 4), ('rgba8', 4), ('mono8', 1), ('yuv422', 2), ('yuv422_yuy2', 2)],
)
def test_cv_bridge_gives_the_same_pixels(monkeypatch, encoding, channels, padded_pixels):
    source = message(RANDOM[:, :, :channels], encoding, padded_pixels * channels)
    by_cv_bridge = images._CV_BRIDGE(source)
    monkeypatch.setattr(images, '_CV_BRIDGE', None)
    assert np.array_equal(by_cv_bridge, pixels_of(source))


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        (
            {'encoding': 'bayer_rggb8'},
            "encoding 'bayer_rggb8' is not supported; have the camera publish one of bgr8",
        ),
        ({'encoding': '16UC1', 'is_bigendian': 1}, "encoding '16UC1' is not supported"),
        ({'encoding': ''}, "encoding '' is not supported"),
        ({'step': 17}, 'step is 17; 6 pixels of bgr8 need 18'),
        ({'height': 5}, 'data has 72 bytes; 5 rows of step 18 are 90'),
        ({'height': 0}, 'size is 6x0'),
        ({'width': 0}, 'size is 0x4'),
        ({'data': b''}, 'data has 0 bytes'),
        ({'encoding': 'yuv422', 'width': 5}, 'width 5 is odd'),
    ],
)
def test_refused_messages_name_the_field(change, text):
    source = message(BGR, 'bgr8')
    for field, value in change.items():
        setattr(source, field, value)
    with pytest.raises(ImageError, match='^' + text):
        pixels_of(source)


def encoded(extension: str) -> CompressedImage:
    """Return the smooth picture as a JPEG or PNG message."""
    data = cv2.imencode(f'.{extension}', SMOOTH)[1].tobytes()
    return CompressedImage(format=extension, data=data)


def test_png_is_lossless():
    assert np.array_equal(decompressed(encoded('png')), SMOOTH)


def test_jpeg_is_close():
    difference = np.abs(decompressed(encoded('jpg')).astype(int) - SMOOTH)
    assert difference.mean() < 2


def test_padding_behind_a_jpeg_is_allowed():
    source = encoded('jpg')
    source.data = bytes(source.data) + bytes(20)
    assert decompressed(source).shape == SMOOTH.shape


@pytest.mark.parametrize('extension', ['jpg', 'png'])
def test_truncated_data_is_refused(extension):
    source = encoded(extension)
    source.data = bytes(source.data)[:-40]
    with pytest.raises(ImageError, match='the data ends early, after'):
        decompressed(source)


@pytest.mark.parametrize('data', [b'', b'GIF89a', bytes(100)])
def test_other_formats_are_refused(data):
    with pytest.raises(ImageError, match='neither JPEG nor PNG'):
        decompressed(CompressedImage(format='jpeg', data=data))


def test_broken_data_between_good_marks_is_refused():
    with pytest.raises(ImageError, match='6 bytes that do not decode'):
        decompressed(CompressedImage(format='jpeg', data=b'\xff\xd8ab\xff\xd9'))


@pytest.mark.parametrize('extension', ['.jpg', '.png'])
def test_a_size_beyond_reason_is_refused_before_memory_is_taken(extension):
    data = bytearray(cv2.imencode(extension, np.zeros((16, 16, 3), np.uint8))[1].tobytes())
    if extension == '.png':
        data[16:24] = bytes([0, 0, 0xFF, 0xFF] * 2)
    else:
        at = data.index(b'\xff\xc0')
        data[at + 5 : at + 9] = b'\xff\xff\xff\xff'
    with pytest.raises(ImageError, match='claim to be 65535x65535 pixels; at most 67108864 are'):
        decompressed(CompressedImage(format='some', data=bytes(data)))


def test_a_jpeg_that_hides_its_size_is_refused():
    data = bytearray(cv2.imencode('.jpg', np.zeros((16, 16, 3), np.uint8))[1].tobytes())
    data[2:2] = b'junk'
    with pytest.raises(ImageError, match='bytes that do not decode'):
        decompressed(CompressedImage(format='some', data=bytes(data)))
