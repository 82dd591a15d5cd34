"""nbgrader's settings for this course.

`nbgrader` and `nnlib` read this file when they are started in this folder. Anything you set here
on top (deadlines, late penalties, a database, limits) holds for both.
"""

from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from nnlib.course.release import ClearSolutions

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "backpropagation"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"

# The lessons' sources stay here. They are ignored by name: "*.py" would also take away the
# helper.py that a student submits beside the notebook.
sources = sorted(path.name for path in Path(__file__).parent.glob("solutions/*/*.py"))
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *sources]

# nbgrader's own steps, in its order; our ClearSolutions also hands out what a bug hunt starts from.
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
c.ClearSolutions.code_stub = {
    "python": "# Write your code here; it takes the place of the next line.\n"
    'raise NotImplementedError("not written yet")'
}

# Files for `nbgrader zip_collect` are named STUDENT_topic.ipynb: ada_forward_propagation.ipynb.
topics = "|".join(name.removesuffix(".py") for name in sources)
c.FileNameCollectorPlugin.named_regexp = rf".*/(?P<student_id>.+)_(?P<file_id>{topics})\.ipynb"

# Submissions are rebuilt from the gradebook and run in a sandbox; the verdicts are ours. By name,
# so that nothing of it is imported where nobody grades.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    OverwriteKernelspec,
    "nnlib.grading.preprocessors.Restore",
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    "nnlib.grading.preprocessors.Run",
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
