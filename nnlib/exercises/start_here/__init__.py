"""The practice exercise of lesson 00, start here."""
