"""images_to_features(images): one row of numbers in [0, 1] for each picture."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise


def questions(rng):
    # Each batch has grays of its own, so that what is divided by is not found in the batch.
    for shape, low, high in [
        ((2, 3, 4, 1), 31, 201),
        ((1, 4, 2, 3), 3, 140),
        ((5, 2, 6, 3), 90, 230),
        ((3, 7, 5, 1), 1, 255),
    ]:
        images = rng.integers(low, high, size=shape, dtype=np.uint8)
        yield (images,)
    yield (np.asfortranarray(images),)
    images = rng.integers(0, 256, size=(4, 3, 2, 1), dtype=np.uint8)
    images.flat[:2] = 0, 255
    yield (images,)


exercise = Exercise(datasets.images_to_features, questions, parts=("X",), points=1)


@exercise.alternative
def reshaped(images):
    return images.reshape(len(images), -1) / 255


@exercise.alternative
def flattened_one_by_one(images):
    return np.array([image.flatten() for image in images]) / 255.0


@exercise.alternative
def float32(images):
    return images.astype(np.float32).reshape(images.shape[0], -1) / np.float32(255)


@exercise.alternative
def loops(images):
    rows = []
    for image in images:
        rows.append([pixel / 255 for line in image for point in line for pixel in point.tolist()])
    return np.array(rows)


@exercise.misconception("The numbers still run from 0 to 255; what brings them to at most 1?")
def not_scaled(images):
    return images.reshape(len(images), -1).astype(float)


@exercise.misconception("White should become exactly 1: what is the largest value of a uint8?")
def divided_by_256(images):
    return images.reshape(len(images), -1) / 256


@exercise.misconception("Whole division leaves only 0 and 1 of all the grays.")
def whole_division(images):
    return (images.reshape(len(images), -1) // 255).astype(float)


@exercise.misconception("All pictures landed in one row; each should have its own.")
def one_long_row(images):
    return images.reshape(1, -1) / 255


@exercise.misconception("The pictures became columns; rows are examples.")
def pictures_as_columns(images):
    return (images.reshape(len(images), -1) / 255).T


@exercise.misconception("The pixels are in another order: columns first, or memory's own order?")
def column_by_column(images):
    return np.stack([image.flatten(order="F") for image in images]) / 255


@exercise.misconception("The channels were moved to the front; keep the order of the axes.")
def channels_first(images):
    return images.transpose(0, 3, 1, 2).reshape(len(images), -1) / 255


@exercise.misconception(
    "This divides by the largest value found, which differs from batch to batch."
)
def divided_by_the_largest(images):
    return images.reshape(len(images), -1) / images.max()


@exercise.misconception(
    "Black and white are fixed; here the darkest and the brightest pixel of a batch decide."
)
def stretched(images):
    return (images.reshape(len(images), -1) - float(images.min())) / np.ptp(images)


@exercise.misconception("Each picture is divided by its own brightest pixel, so dark ones glow.")
def each_by_its_own_largest(images):
    return np.stack([image.flatten() / image.max() for image in images])


@exercise.misconception("The range is -1 to 1 here; 0 to 1 is asked for.")
def from_minus_one(images):
    return images.reshape(len(images), -1) / 127.5 - 1


@exercise.misconception("The colors were averaged; every channel is a feature of its own.")
def gray_levels(images):
    return images.mean(axis=3).reshape(len(images), -1) / 255


@exercise.misconception("Each line of a picture is a row here; a whole picture should be one.")
def line_by_line(images):
    return images.reshape(-1, images.shape[2] * images.shape[3]) / 255
