"""The exercises of lesson 06, learning rates."""
