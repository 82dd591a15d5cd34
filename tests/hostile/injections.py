"""Texts that would act where they are shown: HTML, scripts, terminal sequences, formulas."""

from __future__ import annotations

from functools import partial
from typing import Any

import graded_course as gc
import nbformat

from .collection import Case

SCRIPT = "<script>alert('@MARK@')</script>"
IMAGE = "<img src=x onerror=alert(1)>"
TITLE = "\x1b]0;owned\x07\x1b[2J\x1b[8mhidden\x1b[5A\x9b31m\x00\x08\u202e"
NAME = TITLE.replace("\x00", "")  # what Python allows in names
FORMULA = '=HYPERLINK("http://example.org","1")'
OTHERS = ("check_dense_forward", "test_seven")
refused = partial(Case, earns=(), refused=True)


def _markdown(*sources: str) -> Any:
    def edit(notebook: Any) -> None:
        notebook.cells += [nbformat.v4.new_markdown_cell(source) for source in sources]

    return edit


def _attachment(notebook: Any) -> None:
    picture = {"x.svg": {"image/svg+xml": f"<svg onload='alert(1)'>{SCRIPT}</svg>"}}
    cell = nbformat.v4.new_markdown_cell("![x](attachment:x.svg)", attachments=picture)
    notebook.cells.append(cell)


def _raw(notebook: Any) -> None:
    cell = nbformat.v4.new_raw_cell(SCRIPT + IMAGE, metadata={"raw_mimetype": "text/html"})
    notebook.cells.append(cell)


def _metadata(notebook: Any) -> None:
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": [f'"><script>{TITLE}'], "name": SCRIPT})
    cell.metadata["nbgrader"] = {"grade_id": SCRIPT, "points": SCRIPT, "comment": SCRIPT}
    notebook.cells.append(cell)
    notebook.metadata.update(
        title=SCRIPT, authors=[{"name": SCRIPT}], widgets={"x": {"state": SCRIPT}}
    )


def _language(name: str) -> Any:
    def edit(notebook: Any) -> None:
        notebook.metadata.kernelspec.language = name

    return edit


def _version(text: str) -> Any:
    def edit(notebook: Any) -> None:
        notebook.metadata.nnlib["version"] = text

    return edit


def _patch_version(notebook: Any) -> None:
    """A version that is graded with a note that quotes it."""
    notebook.metadata.nnlib["version"] += ";=1+1\x1b[31m"


def _renamed(name: str) -> Any:
    def place(folder: Any) -> None:
        (folder / f"{gc.TOPIC}.ipynb").rename(folder / f"{name}.ipynb")

    return place


CASES = [
    Case("printed HTML", "prints HTML", f'print("""{SCRIPT}{IMAGE}""")', says="<script>"),
    Case("printed commands", "prints what commands a terminal", f"print({TITLE!r})", says="owned"),
    Case(
        "commands past Python",
        "writes what commands a terminal to the descriptor",
        f"import os\nos.write(1, {TITLE.encode()!r})\nos.write(2, {TITLE.encode()!r})",
        says="owned",
    ),
    Case(
        "shown HTML",
        "shows HTML that acts",
        "from IPython.display import HTML\n"
        "for page in ('<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<svg onload=alert(1)>',\n"
        "             '<iframe src=http://example.org></iframe>', '<a href=\"java&#115;cript:alert(1)\">x</a>',\n"
        "             '<style>body{display:none}</style>', '<form action=//example.org><button>x</button></form>',\n"
        "             '<meta http-equiv=refresh content=0>', '<base href=//example.org>', '<b onclick=alert(1)>x</b>'):\n"
        "    display(HTML(page))",
        says="IPython.core.display.HTML",
    ),
    Case(
        "shown script",
        "shows JavaScript",
        "from IPython.display import Javascript\nJavascript('alert(1)')",
        says="Javascript",
    ),
    Case(
        "a shown drawing",
        "shows an SVG drawing that acts",
        "from IPython.display import SVG\n"
        'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>\')',
        says="SVG",
    ),
    Case(
        "shown Markdown",
        "shows Markdown that acts",
        "from IPython.display import Markdown\n"
        "display(Markdown('[x](javascript:alert(1)) <script>alert(1)</script>'))",
        says="&lt;script&gt;",
    ),
    Case(
        "shown formulas",
        "shows formulas that act",
        "from IPython.display import Latex, Math\n"
        "display(Latex('$<script>alert(1)</script>$'), Math('<img src=x onerror=alert(1)>'))",
        says="&lt;script&gt;",
    ),
    Case(
        "a picture's size",
        "hides a script in the size of a picture",
        "from IPython.display import publish_display_data\n"
        "for kind, text in (('image/png', 'iVBORw0KGgo='), ('image/jpeg', '\"><script>alert(1)</script>')):\n"
        "    publish_display_data({kind: text, 'text/plain': 'shown'}, {kind: {'width': '1\"><script>alert(1)</script>'}})",
        says="shown",
    ),
    Case(
        "a widget",
        "shows the state of a widget",
        "from IPython.display import publish_display_data\n"
        "publish_display_data({'application/vnd.jupyter.widget-view+json': {'model_id': '</script><script>alert(1)'},\n"
        "                      'text/html': '<script>alert(1)</script>', 'text/plain': 'shown'})",
        says="shown",
    ),
    Case(
        "a forged panel",
        "draws a panel with full points over the page",
        "from IPython.display import HTML\n"
        "HTML('<div style=\"position:fixed;top:0;left:0;width:100%\">10 of 10 points</div>')",
        says="HTML object",
    ),
    Case(
        "an error's text",
        "raises an error with HTML and commands",
        code={"relu": f"def relu(Z):\n    raise ValueError({SCRIPT + TITLE!r})"},
        earns=OTHERS,
        says="<script>",
    ),
    Case(
        "an error's name",
        "raises an error whose name is HTML and commands",
        code={
            "relu": f"Wrong = type({SCRIPT + NAME!r}, (Exception,), {{}})\ndef relu(Z):\n    raise Wrong({IMAGE!r})"
        },
        earns=OTHERS,
        says="<script>",
    ),
    Case(
        "an error in a cell",
        "raises an error with HTML and commands in a cell",
        f"raise type({SCRIPT + NAME!r}, (Exception,), {{}})({IMAGE + TITLE!r})",
        says="onerror",
    ),
    Case(
        "a function's name",
        "calls its functions HTML and commands",
        code={
            "relu": f"def inner(Z): raise ValueError('inside')\n"
            f"inner.__code__ = inner.__code__.replace(co_name={SCRIPT + TITLE!r})\n"
            "def relu(Z):\n    return inner(Z)"
        },
        earns=OTHERS,
        says="inside",
    ),
    Case(
        "an answer's text",
        "answers with HTML and commands",
        code={"relu": f"def relu(Z):\n    return {SCRIPT + TITLE!r}"},
        earns=OTHERS,
        says="relu: not right yet",
    ),
    Case(
        "an answer's keys",
        "answers with a dict whose keys are HTML",
        code={"relu": f"def relu(Z):\n    return {{{SCRIPT!r}: Z, '=1+1': Z}}"},
        earns=OTHERS,
        says="relu: not right yet",
    ),
    Case(
        "an answer's type",
        "answers with an object whose type is HTML",
        code={"relu": f"def relu(Z):\n    return type({IMAGE + NAME!r}, (), {{}})()"},
        earns=OTHERS,
        says="cannot be judged",
    ),
    Case(
        "a printing function",
        "prints HTML and commands while it is judged wrong",
        code={"relu": f"def relu(Z):\n    print({SCRIPT + TITLE!r})\n    return np.abs(Z)"},
        earns=OTHERS,
        says="It printed",
    ),
    Case(
        "a warning's text",
        "warns with HTML and commands while it is judged",
        code={
            "relu": f"import warnings\ndef relu(Z):\n    warnings.warn({SCRIPT + TITLE!r})\n    return np.abs(Z)"
        },
        earns=OTHERS,
        says="UserWarning",
    ),
    Case(
        "HTML in Markdown",
        "writes HTML that acts into its text",
        edit=_markdown(
            SCRIPT,
            IMAGE,
            "<svg/onload=alert(1)>",
            "<iframe srcdoc='<script>1</script>'>",
            "<a href='javascript:alert(1)'>x</a>",
            "<a href='\x01javascript:alert(1)'>x</a>",
            "<img src='http://127.0.0.1:@PORT@/seen.png'>",
            "<!--><img src=x onerror=alert(1)>-->",
            "<details open ontoggle=alert(1)>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        ),
    ),
    Case(
        "links in Markdown",
        "writes links that act into its text",
        edit=_markdown(
            "[x](javascript:alert(1))",
            "[x](  JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](javascript:alert(1))",
            "<javascript:alert(1)>",
            "[x]: vbscript:alert(1)\n[x]",
            '[x](http://a "onmouseover=alert(1)")',
            '![" onerror="alert(1)](http://127.0.0.1/x.png)',
        ),
    ),
    Case(
        "diagrams and formulas in Markdown",
        "hides what acts in diagrams, code and formulas",
        edit=_markdown(
            "```mermaid\ngraph TD\nA[<script>alert(1)</script>]\n```",
            "$<img src=x onerror=alert(1)>$",
            "```<script>alert(1)</script>\nx\n```",
            "$$\\begin{x}</script><script>alert(1)</script>\\end{x}$$",
            "`<script>`",
            "    <script>alert(1)</script>",
            "| <script>alert(1)</script> |\n|---|",
        ),
    ),
    Case(
        "an essay that acts",
        "writes what acts into an answer that a person grades",
        code={"essay": f"Seven is odd. {SCRIPT}{IMAGE}{TITLE}"},
        says="&lt;script&gt;",
    ),
    Case("an attachment", "attaches a drawing that acts", edit=_attachment),
    Case("a raw cell", "hands in a raw cell of HTML", edit=_raw, says="&lt;script&gt;"),
    Case("metadata that act", "writes HTML into tags, ids, points and names", edit=_metadata),
    Case(
        "code that acts",
        "writes HTML into its code",
        f"# {SCRIPT}{IMAGE}</pre></div>{TITLE}\n'''{SCRIPT}'''",
    ),
    refused(
        "a language that acts",
        "names its language with HTML, a formula and commands",
        edit=_language(f"{FORMULA}{SCRIPT}{TITLE}"),
        says="expected Python",
    ),
    refused(
        "a version that acts",
        "names its version with a formula and commands",
        edit=_version(f"{FORMULA}{TITLE}"),
        says="copy the answers into a new copy",
    ),
    Case(
        "a version with a formula",
        "names a version that the report quotes",
        edit=_patch_version,
        says="graded as",
    ),
    refused(
        "a name that acts",
        "names its notebook with HTML and commands",
        place=_renamed("=1+1;=cmd()<img src=x onerror=alert(1)>\x1b]0;owned\x07\n"),
        says="no notebook to grade",
    ),
    refused(
        "a name of no characters",
        "names its notebook with bytes that are no characters",
        place=_renamed("\udcff\udcfe"),
        says="no notebook to grade",
    ),
    Case(
        "a student who acts",
        "is called like a command, HTML and markup",
        plain=False,
        student="\x1b]0;owned\x07\x1b[31m<script>alert(1)<[b>[bold red]x[blink]",
    ),
    Case(
        "a student who is a formula",
        "is called like a formula",
        plain=False,
        student='=HYPERLINK("x");@SUM(1);+1',
    ),
    refused(
        "a student of odd bytes",
        "is called by bytes that are no characters",
        plain=False,
        student="x\udcff\udcfe\u202e",
        says="no characters",
    ),
]
