"""The course around the library: building lessons, the learner's desk, checks and the doctor."""
