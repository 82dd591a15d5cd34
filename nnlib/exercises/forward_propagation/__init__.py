"""The exercises of lesson 01, forward propagation."""
