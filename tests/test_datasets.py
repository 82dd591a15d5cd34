import hashlib
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnlib import datasets, functional
from nnlib.datasets import FaceStyle, drawn, faces
from nnlib.datasets import photos as photos_module

TOY_SETS = [datasets.xor, datasets.spirals, datasets.moons, datasets.circles]


@pytest.mark.parametrize("make", TOY_SETS)
def test_a_toy_set_has_n_rows_both_classes_and_finite_numbers(make):
    X, y = make(37, 5)
    assert X.shape == (37, 2)
    assert y.shape == (37,)
    assert np.isfinite(X).all()
    assert sorted(np.bincount(y).tolist()) == [18, 19]


@pytest.mark.parametrize("make", [*TOY_SETS, datasets.noisy_line])
def test_the_same_seed_draws_the_same_set_and_a_generator_goes_on(make):
    first, again, other = make(11, 3), make(11, 3), make(11, 4)
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    rng = np.random.default_rng(3)
    assert np.array_equal(make(11, rng)[0], first[0])
    assert not np.array_equal(make(11, rng)[0], first[0])


@pytest.mark.parametrize("make", [*TOY_SETS, datasets.noisy_line])
def test_an_empty_set_is_refused(make):
    with pytest.raises(ValueError, match="n is 0; a data set needs at least 1 example"):
        make(0, 1)


@pytest.mark.parametrize("make", TOY_SETS)
def test_no_toy_set_can_be_told_apart_by_a_line(make):
    X, y = make(600, 7)
    features = np.column_stack([X, np.ones(len(X))])
    w = np.linalg.lstsq(features, 2.0 * y - 1, rcond=None)[0]
    assert ((features @ w > 0) == y).mean() < 0.93


def test_spirals_may_have_more_classes():
    _, y = datasets.spirals(31, 0, classes=3)
    assert np.bincount(y).tolist() == [11, 10, 10]


def test_the_trained_network_separates_fresh_spirals_and_only_with_its_activations():
    params = datasets.spiral_network()
    X, y = datasets.spirals(5000, 8, turns=1.5)
    logits, _ = functional.network_forward(X, params)
    assert (logits.argmax(axis=1) == y).mean() > 0.999
    for W, b in params:
        X = functional.dense_forward(X, W, b)
    assert (X.argmax(axis=1) == y).mean() < 0.7


def test_the_trained_network_is_74_numbers_of_two_decimals():
    numbers = np.concatenate([a.ravel() for layer in datasets.spiral_network() for a in layer])
    assert numbers.size == 74
    assert np.array_equal(numbers, numbers.round(2))


def test_noisy_line_scatters_around_its_line():
    X, y = datasets.noisy_line(4000, 2, slope=-2.0, intercept=1.0, noise=0.5)
    residuals = y - (-2.0 * X[:, 0] + 1.0)
    assert X.shape == (4000, 1)
    assert abs(residuals.mean()) < 0.04
    assert 0.48 < residuals.std() < 0.52


def test_drawn_faces_are_the_same_pictures_on_every_machine_and_numpy_version():
    images, y = datasets.cats_and_dogs(300, 20261122, cache=False)
    digest = hashlib.sha256(images.tobytes() + y.astype("<i8").tobytes()).hexdigest()
    assert images.shape == (300, 32, 32, 1)
    assert images.dtype == np.uint8
    assert digest == "49143e585212694310e0dc970c2b648ad6cf934a8011b5ca2e0b1403ade04594"


def test_the_recipe_uses_no_operation_that_machines_round_differently():
    source = Path(faces.__file__).read_text()
    used = set(re.findall(r"np\.(\w+)", source)) - {"ndarray", "random", "uint8", "int64"}
    assert used == {"arange", "asarray", "floor", "clip", "frombuffer", "full_like", "minimum",
                    "ones", "sqrt", "where", "zeros", "abs"}  # fmt: skip
    assert "**" not in source.replace("**style", "")
    assert not re.search(r"\.(sum|mean|std|dot)\(|@ ", source)


def test_the_first_pictures_do_not_depend_on_how_many_follow():
    many, y_many = datasets.cats_and_dogs(257, 3, cache=False)
    few, y_few = datasets.cats_and_dogs(9, 3, cache=False)
    assert np.array_equal(many[:9], few)
    assert np.array_equal(y_many[:9], y_few)


def test_seeds_of_any_length_and_generators_give_different_pictures():
    prints = {datasets.cats_and_dogs(2, seed, cache=False)[0].tobytes()
              for seed in (0, 1, 2**32, 2**32 + 1, 2**128 - 1, np.int64(7))}  # fmt: skip
    assert len(prints) == 6
    first, again = (datasets.cats_and_dogs(2, np.random.default_rng(5))[0] for _ in range(2))
    assert np.array_equal(first, again)
    rng = np.random.default_rng(5)
    datasets.cats_and_dogs(2, rng)
    assert not np.array_equal(datasets.cats_and_dogs(2, rng)[0], first)
    with pytest.raises(ValueError, match="seed is -1; it must be 0 or larger"):
        datasets.cats_and_dogs(2, -1)


def test_other_styles_draw_the_same_faces_in_another_way():
    usual, y = datasets.cats_and_dogs(50, 8, cache=False)
    for style in (FaceStyle(brightness=-0.2), FaceStyle(scale=(1.0, 1.3)), FaceStyle(other_ears=1)):
        other, y_other = datasets.cats_and_dogs(50, 8, style, cache=False)
        assert np.array_equal(y, y_other)
        assert not np.array_equal(usual, other)
    darker, _ = datasets.cats_and_dogs(50, 8, FaceStyle(brightness=-0.2), cache=False)
    assert 45 < usual.mean() - darker.mean() < 52


def test_a_line_through_the_pixels_is_not_enough_to_tell_cats_from_dogs():
    images, y = datasets.cats_and_dogs(3000, 1, cache=False)
    X = datasets.images_to_features(images) - 0.5
    w = np.linalg.solve(
        X[:2000].T @ X[:2000] + 30 * np.eye(1024), X[:2000].T @ (2.0 * y[:2000] - 1)
    )
    right = ((X[2000:] @ w > 0) == y[2000:]).mean()
    assert 0.52 < right < 0.75


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(drawn.platformdirs, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "nnlib"


def test_pictures_are_kept_and_taken_from_the_cache(cache_folder, monkeypatch):
    images, y = datasets.cats_and_dogs(5, 2)
    assert len(list(cache_folder.iterdir())) == 1
    monkeypatch.setattr(drawn, "_draw", None)
    again, y_again = datasets.cats_and_dogs(5, 2)
    assert np.array_equal(images, again)
    assert np.array_equal(y, y_again)


def test_nothing_is_kept_of_a_generator_s_pictures_or_when_told_not_to(cache_folder):
    datasets.cats_and_dogs(5, np.random.default_rng(2))
    datasets.cats_and_dogs(5, 2, cache=False)
    assert not cache_folder.exists()


def test_every_request_has_its_own_file(cache_folder):
    for n, seed, style in ((5, 2, None), (6, 2, None), (5, 3, None), (5, 2, FaceStyle(noise=0.1))):
        datasets.cats_and_dogs(n, seed, style)
    assert len(list(cache_folder.iterdir())) == 4


@pytest.mark.parametrize("damage", [b"", b"no zip", "half", "flipped", "other"])
def test_a_damaged_cache_is_drawn_again(cache_folder, damage):
    images, _ = datasets.cats_and_dogs(5, 2)
    (file,) = cache_folder.iterdir()
    whole = file.read_bytes()
    if damage == "half":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        file.write_bytes(whole[:900] + bytes([whole[900] ^ 1]) + whole[901:])
    elif damage == "other":
        with file.open("wb") as stream:
            np.savez(stream, images=images[:3], y=np.zeros(3))
    else:
        file.write_bytes(damage)
    assert np.array_equal(datasets.cats_and_dogs(5, 2)[0], images)
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(
        drawn.platformdirs, "user_cache_path", lambda name: tmp_path / "file" / name
    )
    assert len(datasets.cats_and_dogs(5, 2)[1]) == 5


def picture(color, size=(20, 12), format="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, format)
    return buffer.getvalue()


PHOTOS = {
    "cat/b.jpg": picture((200, 0, 0), format="JPEG"),
    "cat/a.png": picture((255, 255, 255)),
    "dog/c.gif": picture((0, 0, 0), format="GIF"),
    "dog/broken.jpg": picture((9, 9, 9), format="JPEG")[:200],
    "dog/notes.txt": b"no picture",
    "dog/drawing.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "loose.png": picture((1, 2, 3)),
    "__MACOSX/cat/._a.png": b"",
    "cat/.DS_Store": b"",
}


@pytest.fixture(params=["folder", "zip"])
def photos_at(request, tmp_path):
    if request.param == "zip":
        return zipped(tmp_path / "photos.zip", PHOTOS)
    for name, data in PHOTOS.items():
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "photos"


def zipped(path, files, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_folder_or_zip_of_photos_becomes_arrays_and_the_rest_is_named(photos_at):
    photos = datasets.photo_folder(photos_at, size=8)
    assert photos.images.shape == (3, 8, 8, 1)
    assert photos.images.dtype == np.uint8
    assert photos.classes == ("cat", "dog")
    assert photos.y.tolist() == [0, 0, 1]
    assert photos.images[0].min() == 255
    assert photos.images[2].max() == 0
    assert {name for name, _ in photos.left_out} == {
        "dog/broken.jpg", "dog/notes.txt", "dog/drawing.eps", "loose.png"
    }  # fmt: skip
    assert "3 photos of shape (8, 8, 1): 2 cat, 1 dog.\n4 files left out" in repr(photos)


def test_photos_may_be_in_color(photos_at):
    images = datasets.photo_folder(str(photos_at), size=5, grey=False).images
    assert images.shape == (3, 5, 5, 3)
    assert images[1, 2, 2, 0] > 180 > 40 > images[1, 2, 2, 1]


def test_a_path_or_link_that_leads_out_of_the_folder_is_left_out(tmp_path):
    good = {"cat/a.png": picture((9, 9, 9))}
    bad = {
        "../cat/b.png": b"",
        "/etc/cat/c.png": b"",
        "cat\\..\\..\\d.png": b"",
        "C:/cat/e.png": b"",
    }
    photos = datasets.photo_folder(zipped(tmp_path / "escape.zip", good | bad))
    assert len(photos.y) == 1
    assert {reason for _, reason in photos.left_out} == {"its path leads out of the folder"}
    (tmp_path / "secret.png").write_bytes(good["cat/a.png"])
    (tmp_path / "photos" / "cat").mkdir(parents=True)
    (tmp_path / "photos" / "cat" / "a.png").write_bytes(good["cat/a.png"])
    (tmp_path / "photos" / "cat" / "link.png").symlink_to(tmp_path / "secret.png")
    photos = datasets.photo_folder(tmp_path / "photos")
    assert photos.left_out == (("cat/link.png", "it is a link that leads out of the folder"),)


def test_what_unpacks_or_decodes_to_too_much_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(photos_module, "MAX_BYTES", 2**20)
    monkeypatch.setattr(photos_module, "MAX_PIXELS", 10_000)
    files = {
        "cat/a.png": picture((9, 9, 9)),
        "cat/bomb.png": bytes(5 * 2**20),
        "cat/wide.png": picture((0, 0, 0), (200, 51)),
    }
    path = zipped(tmp_path / "bomb.zip", files, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 10_000
    assert datasets.photo_folder(path).left_out == (
        ("cat/bomb.png", "it is larger than 1 MiB"),
        ("cat/wide.png", "its 200 by 51 pixels are too many"),
    )
    monkeypatch.setattr(photos_module, "MAX_TOTAL_BYTES", 100)
    with pytest.raises(ValueError, match="holds more than 200000 files or 100 bytes"):
        datasets.photo_folder(path)


def test_a_zip_whose_member_is_damaged_loses_only_that_picture(tmp_path):
    path = zipped(
        tmp_path / "photos.zip", {"cat/a.png": picture((9, 9, 9)), "dog/b.png": b"x" * 99}
    )
    path.write_bytes(path.read_bytes().replace(b"x" * 99, b"y" * 99))
    assert datasets.photo_folder(path).left_out == (
        ("dog/b.png", "it cannot be unpacked (BadZipFile)"),
    )


def test_where_there_are_no_photos_a_sentence_says_what_was_expected(tmp_path):
    with pytest.raises(ValueError, match="does not exist; expected one with a folder of pictures"):
        datasets.photo_folder(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no usable picture; expected one folder per class"):
        datasets.photo_folder(tmp_path)
    (tmp_path / "loose.png").write_bytes(picture((0, 0, 0)))
    with pytest.raises(ValueError, match="is neither a folder nor a zip file"):
        datasets.photo_folder(tmp_path / "loose.png")
    with pytest.raises(
        ValueError, match=r"first problem: loose\.png: it does not lie in the folder"
    ):
        datasets.photo_folder(tmp_path)
    with pytest.raises(ValueError, match="size is 0"):
        datasets.photo_folder(tmp_path, size=0)
