"""What chance must look like: laws on who was chosen, for several seeds at once."""

import numpy as np

from nnlib.checking import Fault
from nnlib.checking.plain import same


def chance_broken(part, received, chosen):
    """The fault of choices that are not drawn one by one from the generator, if there is one.

    Right choices break one of these laws less than once in 100 million times.

    Parameters
    ----------
    part : str
    received : list
        One answer for each seed.
    chosen : ndarray of shape (seeds, N), bool
        Who of N was chosen for each of them; each row should be equally probable in any order.
    """
    if all(same(one, received[0]) for one in received):
        text = "another rng gives the same result: draw everything from the rng that is passed in"
        return Fault("rng", f"{part}: {text}")
    seeds, N = chosen.shape
    if np.all(np.ptp(chosen.astype(int), axis=1) == 0):
        return Fault("together", f"{part}: all are chosen or none; each should be for itself")
    centered = chosen - chosen.mean(axis=1, keepdims=True)
    rows = centered / np.maximum(centered.std(axis=1, keepdims=True), 1e-9)
    if abs(surprise(np.sum(rows.sum(axis=0) ** 2) / seeds * (N - 1) / N, N - 1)) > 6.5:
        text = "the same ones are chosen again and again, whatever the rng draws"
        return Fault("places", f"{part}: {text}")
    spectrum = np.abs(np.fft.rfft(rows, axis=1)) ** 2
    alike = np.fft.irfft(spectrum.sum(axis=0), N)[1 : N // 2 + 1] + seeds
    if np.abs(alike).max() > 10 * np.sqrt(seeds * N):  # chance needs 6; each lag is a try
        lag = 1 + int(np.argmax(np.abs(alike)))
        text = f"whether one is chosen depends on the one {lag} places before; each is for itself"
        return Fault("pattern", f"{part}: {text}")
    return None


def counts_broken(part, counts, N, p):
    """The fault of numbers of chosen ones that vary too little or too much for N independent."""
    squares = np.sum((counts - N * p) ** 2) / (N * p * (1 - p))
    if abs(surprise(squares, len(counts))) > 6.5:
        few, many = counts.min(), counts.max()
        text = f"{few} to {many} of {N} are chosen, seed by seed; let chance decide for each one"
        return Fault("counts", f"{part}: {text}")
    return None


def share_broken(part, count, N, p):
    """The fault of a share that is not p, by Chernoff's bound: once in 500 million times."""
    got = count / N
    pairs = ((got, p), (1 - got, 1 - p))
    bits = sum(g * np.log(g / w) if w else np.inf for g, w in pairs if g)
    if 2 * N * bits > 40:
        if abs(got - 0.5) < 2.5 * np.sqrt(0.25 / N):
            what = "half"  # whatever p says
        else:  # many wrong shares are one mistake; small ones tell two apart
            what = {0: "none", 1: "all"}.get(got, f"{got:.2f}" if p < 0.05 else "other")
        return Fault(
            f"share {p:g} {what}", f"{part}: {got:.3f} of them are chosen, expected about {p:g}"
        )
    return None


def surprise(squares, freedom):
    """A sum of squares of normal numbers, in standard deviations (Wilson and Hilferty)."""
    spread = 2 / (9 * freedom)
    return ((squares / freedom) ** (1 / 3) - 1 + spread) / np.sqrt(spread)
