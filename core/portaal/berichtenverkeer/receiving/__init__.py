"""Receiving: the address where partners in the chain bring messages, and what happens to what they bring."""
