"""The exercise of lesson 09, an engine that differentiates."""
