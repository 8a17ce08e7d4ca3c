"""Delivering files: taken in as a stream, checked and encrypted in one pass, and put in the outbox together."""
