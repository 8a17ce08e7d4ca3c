"""Giving roles to people and taking them away: who holds which, and which do not go together."""
