"""Gemeenten, the organisations that act for them, and the agreements that open the portal."""
