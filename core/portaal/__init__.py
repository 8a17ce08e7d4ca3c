"""Portaal Zorg."""
