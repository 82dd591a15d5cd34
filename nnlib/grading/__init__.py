"""Grading a class: the trusted side, which restores, asks, judges, records and reports."""

import sys
from typing import Any, cast

# nbformat's validator would compile a grammar for web addresses, which notebooks have none to
# check with: half of the time that a grading command or worker takes to start.
cast(dict[str, Any], sys.modules).setdefault("rfc3987_syntax", None)
