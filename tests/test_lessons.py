"""Every lesson: made from its source, without its answers, and pleasant to read.

The outputs of the solutions are compared by nbval; here is everything else.
"""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from nnlib.checking import catalogue
from nnlib.course import build
from nnlib.course.lesson import CHECK, lessons
from nnlib.course.release import release
from nnlib.course.selfcheck import check_notebook

ROOT = Path(__file__).parents[1]
LESSONS = lessons(ROOT)

CODE_LINES = 25
PROSE_WORDS = 165  # "about 150", without formulas and what is folded away

# A line's start is enough: what stands before must not be part of a longer path or address.
ABSOLUTE = re.compile(r"(?<![\w/.:~-])/(?:home|Users|root|tmp|work|usr|opt|var|mnt)/|\b[A-Z]:\\\w")
NOT_PROSE = re.compile(r"<details>.*?</details>|\$\$?[^$]*\$\$?|<[^>]*>|\]\([^)]*\)", re.DOTALL)
# Markdown that touches a line of HTML is taken for a part of it, and shown with its backticks.
GLUED = re.compile(r"</summary>[ \t]*\n[ \t]*\S|\S[ \t]*\n[ \t]*</details>")
MARKDOWN_IMAGE = re.compile(r"!\[(.*?)\]\(")

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def read(path):
    return nbformat.read(path, as_version=4)


def bare(notebook):
    """A notebook's cells and metadata, without what running it adds."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def solutions_in(source):
    """The lines between solution markers that say something."""
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL)
    lines = {line.strip() for region in regions for line in region.splitlines()}
    return {line for line in lines if any(character.isalnum() for character in line)}


def shown(cell):
    """Everything textual that a cell's outputs show."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        yield from (str(v) for k, v in output.get("data", {}).items() if k.startswith("text/"))


class Images(HTMLParser):
    """Collects the alt texts of a page's pictures."""

    def __init__(self, page):
        super().__init__()
        self.alts = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append(dict(attributes).get("alt") or "")


def alts_of(cell):
    """The alt text of every picture in a cell; empty where there is none."""
    alts = MARKDOWN_IMAGE.findall(cell.source) if cell.cell_type == "markdown" else []
    pages = [cell.source] if cell.cell_type == "markdown" else []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        pages.append(str(data.get("text/html", "")))
        for kind in data:
            if kind.startswith("image/"):
                alts.append(output.metadata.get(kind, {}).get("alt", ""))
    return alts + [alt for page in pages for alt in Images(page).alts]


def test_every_released_lesson_has_a_source():
    released = {folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir()}
    assert released == {lesson.name for lesson in LESSONS}


@every_lesson
def test_the_solution_is_built_from_the_source(lesson):
    made, committed = build.read_source(lesson), bare(read(lesson.solution))
    assert committed.metadata == made.metadata, "run: make build"
    assert committed.cells == made.cells, "run: make build"


@every_lesson
def test_the_lesson_is_built_from_the_solution(lesson, tmp_path):
    release(lesson, tmp_path)
    assert files(lesson.released.parent) == files(tmp_path), "run: make build"


@every_lesson
def test_no_solution_survives_in_its_cell(lesson):
    blank = {cell.id: cell.source for cell in read(lesson.released).cells}
    for cell in read(lesson.solution).cells:
        answer = solutions_in(cell.source)
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id")
        if not answer or catalogue.find(exercise).starter:  # a bug hunt hands most of it out
            continue
        left = {line.strip() for line in blank[cell.id].splitlines()}
        assert not answer & left
        assert "SOLUTION" not in blank[cell.id]


def test_the_test_finds_a_solution_that_survives():
    source = "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION"
    assert solutions_in(source) == {"return x + 1"}


@every_lesson
def test_every_exercise_of_the_catalogue_is_asked_and_checked_once(lesson):
    cells = read(lesson.released).cells
    marks = [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    asked = [mark.grade_id for mark in marks if mark.solution]
    checked = {mark.grade_id: mark.points for mark in marks if mark.grade}
    exercises = catalogue.of_lesson(lesson.name)
    assert sorted(asked) == sorted(exercise.name for exercise in exercises)
    assert checked == {f"check_{exercise.name}": exercise.points for exercise in exercises}
    for cell in cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            assert CHECK.fullmatch(cell.source), "grading parses a check cell's whole text"


@every_lesson
def test_unsolved_it_runs_to_the_end_and_earns_nothing(lesson, tmp_path):
    folder = shutil.copytree(lesson.released.parent, tmp_path / lesson.name)
    notebook = read(folder / lesson.released.name)
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)  # the demonstrations, too
    if not catalogue.of_lesson(lesson.name):
        return
    build.write(notebook, folder / lesson.released.name)
    report = check_notebook(folder / lesson.released.name)
    assert report.errors == ()
    assert report.earned == 0


@every_lesson
def test_only_demonstrations_draw(lesson):
    """A figure takes a tenth of a second, and grading need not draw any."""
    for cell in read(lesson.solution).cells:
        if cell.cell_type == "code" and "demo" not in cell.metadata.get("tags", ()):
            assert "figures." not in cell.source, cell.source


@every_lesson
def test_solved_it_earns_everything_without_the_demonstrations(lesson, tmp_path):
    if not catalogue.of_lesson(lesson.name):
        return
    folder = shutil.copytree(lesson.solution.parent, tmp_path / lesson.name)
    report = check_notebook(folder / lesson.solution.name)
    assert report.errors == ()
    assert [str(verdict) for verdict in report.verdicts if not verdict.right] == []


@every_lesson
def test_cells_are_short(lesson):
    for cell in read(lesson.solution).cells:
        if cell.cell_type == "code":
            lines = [x for x in cell.source.splitlines() if not re.search("(BEGIN|END) SOL", x)]
            assert len(lines) <= CODE_LINES, cell.source
        else:
            prose = NOT_PROSE.sub(" ", cell.source)
            words = re.findall(r"[^\W\d_][\w'’-]*", prose)
            assert len(words) <= PROSE_WORDS, f"{len(words)} words:\n{cell.source}"


@every_lesson
def test_what_is_folded_away_is_rendered(lesson):
    for cell in read(lesson.solution).cells:
        assert cell.cell_type == "code" or not GLUED.search(cell.source), cell.source


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("<details><summary>A</summary>\n\n`b`\n\n</details>", False),
        ("1. <details><summary>A</summary>\n   `b`\n\n   </details>", True),
        ("<details><summary>A</summary>\n\n`b`\n</details>", True),
    ],
)
def test_the_test_tells_what_is_rendered(text, bad):
    assert bool(GLUED.search(text)) is bad


@every_lesson
def test_nothing_names_a_path_of_one_machine(lesson):
    for cell in read(lesson.solution).cells:
        for text in (cell.source, *shown(cell)):
            found = ABSOLUTE.search(text)
            assert not found, text[max(0, found.start() - 40) : found.end() + 40]


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("open('/home/me/x')", True),
        ("C:\\Users", True),
        ("lessons/tmp/x", False),
        ("https://example.org/home/x", False),
        ("data:image/png;base64,AB/tmp/C", False),
    ],
)
def test_the_test_tells_a_path_from_what_looks_like_one(text, bad):
    assert bool(ABSOLUTE.search(text)) is bad


@every_lesson
def test_no_output_is_an_error_or_a_warning(lesson):
    for cell in read(lesson.solution).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@every_lesson
def test_every_picture_is_described(lesson):
    for cell in read(lesson.solution).cells:
        for alt in alts_of(cell):
            assert len(alt.split()) >= 4, f"a picture without alt text in:\n{cell.source}"


def test_the_test_finds_pictures_without_a_description():
    markdown = nbformat.v4.new_markdown_cell("![](a.png) ![ok](b.png) <img src='c.png'>")
    assert alts_of(markdown) == ["", "ok", ""]
    picture = nbformat.v4.new_output("display_data", {"image/png": "AAAA"})
    assert alts_of(nbformat.v4.new_code_cell("draw()", outputs=[picture])) == [""]
