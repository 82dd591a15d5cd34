"""The catalogue: one folder per lesson, one file per exercise. The files are the registry."""
