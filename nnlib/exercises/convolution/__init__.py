"""The exercises of lesson 10, convolution."""
