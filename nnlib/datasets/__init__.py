"""Data to learn from: toy sets, drawn cats and dogs, folders of photographs, preparation."""

from nnlib.datasets.drawn import cats_and_dogs
from nnlib.datasets.faces import FaceStyle
from nnlib.datasets.photos import Photos, photo_folder
from nnlib.datasets.preparation import (
    augment_flip,
    center_columns,
    confusion_matrix,
    images_to_features,
    standardize,
    train_validation_test_split,
)
from nnlib.datasets.toy import circles, moons, noisy_line, spirals, xor
from nnlib.datasets.trained import spiral_network

__all__ = [
    "FaceStyle",
    "Photos",
    "augment_flip",
    "cats_and_dogs",
    "center_columns",
    "circles",
    "confusion_matrix",
    "images_to_features",
    "moons",
    "noisy_line",
    "photo_folder",
    "spiral_network",
    "spirals",
    "standardize",
    "train_validation_test_split",
    "xor",
]
