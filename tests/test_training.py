"""Training: the plain loop, `fit`, and how far networks get on the course's data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.callbacks import EarlyStopping
from nnlib.datasets import cats_and_dogs, images_to_features, spirals, standardize
from nnlib.initializers import he_init
from nnlib.layers import Dense, Dropout, ReLU
from nnlib.losses import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy
from nnlib.network import Sequential
from nnlib.optimizers import SGD, Adam, Momentum
from nnlib.regularizers import L2, clip_gradients, l2_penalty
from nnlib.schedules import CosineDecay, StepDecay
from nnlib.training import fit, fit_line, minibatches, train, training_step

N, D, C = 23, 5, 3


@pytest.fixture
def data(rng):
    return rng.normal(size=(N, D)), np.arange(N) % C


@pytest.fixture
def network(rng):
    return Sequential([Dense(D, 8, rng), ReLU(), Dense(8, C, rng)])


def quick(network, data, **settings):
    given = {"loss": SoftmaxCrossEntropy(), "optimizer": SGD(0.1), "epochs": 3, "batch_size": 6}
    return fit(network, *data, rng=np.random.default_rng(4), **(given | settings))


@given(n=st.integers(1, 40), batch_size=st.integers(1, 50), seed=st.integers(0, 99))
def test_batches_hold_each_example_once_beside_its_label(n, batch_size, seed):
    X, y = np.arange(n)[:, None] * 10, np.arange(n)
    batches = list(minibatches(X, y, batch_size, np.random.default_rng(seed)))
    assert [len(y_batch) for _, y_batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    np.testing.assert_array_equal(np.sort(np.concatenate([b for _, b in batches])), y)
    for X_batch, y_batch in batches:
        np.testing.assert_array_equal(X_batch[:, 0], 10 * y_batch)


def test_every_epoch_is_shuffled_anew(rng, data):
    one, two = (np.concatenate([b for _, b in minibatches(*data, 6, rng)]) for _ in range(2))
    assert not np.array_equal(one, two)


@pytest.mark.parametrize(("rows", "batch_size"), [(N - 1, 6), (N, 0)])
def test_batches_that_cannot_be_made_are_refused_at_once(rng, data, rows, batch_size):
    with pytest.raises(ValueError, match=rf"{N} rows, y {rows}, and batch_size is {batch_size}"):
        minibatches(data[0], data[1][:rows], batch_size, rng)


def test_fit_line_arrives_at_least_squares(rng):
    X = rng.normal(size=(N, 4))
    y = X @ [1.0, -2.0, 0.5, 3.0] + 4 + 0.1 * rng.normal(size=N)
    w, b = fit_line(X, y, 0.1, 3000)
    expected = np.linalg.lstsq(np.column_stack([X, np.ones(N)]), y, rcond=None)[0]
    np.testing.assert_allclose([*w, b], expected, rtol=1e-8)


def test_one_step_of_fit_line_has_the_factor_two_over_n(rng):
    X, y = rng.normal(size=(N, 4)), rng.normal(size=N)
    w, b = fit_line(X, y, 0.1, 1)
    np.testing.assert_allclose(w, 0.1 * 2 / N * X.T @ y)
    assert b == pytest.approx(0.1 * 2 * y.mean())


def flat(params):
    return np.concatenate([array.ravel() for pair in params for array in pair])


def test_fit_takes_the_same_steps_as_the_plain_loop(data, network):
    start = network.parameters
    params, losses = train(*data, start, 0.1, 3, 6, np.random.default_rng(4))
    history = quick(network, data)
    np.testing.assert_allclose(flat(network.parameters), flat(params), rtol=1e-12)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-12)


def test_without_learning_rate_nothing_changes_and_the_loss_is_that_of_the_start(rng, data):
    start = he_init([D, 8, C], rng)
    params, losses = train(*data, start, 0.0, 3, 6, rng)
    np.testing.assert_array_equal(flat(params), flat(start))
    np.testing.assert_allclose(losses, losses[0], rtol=1e-12)


def test_training_leaves_the_start_alone_and_no_epochs_return_copies(rng, data):
    start = he_init([D, 8, C], rng)
    before = flat(start).copy()
    train(*data, start, 0.5, 3, 6, rng)
    np.testing.assert_array_equal(flat(start), before)
    params, losses = train(*data, start, 0.5, 0, 6, rng)
    assert losses == []
    np.testing.assert_array_equal(flat(params), before)
    assert not np.shares_memory(params[0][0], start[0][0])


def test_history_has_one_entry_per_epoch(data, network):
    schedule = StepDecay(0.1, drop=0.5, every=4)  # four batches are one epoch
    history = quick(network, data, optimizer=SGD(schedule), validation=data)
    assert history.learning_rates == [0.1, 0.05, 0.025]
    for record in (history.losses, history.validation_losses, history.accuracies):
        assert len(record) == 3
    assert history.validation_losses[-1] < history.losses[0]
    assert history.validation_accuracies[-1] == pytest.approx(
        (network.predict(data[0]) == data[1]).mean()
    )


def test_the_penalty_counts_in_the_loss_and_pulls_at_the_weights(data, network):
    start = network.parameters
    free = quick(network, data, epochs=1, batch_size=N)
    network.parameters = start
    priced = quick(network, data, epochs=1, batch_size=N, regularizer=L2(0.3))
    assert priced.losses[0] - free.losses[0] == pytest.approx(l2_penalty(start, 0.3))


def test_clipping_bounds_the_step(data, network):
    before = flat(network.parameters)
    quick(network, data, epochs=1, batch_size=N, max_norm=1e-3)
    assert np.linalg.norm(flat(network.parameters) - before) == pytest.approx(0.1 * 1e-3)
    assert clip_gradients(network.gradients, 1e-3)[0][0].shape == (D, 8)


def test_a_callback_may_end_the_training(data, network):
    seen = []

    def second_epoch(network, history):
        seen.append(len(history.losses))
        return len(history.losses) == 2

    assert len(quick(network, data, epochs=9, callbacks=[second_epoch]).losses) == 2
    assert seen == [1, 2]


def test_early_stopping_goes_back_to_the_best_epoch(rng, data, network):
    validation = rng.normal(size=(50, D)), rng.integers(0, C, 50)  # nothing to learn here
    stop = EarlyStopping(patience=3)
    history = quick(
        network, data, optimizer=Adam(0.03), epochs=60, validation=validation, callbacks=[stop]
    )
    assert len(history.losses) == stop.best_epoch + 4 < 60
    value = SoftmaxCrossEntropy().forward(network.forward(validation[0]), validation[1])
    assert value == min(history.validation_losses)


def test_early_stopping_without_validation_says_what_is_missing(data, network):
    with pytest.raises(ValueError, match="needs validation data"):
        quick(network, data, callbacks=[EarlyStopping(2)])


def test_interrupting_keeps_what_was_learned_and_says_so(capsys, data, network):
    before = flat(network.parameters)

    def third_epoch(network, history):
        if len(history.losses) == 3:
            raise KeyboardInterrupt

    history = quick(network, data, epochs=20, callbacks=[third_epoch])
    assert history.interrupted
    assert len(history.losses) == 3
    assert not np.array_equal(flat(network.parameters), before)
    assert "after 3 of 20 epochs" in capsys.readouterr().out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_runs_away_names_the_step_and_the_likely_cause(rng, data, dtype):
    network = Sequential([Dense(D, 8, rng, dtype=dtype), ReLU(), Dense(8, 1, rng, dtype=dtype)])
    with pytest.raises(
        FloatingPointError, match=r"became (nan|inf) at step \d+, with learning rate 1e\+06"
    ):
        quick(network, data, loss=MeanSquaredError(), optimizer=SGD(1e6), epochs=200)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((N, D)), np.arange(N), "labels from 0 to 22; with 3 logits"),
        (np.ones((N, D)), np.arange(N - 1) % C, "23 rows and y 22 labels"),
        (np.full((N, D), np.nan), np.arange(N) % C, "nan at entry"),
        (np.ones((0, D)), np.zeros(0, int), "at least one row"),
        (np.ones((N, D + 1)), np.arange(N) % C, r"Layer 0 .*\(1, 6\)"),
    ],
)
def test_data_that_cannot_work_are_refused_before_the_first_step(network, X, y, message):
    before = flat(network.parameters)
    with pytest.raises(ValueError, match=message):
        quick(network, (X, y))
    with pytest.raises(ValueError, match=message):
        quick(network, (np.ones((N, D)), np.arange(N) % C), validation=(X, y))
    np.testing.assert_array_equal(flat(network.parameters), before)


def test_targets_that_are_nan_are_refused(rng):
    network = Sequential([Dense(D, 1, rng)])
    with pytest.raises(ValueError, match="y holds nan or inf"):
        quick(network, (np.ones((N, D)), np.full(N, np.nan)), loss=MeanSquaredError())


def test_a_training_step_works_with_dropout_and_returns_the_loss_before_it(rng, data):
    network = Sequential([Dense(D, 8, rng), ReLU(), Dropout(0.3, rng), Dense(8, C, rng)])
    before = network.parameters
    value, outputs = training_step(network, *data, SoftmaxCrossEntropy(), SGD(0.1))
    assert value == SoftmaxCrossEntropy().forward(outputs, data[1])
    assert before[0][0] is not network.parameters[0][0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spirals_are_learned_to_99_percent(rng, dtype):
    network = Sequential(
        [
            Dense(2, 32, rng, dtype=dtype),
            ReLU(),
            Dense(32, 32, rng, dtype=dtype),
            ReLU(),
            Dense(32, 2, rng, dtype=dtype),
        ]
    )
    history = quick(
        network,
        spirals(400, 1),
        optimizer=Adam(0.01),
        epochs=60,
        batch_size=32,
        validation=spirals(1000, 2),
    )
    assert history.accuracies[-1] >= 0.99
    assert history.validation_accuracies[-1] >= 0.99


def test_drawn_cats_and_dogs_need_the_hidden_layer():
    images, y = cats_and_dogs(10_000, 3)
    X = images_to_features(images).astype(np.float32)
    X_train, X_test = standardize(X[:8000], X[8000:])
    accuracies = {}
    for hidden in ([], [64]):
        rng = np.random.default_rng(0)
        layers = []
        for inputs, outputs in zip([1024, *hidden], [*hidden, 1], strict=True):
            layers += [Dense(inputs, outputs, rng, dtype=np.float32), ReLU()]
        history = fit(
            Sequential(layers[:-1]),
            X_train,
            y[:8000],
            loss=BinaryCrossEntropy(),
            optimizer=Momentum(CosineDecay(0.05 if hidden else 0.002, total_steps=6 * 125)),
            epochs=6,
            batch_size=64,
            rng=rng,
            validation=(X_test, y[8000:]),
            regularizer=L2(1e-3),
        )
        accuracies[len(hidden)] = history.validation_accuracies[-1]
    assert accuracies[0] < 0.75
    assert accuracies[1] >= 0.90
