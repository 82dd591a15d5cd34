"""What the library promises: its names, and that each of them is explained."""

import importlib
import inspect
import pkgutil

import pytest

import nnlib

LIBRARY = (
    "arrays",
    "autograd",
    "callbacks",
    "functional",
    "gradcheck",
    "initializers",
    "layers",
    "losses",
    "network",
    "optimizers",
    "progress",
    "regularizers",
    "schedules",
    "training",
)


def modules():
    for name in LIBRARY:
        module = importlib.import_module(f"nnlib.{name}")
        yield module
        for info in pkgutil.iter_modules(getattr(module, "__path__", [])):
            yield importlib.import_module(f"nnlib.{name}.{info.name}")


def defined_in(module):
    """Functions and classes that stand in this very file, without an underscore."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if name[0] != "_" and getattr(thing, "__module__", None) == module.__name__
        if inspect.isfunction(thing) or inspect.isclass(thing)
    }


FUNCTIONS = {
    f"{module.__name__}.{name}": thing
    for module in modules()
    for name, thing in defined_in(module).items()
    if inspect.isfunction(thing)
}

CLASSES = {
    f"{module.__name__}.{name}": thing
    for module in modules()
    for name, thing in defined_in(module).items()
    if inspect.isclass(thing)
}


@pytest.mark.parametrize("package", ["functional", "gradcheck", "training"])
def test_a_package_exports_all_that_its_files_define_and_nothing_else(package):
    module = importlib.import_module(f"nnlib.{package}")
    parts = [
        importlib.import_module(f"{module.__name__}.{info.name}")
        for info in pkgutil.iter_modules(module.__path__)
    ]
    assert module.__all__ == sorted(name for part in parts for name in defined_in(part))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_explains_arguments_and_result_and_shows_itself(name):
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    signature = inspect.signature(function)
    assert "Parameters\n----------" in text
    for parameter in signature.parameters:
        assert parameter in text, f"{parameter} is not explained"
    assert signature.return_annotation is None or "Returns\n-------" in text
    assert ">>> " in text, "no example"


@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_and_its_methods_say_what_they_are_for(name):
    kind = CLASSES[name]
    assert inspect.getdoc(kind)
    for attribute, thing in vars(kind).items():
        if attribute[0] != "_" and (inspect.isfunction(thing) or isinstance(thing, property)):
            assert inspect.getdoc(getattr(kind, attribute)), f"{attribute} has no docstring"


def test_the_version_is_a_string_of_numbers():
    assert all(part.isdigit() for part in nnlib.__version__.split("."))
