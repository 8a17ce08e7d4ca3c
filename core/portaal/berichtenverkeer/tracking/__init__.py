"""Which messages there are, where each stands, what happened to it, and which belong together."""
