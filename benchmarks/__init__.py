"""Measurements, one command each; they name their protocol and write a table."""
