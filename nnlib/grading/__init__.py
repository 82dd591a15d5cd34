"""Grading a class: the trusted side, which restores, asks, judges, records and reports."""
