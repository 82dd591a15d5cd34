"""Every case of the collection, graded as one of a class: what it gets, what it leaves."""

import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import graded_course as gc
import pytest

from nnlib.grading.pool import sandbox
from nnlib.grading.sandbox import IsolationError, Limits

from . import CASES, OPEN
from .classroom import Classroom, end_what_is_left
from .collection import Case
from .inspection import HONEST, SPOOFING, Result, active, gains, losses, silence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
# Another strength than the best one: NNLIB_HOSTILE_ISOLATION=namespaces pytest tests/hostile
LEVEL = os.environ.get("NNLIB_HOSTILE_ISOLATION", "auto")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """The whole collection, graded once."""
    try:
        sandbox(LEVEL, Limits())
    except IsolationError as problem:
        pytest.skip(str(problem))
    made = Classroom(tmp_path_factory.mktemp("hostile"), [*CASES, *OPEN], LEVEL)
    yield made
    made.outside.close()
    end_what_is_left(made.outside.prefix)


def test_the_collection_is_large_and_no_name_stands_twice():
    assert sum(case.kind == "hostile" for case in CASES) >= 60
    assert len({case.name for case in [*CASES, *OPEN]}) == len(CASES) + len(OPEN)


@pytest.mark.parametrize("page", ["README.md", "docs/grading.md"])
def test_the_documents_say_how_large_it_is(page):
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    hostile, unlucky = (sum(case.kind == kind for case in CASES) for kind in ("hostile", "unlucky"))
    assert re.search(rf"\b{hostile} (hostile )?submissions\b", text)
    assert re.search(rf"\b{unlucky} honest ones\b", text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_gained_nothing_lost_and_the_report_says_it(classroom, case):
    result = classroom.result(case)
    assert gains(case, result) == []
    assert losses(case, result) == []
    assert silence(case, result) == []


@pytest.mark.parametrize("case", OPEN, ids=lambda case: case.name)
def test_what_earns_points_by_design_is_known(classroom, case):
    result = classroom.result(case)
    assert gains(replace(case, earns=tuple(HONEST)), result) == []
    assert losses(replace(case, earns=tuple(HONEST)), result) == []


def test_honest_students_see_and_get_the_same_whoever_came_before(classroom):
    grades = [classroom.scores[student] for student in classroom.honest]
    assert grades == [HONEST] * len(grades)
    assert len(grades) > len(CASES) / 6
    seen = {
        tuple(output.text for output in gc.executed(classroom.root, student).cells[2].outputs)
        for student in classroom.honest
    }
    assert len(seen) == 1


def test_the_course_folder_is_as_it_was(classroom):
    assert classroom.after == classroom.before


def test_the_terminal_shows_plain_lines_and_a_sentence_for_all_who_were_not_graded(classroom):
    assert not any(SPOOFING.search(line) for line in classroom.lines)
    refused = [case for case in CASES if case.refused]
    assert f"{len(refused)} not graded." in classroom.shown
    assert "Isolation: " in classroom.shown


def test_the_log_has_a_line_for_every_student(classroom):
    events = [json.loads(line) for line in classroom.log.splitlines()]
    logged = [event["student"] for event in events if event["event"] == "student"]
    assert sorted(logged) == sorted(classroom.rows)
    assert len(classroom.log) < 5_000 * len(events)


# The inspection can say no.

CASE = Case("somebody", "something", earns=("check_relu",), says="a word about it")
SCORES = {"check_relu": 1.0, "check_dense_forward": 0.0, "test_seven": 0.0}
GOOD = Result("graded", SCORES, [HONEST], "a word about it", "<p>x</p>", "", ["x", "1"], ["x: 1"])


def test_a_good_result_is_accepted():
    assert gains(CASE, GOOD) == losses(CASE, GOOD) == silence(CASE, GOOD) == []


@pytest.mark.parametrize(
    "change",
    [
        {"scores": {**SCORES, "test_seven": 0.5}},
        {"scores": {**SCORES, "check_relu": 1e6}},
        {"neighbors": [HONEST, {**HONEST, "check_relu": 0.0}]},
        {"neighbors": [{**HONEST, "check_relu": None}]},
        {"neighbors": [{}]},
        {"traces": ["the canary changed"]},
        {"page": "<script>alert(1)</script>"},
        {"page": "<p onclick=alert(1)>x</p>"},
        {"page": "<a href=' java\nscript:alert(1)'>x</a>"},
        {"page": "<img src='http://127.0.0.1/x.png'>"},
        {"page": "<b style='position: fixed'>10 of 10</b>"},
        {"page": "a\x1b]0;owned\x07"},
        {"table": ["x", "=1+1"]},
        {"table": ["a note; @SUM(1)"]},
        {"table": ["x\x1b[31m"]},
        {"lines": ["x\x1b[2J"]},
        {"lines": ["x\u202e"]},
    ],
    ids=str,
)
def test_a_gain_is_noticed(change):
    assert len(gains(CASE, replace(GOOD, **change))) >= 1


@pytest.mark.parametrize(
    "change",
    [
        {"scores": {**SCORES, "check_relu": 0.5}},
        {"scores": {**SCORES, "check_relu": None}},
        {"scores": {}},
        {"status": "not graded"},
    ],
    ids=str,
)
def test_a_loss_is_noticed(change):
    assert losses(CASE, replace(GOOD, **change))


def test_silence_is_noticed():
    assert silence(CASE, replace(GOOD, said="nothing of the kind"))
    assert losses(replace(CASE, refused=True), GOOD)


def test_what_the_template_itself_holds_is_no_gain():
    page = "<script>ours()</script>"
    assert active(page)
    assert gains(CASE, replace(GOOD, page=page, honest_page=page)) == []
    assert gains(CASE, replace(GOOD, page=page + page, honest_page=page))


def test_a_trace_of_every_kind_is_found(classroom, tmp_path):
    number = 900
    tokens = classroom.outside.tokens(number, tmp_path)
    mark, secret = tokens["MARK"], classroom.outside.secret(tokens["MARK"])
    assert classroom.outside.traces(mark, tmp_path, "") == []
    (tmp_path / f"{mark}-left").touch()
    (classroom.outside.folder / mark).write_text("eaten")
    classroom.outside.heard += mark.encode()
    found = classroom.outside.traces(mark, tmp_path, f"it printed {secret}")
    words = ("canary", "secret", "server", "file")
    assert [any(word in trace for trace in found) for word in words] == [True] * 4
