import base64
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from nnlib import datasets, figures, functional
from nnlib.figures import Figure, NotDrawn
from nnlib.figures.learner import Unusable, answer, usable


def not_written(Z):
    raise NotImplementedError


MOONS = datasets.moons(43, 0)


def examples():
    """One call of every figure function, by name."""
    return {
        "activation_functions": lambda: figures.activation_functions(
            {"relu": functional.relu, "sigmoid": functional.sigmoid}
        ),
        "decision_region": lambda: figures.decision_region(lambda X: X[:, 1], *MOONS),
        "decision_regions": lambda: figures.decision_regions(
            {"one": lambda X: X, "other": lambda X: (X[:, 0] > 0).astype(int)}, *MOONS
        ),
        "linear_layers_collapse": lambda: figures.linear_layers_collapse(
            functional.dense_forward, functional.relu
        ),
        "matrix_shapes": lambda: figures.matrix_shapes(5, 3, 4),
        "network_diagram": lambda: figures.network_diagram([4, 9, 2]),
        "neuron": lambda: figures.neuron([1, 2], [0.5, -1.0], 0.25, functional.sigmoid),
        "scatter": lambda: figures.scatter(*MOONS),
        "softmax_bars": lambda: figures.softmax_bars(functional.softmax, [2, -1], ["cat", "dog"]),
    }


FIGURES = sorted(
    name for name in figures.__all__ if callable(getattr(figures, name)) and name.islower()
)


def test_every_figure_function_has_an_example_here():
    assert sorted(examples()) == FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_in_words_and_numbers_what_it_shows(name):
    alt = examples()[name]().alt
    assert re.search(r"\d", alt)
    assert alt.endswith(".")
    assert 60 < len(alt) < 900
    assert "nan" not in alt
    assert "-0.00" not in alt


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_the_same_bytes_every_time(name):
    first, again = (examples()[name]()._repr_mimebundle_() for _ in range(2))
    assert first == again
    assert first["text/plain"] in repr(examples()[name]())


def test_the_picture_carries_its_alt_text_and_no_version_or_date():
    figure = figures.network_diagram([2, 3])
    html = figure._repr_mimebundle_()["text/html"]
    png = base64.b64decode(re.search('base64,(.*)"', html)[1])
    assert html.startswith(f'<img alt="{figure.alt}"')
    assert png == figure.png()
    assert png.startswith(b"\x89PNG")
    assert b"tEXt" not in png
    assert b"matplotlib" not in png


def test_alt_text_with_quotes_and_angle_brackets_stays_text(tmp_path):
    figure = Figure(figures.neuron([1], [2], 3).figure, 'a "quoted" <b>')
    assert 'alt="a &quot;quoted&quot; &lt;b&gt;"' in figure._repr_mimebundle_()["text/html"]
    figure.save(tmp_path / "neuron.png")
    assert (tmp_path / "neuron.png").read_bytes() == figure.png()


def test_the_reader_s_own_matplotlib_settings_neither_matter_nor_change():
    plain = figures.matrix_shapes().png()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        assert figures.matrix_shapes().png() == plain
        assert dict(matplotlib.rcParams) == before


def test_figures_need_no_pyplot_and_no_display_and_leave_nothing_open():
    program = (
        "import sys, numpy as np; from nnlib import figures;"
        "figures.neuron([1, 2], [3, 4], 5).png();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


def test_importing_nnlib_and_its_datasets_does_not_import_matplotlib():
    program = "import sys, nnlib, nnlib.datasets; print('matplotlib' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (not_written, "is not written yet; {}"),
        (lambda Z: None, "returned None; {}"),
        (lambda Z: Z[:3], "returned an array of shape (3,); {}"),
        (lambda Z: "0", "returned an object of type str; {}"),
        (lambda Z: 1.0, "returned a single number; {}"),
        (lambda Z: 1 / 0, "raised ZeroDivisionError (division by zero); {}"),
        (lambda Z: [[1], [1, 2]], "returned a list of rows of different lengths; {}"),
        (lambda Z: Z * np.nan, "returned nan in 401 of 401 places, which no figure can show; "
                               "a division 0/0 or inf - inf makes them."),
    ],
)  # fmt: skip
def test_what_a_learner_s_function_got_wrong_is_said_in_one_sentence(function, sentence):
    sentence = "relu " + sentence.format("this figure needs an array of shape (401,).")
    instead = figures.activation_functions({"relu": function})
    assert isinstance(instead, NotDrawn)
    assert instead.alt == sentence
    assert instead._repr_mimebundle_()["text/plain"] == repr(instead) == sentence
    assert "<img" not in instead._repr_mimebundle_()["text/html"]


def test_an_author_s_own_mistake_is_not_hidden():
    with pytest.raises(ValueError, match="shapes"):
        figures.neuron([1, 2], [1, 2, 3], 0)


def test_a_learner_s_function_cannot_change_the_figure_s_data():
    def meddle(X):
        X[:] = 0
        return X[:, 0]

    X, y = MOONS
    before = X.copy()
    figures.decision_region(meddle, X, y)
    assert np.array_equal(X, before)


def test_answers_are_taken_as_labels_probabilities_or_scores():
    X = np.array([[-2.0], [0.3], [0.6]])
    labels = figures.regions.labels_of
    assert labels(lambda X: np.column_stack([X, 0 * X]), X).tolist() == [1, 0, 0]
    assert labels(lambda X: X, X).tolist() == [0, 1, 1]
    assert labels(lambda X: abs(X[:, 0]) / 2 - 0.15, X).tolist() == [1, 0, 0]
    assert labels(lambda X: [2, 0, 1], X).tolist() == [2, 0, 1]
    with pytest.raises(Unusable, match="labels from 0 to 9; this figure needs labels from 0 to 6"):
        labels(lambda X: [9, 0, 1], X)


def test_several_shapes_may_be_asked_for_and_infinity_may_be_drawn():
    assert usable([np.inf, 1.0], [(None,), (2, None)], "losses is")[0] == np.inf
    with pytest.raises(Unusable, match=r"shape \(any,\) or an array of shape \(2, any\)"):
        usable(np.zeros((3, 2)), [(None,), (2, None)], "losses is")
    with pytest.raises(Unusable, match="this figure needs a number"):
        answer(lambda: [1], shape=())


def test_relu_s_slope_is_never_taken_across_its_kink():
    alt = figures.activation_functions({"relu": functional.relu}).alt
    assert "its slope is between 0.00 and 1.00" in alt


def test_only_layers_without_activation_collapse_to_a_line():
    alt = figures.linear_layers_collapse(functional.dense_forward, functional.relu).alt
    assert "slope -1.50, at most 0.00 away" in alt
    assert "5 bends" in alt
    forgets_bias = figures.linear_layers_collapse(lambda X, W, b: X @ W, lambda Z: Z)
    assert "0 bends" in forgets_bias.alt
