# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of your own in one file: people, found by a network of torchvision.

Start it beside the shipped tasks, in the folder of this file::

    export PYTHONPATH=$PWD:$PYTHONPATH
    ros2 launch rtmdl_ros rtmdl.launch.py image_topic:=/image_raw \\
        params_file:=$PWD/person_detector.param.yaml

The first start downloads the weights, exports both networks and measures them; later ones need
neither torch nor the internet.
"""

import cv2
import numpy as np

from rtmdl_ros.perception.task import Box, Detection, NetworkVariant, PerceptionTask

#: Number of the class among the 21 that the network tells apart.
PERSON = 15
#: What the network was trained with: mean and deviation of red, green, blue.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: Smaller spots are noise: share of the picture.
LEAST_AREA = 0.001
MOST_PEOPLE = 10


class PersonDetector(PerceptionTask):
    """Marks the pixels that show people and puts a box around each spot of them."""

    classes = ('person',)
    # The scheduler takes the most accurate one that there is time for. 0.58 is the mean IoU that
    # torchvision gives for this network at full size; 0.45 is a guess. Measure both on pictures
    # of your own: they decide what accuracy is given up for time.
    variants = (
        NetworkVariant('144x192', 144, 192, accuracy=0.45),
        NetworkVariant('288x384', 288, 384, accuracy=0.58),
    )
    weights = 'DEFAULT'

    def network(self):
        """Return the network: BGR uint8 (1, H, W, 3) in, probability of a person (1, H, W) out."""
        import torch
        from torch.nn.functional import interpolate
        from torchvision.models.segmentation import lraspp_mobilenet_v3_large

        class PersonMap(torch.nn.Module):
            def __init__(self, weights):
                super().__init__()
                self.segment = lraspp_mobilenet_v3_large(weights=weights, weights_backbone=None)
                self.mean = torch.nn.Parameter(torch.tensor(MEAN).view(3, 1, 1))
                self.deviation = torch.nn.Parameter(torch.tensor(DEVIATION).view(3, 1, 1))

            def forward(self, images):
                rgb = images.permute(0, 3, 1, 2).flip(1).float() / 255
                features = self.segment.backbone((rgb - self.mean) / self.deviation)
                shares = self.segment.classifier(features).softmax(dim=1)
                # Made larger by one class alone: the module itself does it with all 21.
                return interpolate(shares[:, [PERSON]], scale_factor=8, mode='bilinear')[:, 0]

        return PersonMap(self.weights)

    def preprocess(self, image):
        """Resize the image to what the network takes."""
        size = self.variant.input_width, self.variant.input_height
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)[None]

    def postprocess(self, outputs, image, score_threshold):
        """Return a box, in pixels of the image, for each of the largest spots."""
        probability = outputs[0][0]
        mask = (probability >= score_threshold).astype(np.uint8)
        _, labels, spots, _ = cv2.connectedComponentsWithStats(mask)
        order = 1 + np.argsort(-spots[1:, cv2.CC_STAT_AREA])
        x_scale = image.shape[1] / mask.shape[1]
        y_scale = image.shape[0] / mask.shape[0]
        people = []
        for label in order[:MOST_PEOPLE]:
            x, y, width, height, area = spots[label]
            if area < LEAST_AREA * mask.size:
                break
            inside = np.s_[y : y + height, x : x + width]
            score = probability[inside][labels[inside] == label].mean()
            box = Box(
                x * x_scale, y * y_scale, (x + width) * x_scale, (y + height) * y_scale
            )
            people.append(Detection('person', score, box))
        return people
