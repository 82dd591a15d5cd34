"""Hostile and unlucky submissions, as data; each is graded as one of a class.

What they show: not one point is gained, nothing outside changes, nobody else's grade does, and the
report says what happened. Honest work with something odd about it earns everything. `OPEN` holds
what earns points and is meant to: formulas are open, purity is a hint, and other authors' test
cells run beside the answers, as in nbgrader.
"""

from . import forged, injections, outside, resources, unlucky
from .collection import Case

OPEN: list[Case] = forged.OPEN
CASES: list[Case] = [
    *forged.CASES,
    *outside.CASES,
    *resources.CASES,
    *injections.CASES,
    *unlucky.CASES,
]
