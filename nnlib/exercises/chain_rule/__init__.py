"""The exercises of lesson 03, chain rule."""
