"""The exercises of lesson 08, cats against dogs."""
