"""Nothing that a submission holds acts where it is shown."""

import numpy as np
import pytest
from nbconvert.filters import markdown2html_mistune

from nnlib.checking import assess
from nnlib.grading import harmless

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#115;cript:alert(1)'>x</a>",
    "<svg onload=alert(1)>",
    "<iframe src='https://example.org'></iframe>",
    "<style>body { display: none }</style>",
    "<div style='position:fixed;top:0'>10 of 10 points</div>",
    "<div style='background:url(https://example.org)'>x</div>",
    "<div class='panel panel-primary'>x</div>",
    "<form action='https://example.org'><input></form>",
    "<img src='https://example.org/you-opened-this.png'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<!-- comment --><b>x</b>",
    "<b onclick=alert(1)>x</b>",
    "<math><mtext><table><mglyph><style>",
]

FINE = [
    "<b>bold</b> and a &lt; b",
    "<table><tr><td colspan='2' style='text-align:right'>1</td></tr></table>",
    "<img alt='A line' width='400' style='max-width:100%;height:auto' "
    "src='data:image/png;base64,iVBORw0KGgo='>",
    "<details><summary>a hint</summary><p>look</p></details>",
    "<a href='https://example.org'>x</a>",
]


@pytest.mark.parametrize("page", HOSTILE)
def test_html_that_could_act_is_refused(page):
    assert not harmless.is_harmless(page)
    bundle = {"text/html": page, "text/plain": "plain"}
    (output,) = harmless.outputs([{"output_type": "display_data", "data": bundle}])
    assert output.data == {"text/plain": "plain"}


@pytest.mark.parametrize("page", FINE)
def test_plain_html_stays_as_it_is(page):
    bundle = {"text/html": page}
    (output,) = harmless.outputs([{"output_type": "display_data", "data": bundle}])
    assert output.data["text/html"] == page


def test_our_own_verdicts_are_plain_html():
    verdict = assess("relu", lambda Z: np.abs(Z))
    assert harmless.is_harmless(verdict._repr_html_())


@pytest.mark.parametrize(
    "source",
    [*HOSTILE, "[x](javascript:alert(1))", "```mermaid\n<script>\n```", "![x](attachment:missing)"],
)
def test_markdown_that_could_act_is_shown_as_text(source):
    assert harmless.is_harmless(markdown2html_mistune(harmless.markdown(source)))


@pytest.mark.parametrize(
    "source",
    [
        "# T\n\n$a<b$ and `x<y`",
        "| a | b |\n|---|:-:|\n| 1 | 2 |",
        "```python\nx = 1  # <a>\n```",
        "1 < 2",
    ],
)
def test_ordinary_markdown_stays_to_the_letter(source):
    assert harmless.markdown(source) == source


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "evil"},
        {"output_type": "display_data", "data": 7},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "display_data", "data": {"image/png": '"><script>'}},
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}},
    ],
)
def test_outputs_of_other_kinds_are_left_out(output):
    assert harmless.outputs([output]) == []


def test_output_metadata_are_not_kept():
    hostile = {"image/png": {"width": '1"><script>alert(1)</script>'}}
    raw = {"output_type": "display_data", "data": {"image/png": "iVBO"}, "metadata": hostile}
    (output,) = harmless.outputs([raw])
    assert output.metadata == {}


def test_latex_cannot_leave_its_formula():
    raw = {"output_type": "display_data", "data": {"text/latex": "$<script>$"}}
    assert harmless.outputs([raw])[0].data["text/latex"] == "$&lt;script&gt;$"


def test_lines_for_terminals_and_tables_hold_no_commands():
    assert harmless.line("\x1b]0;owned\x07a\r\nb\u202e") == "?]0;owned?a b?"
    assert harmless.table_cell("=1+1") == "'=1+1"
    assert harmless.table_cell(" @SUM(A1)") == "' @SUM(A1)"
    assert harmless.table_cell("ada") == "ada"
    assert len(harmless.line("x" * 10_000)) == 300


def test_a_long_page_is_read_in_linear_time():
    assert not harmless.is_harmless("<a " * 200_000)
    assert harmless.is_harmless("<b>" * 20_000)
