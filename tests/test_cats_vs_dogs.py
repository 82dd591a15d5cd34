"""Answers of lesson 08 that look right and are not, and laws that right answers never break."""

import numpy as np
import pytest

from nnlib import classifier, datasets
from nnlib.checking import assess, catalogue
from nnlib.checking.answer import answer
from nnlib.checking.compare import deviation
from nnlib.exercises._chance import chance_broken, counts_broken, share_broken
from nnlib.exercises.cats_vs_dogs import build_classifier as home

SEEDS = range(3)


def mirrored(images, chosen):
    return np.where(chosen[:, None, None, None], images[:, :, ::-1], images)


def by_brightness(images, rng, p=0.5):
    """The darkest ones; nothing is drawn."""
    order = images.astype(float).mean(axis=(1, 2, 3)).argsort(kind="stable").argsort()
    return mirrored(images, order < round(p * len(images)))


def seeded_by_the_size(images, rng, p=0.5):
    return mirrored(images, np.random.default_rng(len(images)).random(len(images)) < p)


def one_pattern_moved_by_chance(images, rng, p=0.5):
    pattern = np.arange(len(images)) % 10 < round(10 * p)
    return mirrored(images, np.roll(pattern, rng.integers(10)))


def a_tenth_too_often(images, rng, p=0.5):
    return mirrored(images, rng.random(len(images)) < 1.1 * p)


def mean_of_two_numbers(images, rng, p=0.5):
    return mirrored(images, rng.random((2, len(images))).mean(axis=0) < p)


def cut(y, fractions, order):
    parts = [[], [], []]
    for label in np.unique(y):
        members = order(np.flatnonzero(y == label))
        at = np.round(np.cumsum(fractions)[:2] * len(members)).astype(int)
        for part, rows in zip(parts, np.split(members, at), strict=True):
            part.append(rows)
    return tuple(np.concatenate(part) for part in parts)


def the_test_first(y, fractions, rng):
    return cut(y, fractions[::-1], lambda rows: rows)[::-1]


def one_pair_exchanged(y, fractions, rng):
    train, validation, test = cut(y, fractions, lambda rows: rows)
    for label in np.unique(y):
        i, j = (rng.choice(np.flatnonzero(y[part] == label)) for part in (train, test))
        train[i], test[j] = test[j], train[i]
    return train, validation, test


def only_the_first_class(y, fractions, rng):
    return cut(y, fractions, lambda rows: rows[::-1] if y[rows[0]] else rng.permutation(rows))


def own_statistics_and_a_constant_column(X_train, X_other):
    """The leak with everything else in order."""
    return tuple(
        np.where(X_train.max(axis=0) == X_train.min(axis=0), 0, (X - X.mean(axis=0)) / spread)
        for X in (X_train, X_other)
        for spread in [np.where(X.max(axis=0) == X.min(axis=0), 1, X.std(axis=0))]
    )


CHEATS = {
    "augment_flip": (
        by_brightness,
        seeded_by_the_size,
        one_pattern_moved_by_chance,
        a_tenth_too_often,
        mean_of_two_numbers,
    ),
    "train_validation_test_split": (the_test_first, one_pair_exchanged, only_the_first_class),
    "standardize": (own_statistics_and_a_constant_column,),
}


@pytest.mark.parametrize(("name", "cheat"), [(n, c) for n in CHEATS for c in CHEATS[n]])
def test_what_only_looks_right_earns_nothing(name, cheat):
    assert [assess(name, cheat, seed).score for seed in SEEDS] == [0, 0, 0]


def test_chance_breaks_no_law():
    rng = np.random.default_rng(1)
    for p in (0.1, 0.3, 0.5):
        for _ in range(300):
            chosen = rng.random((16, 500)) < p
            assert chance_broken("part", list(chosen), chosen) is None
            assert counts_broken("part", chosen.sum(axis=1), 500, p) is None
            assert share_broken("part", chosen.sum(), chosen.size, p) is None


def test_no_threshold_tells_a_constant_column_from_one_that_hardly_varies():
    probes = catalogue.find("standardize").ask(0)
    spreads = [probe.args[0].std(axis=0) for probe in probes]
    constant = [np.ptp(probe.args[0], axis=0) == 0 for probe in probes]
    largest_constant = max(s[c].max(initial=0) for s, c in zip(spreads, constant, strict=True))
    assert min(s[~c].min() for s, c in zip(spreads, constant, strict=True)) < largest_constant


def test_standardizing_right_and_wrong_lie_far_from_the_tolerance():
    exercise = catalogue.find("standardize")
    for functions, low, high in (
        (exercise.alternatives, 0, 0.01),
        ([m.function for m in exercise.misconceptions if m.name != "in place"], 100, np.inf),
    ):
        for function in functions:
            worst = max(
                deviation(right.value, given.value, exercise.tolerance)
                for right, given in zip(
                    answer(exercise.reference, exercise.ask(0)),
                    answer(function, exercise.ask(0)),
                    strict=True,
                )
            )
            assert low <= worst <= high, function


# The whole project


@pytest.fixture(scope="module")
def elsewhere():
    """A network that knows cats as 0 and dogs as 1, trained on what nobody handed in."""
    images, y = datasets.cats_and_dogs(8_000, home.TRAIN_SEED)
    return home._fit(images, y, np.random.default_rng(0), (48,), epochs=4)


def played(predict_of):
    """The verdict on a function that labels through ``predict_of(trained, images)``."""

    def build_classifier(images_train, y_train, images_validation, y_validation, rng):
        trained = home._quick(images_train, y_train, rng)
        return lambda images: predict_of(trained, images)

    return assess("build_classifier", build_classifier)


def test_a_network_trained_elsewhere_earns_nothing_and_hears_why(elsewhere):
    verdict = played(lambda trained, images: elsewhere(images))
    assert verdict.score == 0
    assert verdict.misconceptions == ("exchanged",)


def test_the_seed_decides_which_class_is_one():
    exercise = catalogue.find("build_classifier")
    y = datasets.cats_and_dogs(8_000, home.TRAIN_SEED)[1]
    exchanged = [not np.array_equal(exercise.ask(seed)[0].args[1], y) for seed in range(6)]
    assert exchanged[0]
    assert 0 < sum(exchanged[1:]) < 5


def test_labels_that_depend_on_the_company_earn_nothing():
    seen = []

    def remembered(trained, images):
        seen.extend(trained(images).tolist())
        return np.array(seen[: len(images)])

    def blind_when_alone(trained, images):
        return trained(images) * (len(images) > 1)

    for predict_of in (remembered, blind_when_alone):
        verdict = played(predict_of)
        assert verdict.score == 0
        assert verdict.misconceptions == ("statistics of the batch",)


def test_labels_that_flicker_earn_nothing():
    rng = np.random.default_rng(5)
    verdict = played(lambda trained, x: trained(x) ^ (rng.random(len(x)) < 0.04))
    assert verdict.score == 0
    assert "in other company" in str(verdict)


def test_a_function_for_one_number_of_pictures_raises():
    def wired_in(trained, images):
        labels = np.empty(1_000, int)
        labels[:] = trained(images)
        return labels

    assert played(wired_in).score == 0


def test_more_pictures_are_refused_inside_and_only_there():
    def build_classifier(images_train, y_train, images_validation, y_validation, rng):
        datasets.cats_and_dogs(20, 77, cache=False)

    verdict = assess("build_classifier", build_classifier)
    assert verdict.score == 0
    assert "build_classifier may not draw pictures" in str(verdict)
    assert len(datasets.cats_and_dogs(3, 77, cache=False)[0]) == 3


def test_no_part_of_the_reference_can_be_called_by_itself():
    own = [
        f for f in vars(classifier).values() if getattr(f, "__module__", "") == "nnlib.classifier"
    ]
    assert own == [classifier.build_classifier]


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda trained, images: trained(images)[:-1], "expected shape (1013,), received (1012,)"),
        (lambda trained, images: trained(images, 3), "takes 1 positional argument"),
    ],
)
def test_no_mistake_is_named_by_the_kind_of_its_fault_alone(returned, said):
    verdict = played(returned)
    assert verdict.score == 0
    assert said in str(verdict)
    assert verdict.misconceptions == ()


def test_a_missing_return_is_told_as_it_is():
    verdict = assess("build_classifier", lambda *args: None)
    assert "it is None, where the function predict is asked for" in str(verdict)
    assert verdict.misconceptions == ()
