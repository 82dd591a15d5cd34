"""The exercises of lesson 05, gradient descent."""
