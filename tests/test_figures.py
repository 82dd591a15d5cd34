import base64
import io
import json
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from PIL import Image

from nnlib import datasets, figures, functional, optimizers, training
from nnlib.figures import Figure, NotDrawn, graph, landscape
from nnlib.figures.learner import Unusable, answer, usable
from nnlib.gradcheck import numerical_gradient


def not_written(Z):
    raise NotImplementedError


SPIRALS = datasets.spirals(31, 0, turns=1.5)
MOONS = datasets.moons(43, 0)
FACES, KINDS = datasets.cats_and_dogs(11, 4, cache=False)
RNG = np.random.default_rng(6)
GRADS = [(RNG.normal(size=(5, 4)) * scale, np.zeros(4)) for scale in (1e-4, 1e-2)]
PATH = np.array([[-4.0, 1.5], [-2.0, -0.8], [-1.0, 0.3], [-0.2, 0.1]])
GRAPH = (["x", "y", "x * y", "s = x * y + x"], [(), (), (0, 1), (2, 0)], [2, 3, 6, 8])


def bowl(w):
    return 0.5 * (w[0] ** 2 + 8 * w[1] ** 2)


def examples():
    """One call of every figure function, by name."""
    return {
        "accuracies": lambda: figures.accuracies({"linear": 0.63, "network": 0.93}, 2000),
        "accuracy_and_loss": lambda: figures.accuracy_and_loss(
            lambda w: np.outer([1.0, -2.0, 0.5], [0, w]), np.array([1, 0, 0]),
            functional.accuracy, functional.softmax_cross_entropy, np.linspace(-1, 1, 9), "w",
        ),
        "activation_functions": lambda: figures.activation_functions(
            {"relu": functional.relu, "sigmoid": functional.sigmoid}
        ),
        "axis_sums": lambda: figures.axis_sums([[1, -2], [3, 4], [0.5, 6]]),
        "backward_shapes": lambda: figures.backward_shapes(5, 3, 2),
        "boundary_forms": lambda: figures.boundary_forms(
            [lambda X: X[:, 1], lambda X: X[:, 0]], *MOONS, epochs=[0, 9]
        ),
        "broadcasting": lambda: figures.broadcasting(np.array([[1], [2], [3]]), [10, -20]),
        "computation_graph": lambda: figures.computation_graph(*GRAPH, [4, 2, 1, 1]),
        "confusion_table": lambda: figures.confusion_table([[9, 1], [2, 8]], ["cat", "dog"]),
        "decision_region": lambda: figures.decision_region(lambda X: X[:, 1], *MOONS),
        "decision_regions": lambda: figures.decision_regions(
            {"one": lambda X: X, "other": lambda X: (X[:, 0] > 0).astype(int)}, *MOONS
        ),
        "descent": lambda: figures.descent(bowl, {"SGD": PATH, "momentum": PATH[:3]}),
        "error_by_step": lambda: figures.error_by_step(
            {"central": numerical_gradient}, lambda x: float(x[0] ** 3), 12.0, 2.0
        ),
        "error_flows_back": lambda: figures.error_flows_back([3, 4, 2], [1e-4, 0.1]),
        "feature_maps": lambda: figures.feature_maps(
            FACES[0], np.sin(np.arange(40)).reshape(2, 4, 5), ["edges", "spots"]
        ),
        "fitted_curves": lambda: figures.fitted_curves(
            {"flat": lambda X: 0 * X, "line": lambda X: 1.5 * X[:, 0]},
            *datasets.noisy_line(9, 0), *datasets.noisy_line(7, 1),
        ),
        "gradient_histograms": lambda: figures.gradient_histograms(GRADS),
        "hidden_neurons": lambda: figures.hidden_neurons(
            functional.network_forward, datasets.spiral_network(), *SPIRALS
        ),
        "kink": lambda: figures.kink(numerical_gradient, functional.relu, 1e-3, 4e-4),
        "heavy_ball": lambda: figures.heavy_ball(optimizers.momentum_step, (0.9, 0.6), 0.04, 20),
        "layer_reactions": lambda: figures.layer_reactions({"sigmoid": [1e-4, 0.0, 0.1]}),
        "learning_rate_fan": lambda: figures.learning_rate_fan(
            {0.1: [1.0, 0.5, 0.2], 2.0: [1.0, 30.0, np.inf, np.nan]}
        ),
        "learning_rate_range": lambda: figures.learning_rate_range(
            [0.01, 0.1, 1.0, 10.0], [0.99, 0.9, 0.5, np.inf]
        ),
        "line_fits": lambda: figures.line_fits(
            training.fit_line, *datasets.noisy_line(9, 0), 0.1, (0, 2, 9)
        ),
        "linear_layers_collapse": lambda: figures.linear_layers_collapse(
            functional.dense_forward, functional.relu
        ),
        "local_gradients": lambda: figures.local_gradients({"ReLU": lambda z: 1.0 * (z > 0)}),
        "loss_curves": lambda: figures.loss_curves(
            {"training": [0.7, 0.4, 0.1], "validation": [0.7, 0.5, 0.6]}, log=True
        ),
        "loss_landscape": lambda: figures.loss_landscape(bowl, {"SGD": PATH}),
        "losses_by_logit": lambda: figures.losses_by_logit(
            {"cross-entropy": functional.binary_cross_entropy}, mark=-3
        ),
        "lost_digits": lambda: figures.lost_digits({"sure": functional.binary_cross_entropy}),
        "matrix_shapes": lambda: figures.matrix_shapes(5, 3, 4),
        "most_confidently_wrong": lambda: figures.most_confidently_wrong(
            FACES, KINDS, np.tile([0.8, 0.2], (11, 1)), ["cat", "dog"]
        ),
        "network_diagram": lambda: figures.network_diagram([4, 9, 2]),
        "neuron": lambda: figures.neuron([1, 2], [0.5, -1.0], 0.25, functional.sigmoid),
        "number_tables": lambda: figures.number_tables(
            {"X": [[1, 2, 3], [4, 5, 6]], "Z": [[12.5, 16]]}, {"X": [[1, 1, 0], [1, 1, 0]]}
        ),
        "picture_grid": lambda: figures.picture_grid(FACES[:3], ["a", "b", "c"]),
        "rate_explorer": lambda: figures.rate_explorer(bowl, {0.1: PATH, 0.3: 9 * PATH}),
        "pixels_that_matter": lambda: figures.pixels_that_matter(
            FACES[:3], np.sin(np.arange(3072)).reshape(3, 1024), ["a", "b", "c"]
        ),
        "scatter": lambda: figures.scatter(*MOONS),
        "secants": lambda: figures.secants(lambda x: x**3, 12.0, 2.0, 0.5),
        "shrinking_factors": lambda: figures.shrinking_factors([1, 10], 0.2),
        "softmax_bars": lambda: figures.softmax_bars(functional.softmax, [2, -1], ["cat", "dog"]),
        "stopping_points": lambda: figures.stopping_points(
            [0.7, 0.5, 0.3, 0.2], [0.7, 0.6, 0.65, 0.8], {"patience 1": 1}
        ),
        "strengths": lambda: figures.strengths(
            {"0": [[0.1, 1.0, 0.9, 0.8], [0.2, 0.9, 0.8, 0.7]], "0.1": [[0.3, 0.9, 0.4, 0.85]] * 2}
        ),
        "weight_histograms": lambda: figures.weight_histograms({"plain": GRADS}),
        "input_weights": lambda: figures.input_weights({"plain": GRADS}, useful=2),
        "spread_curves": lambda: figures.spread_curves(
            {"one": [[0.7, 0.4, 0.1], [0.7, 0.5, 0.2]], "all": [[0.7, 0.6, 0.5]]}, log=True
        ),
        "training_loop": lambda: figures.training_loop(),
        "squared_errors": lambda: figures.squared_errors(
            functional.mean_squared_error, [19, 23, 30], [20, 23, 26], ["a", "b", "c"]
        ),
        "surprise": lambda: figures.surprise({"first": 0.9, "second": 0.2}),
        "update_ratios": lambda: figures.update_ratios([[1e-4, 1e-3], [2e-4, 2e-3]]),
        "valley": lambda: figures.valley(
            lambda w: (w - 3) ** 2, {"left": [-1.0, 1.0, 2.0], "right": [5.0, 4.0]}
        ),
        "weights_as_images": lambda: figures.weights_as_images(
            np.arange(60).reshape(20, 3) / 60 - 0.3, 4, 5
        ),
        "where_the_error_begins": lambda: figures.where_the_error_begins(
            functional.softmax_cross_entropy_backward, functional.softmax,
            [2, -1, 0], 1, ["cat", "dog", "owl"],
        ),
    }  # fmt: skip


FIGURES = sorted(
    name for name in figures.__all__ if callable(getattr(figures, name)) and name.islower()
)


def test_every_figure_function_has_an_example_here():
    assert sorted(examples()) == FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_in_numbers_what_it_shows_and_is_the_same_every_time(name):
    figure, again = examples()[name](), examples()[name]()
    assert re.search(r"\d", figure.alt)
    assert figure.alt.endswith(".")
    assert 60 < len(figure.alt) < 900
    assert not re.search(r"nan|-0\.00\b", figure.alt)
    assert figure._repr_mimebundle_() == again._repr_mimebundle_()
    assert figure._repr_mimebundle_()["text/plain"] == repr(figure) == figure.alt


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


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: figures.loss_curves({"training": None}),
         "training is None; this figure needs an array of shape (any,)."),
        (lambda: figures.learning_rate_fan({0.1: 3.0}),
         "The losses at learning rate 0.1 are a single number; this figure needs an array of shape "
         "(any,)."),
        (lambda: figures.learning_rate_range([0.1, 1.0], [1.0]),
         "losses is an array of shape (1,); this figure needs an array of shape (2,)."),
        (lambda: figures.fitted_curves({"m": lambda X: X.T}, np.ones((4, 1)), np.ones(4),
                                       np.ones((3, 1)), np.ones(3)),
         "The function returned an array of shape (1, 4); this figure needs an array of shape (4,) "
         "or an array of shape (4, 1)."),
        (lambda: figures.loss_landscape(lambda w: w, {"SGD": PATH}),
         "The function returned an array of shape (2,); this figure needs a number."),
        (lambda: figures.descent(bowl, {"SGD": PATH.T}),
         "SGD is an array of shape (2, 4); this figure needs an array of shape (any, 2)."),
        (lambda: figures.boundary_forms([], *MOONS),
         "snapshots is empty; this figure needs one classifier or more."),
        (lambda: figures.error_flows_back([3, 4, 2], [0.1]),
         "norms is an array of shape (1,); this figure needs an array of shape (2,)."),
        (lambda: figures.shrinking_factors([1, 10], None),
         "The largest stable learning rate is None; this figure needs a number."),
        (lambda: figures.shrinking_factors([1, 10], -0.2),
         "The largest stable learning rate is -0.2; this figure needs one > 0."),
        (lambda: figures.rate_explorer(lambda w: 0.0, {0.1: PATH}),
         "The loss at the start is 0; this figure needs a number above 0."),
        (lambda: figures.heavy_ball(lambda *args: None),
         "momentum_step raised TypeError (cannot unpack non-iterable NoneType object); this figure "
         "needs an array of shape (101,)."),
        (lambda: figures.layer_reactions({"ReLU": [-1.0]}),
         "ReLU is [-1.0]; norms are one number per layer, 0 or more."),
        (lambda: figures.gradient_histograms(None),
         "grads is None; this figure needs a list of (dW, db)."),
        (lambda: figures.gradient_histograms([(np.zeros((2, 3)), np.zeros(3))]),
         "Every entry of every dW is 0; there is no gradient to show."),
        (lambda: figures.update_ratios(np.zeros((0, 3))),
         "ratios is empty; this figure needs an array of shape (any, any)."),
        (lambda: figures.update_ratios(np.full((2, 3), -1.0)),
         "ratios has shape (2, 3) and its smallest number is -1; this figure needs numbers from 0 "
         "on for at most 7 layers."),
        (lambda: figures.computation_graph(*GRAPH, [1, 2]),
         "gradients is an array of shape (2,); this figure needs an array of shape (4,)."),
        (lambda: figures.confusion_table(np.ones((3, 2)), ["cat", "dog"]),
         "matrix is an array of shape (3, 2); this figure needs an array of shape (2, 2)."),
        (lambda: figures.weights_as_images(np.ones((9, 4)), 2, 5),
         "W is an array of shape (9, 4); this figure needs an array of shape (10, any)."),
        (lambda: figures.feature_maps(FACES[0], None),
         "maps is None; this figure needs an array of shape (any, any, any)."),
        (lambda: figures.number_tables({"Z": [1, 2]}),
         "Z is an array of shape (2,); this figure needs an array of shape (any, any)."),
        (lambda: figures.most_confidently_wrong(FACES, KINDS, np.eye(2)[KINDS], ["cat", "dog"]),
         "All 11 pictures are classified right; there is no mistake to show."),
    ],
)  # fmt: skip
def test_a_result_that_cannot_be_drawn_becomes_one_sentence(draw, sentence):
    assert repr(draw()) == sentence


def test_a_curve_that_breaks_off_says_where():
    alt = examples()["learning_rate_fan"]().alt
    assert "at 0.1 the loss falls from 1 to 0.2 over 2 steps" in alt
    assert "at 2 the loss starts at 1 and is no finite number from step 2 on" in alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.learning_rate_fan({1.0: [np.nan, np.nan], 2.0: [1.0]}),
        lambda: figures.learning_rate_fan({2.0: [np.inf]}),
        lambda: figures.learning_rate_range([1.0, 2.0], [np.inf, np.nan]),
    ],
)
def test_losses_that_never_were_numbers_cannot_be_drawn(draw):
    assert "no finite number" in draw().alt


def test_a_trajectory_that_leaves_for_infinity_does_not_swallow_the_landscape():
    low, high = landscape.window([np.array([[1.0, 1.0], [-3.0, 2.0], [1e9, -1e9], [np.inf, 0]])])
    assert (low > -6).all()
    assert (high < 6).all()
    figures.loss_landscape(bowl, {"wild": [[1.0, 1.0], [1e9, -1e9]]}).png()


def test_the_wrongest_pictures_come_first_and_say_what_they_are():
    sure = np.full((11, 2), 0.5) + np.linspace(0.4, 0.1, 11)[:, None] * [-1, 1]
    alt = figures.most_confidently_wrong(FACES, KINDS, sure, ["cat", "dog"], count=2).alt
    cats = np.flatnonzero(KINDS == 0)
    assert f"The 2 most confidently wrong of {len(cats)} mistakes on 11 pictures" in alt
    assert f"a cat taken for a dog with {sure[cats[0], 1]:.2f} and a cat" in alt


def test_inputs_of_a_graph_stand_just_before_they_are_used():
    places = graph._layout([(), (), (0, 1), (), (2, 3)])
    assert places[:, 0].tolist() == [0, 0, 1, 1, 2]
    assert len({tuple(place) for place in places}) == 5


@pytest.mark.parametrize("name", ["boundary_forms", "descent", "error_flows_back", "rate_explorer"])
def test_an_animation_plays_from_one_small_piece_of_html(name):
    animation = examples()[name]()
    html = animation.to_jshtml()
    assert len(html) < 1_000_000
    assert len(animation.frames) >= 2
    assert f'<img alt="{animation.alt}"' in html
    assert not re.search(r"https?:|\bsrc=\"(?!data:)|uuid", html)
    assert json.loads(re.search(r"json\">(.*?)</script>", html)[1])[-1] in html.split("<script")[0]


def test_an_animation_s_pictures_lie_over_the_last_one():
    animation = examples()["descent"]()
    first, *_, last = (Image.open(io.BytesIO(frame)).convert("RGBA") for frame in animation.frames)
    clear = np.asarray(first)[..., 3] == 0
    assert 0.9 < clear.mean() < 1
    assert (np.asarray(last)[..., 3] == 255).all()


def test_an_animation_that_would_be_too_large_says_so():
    figure = figures.neuron([1], [2], 3).figure
    with pytest.raises(ValueError, match=r"3 frames and .* bytes; at most 1000000 bytes belong"):
        figures.Animation(figure, (bytes(300_000),) * 3, "three").to_jshtml()
