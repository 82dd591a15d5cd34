"""Data to learn from: toy sets, drawn cats and dogs, folders of photographs, preparation."""

from nnlib.datasets.toy import circles, moons, noisy_line, spirals, xor

__all__ = ["circles", "moons", "noisy_line", "spirals", "xor"]
