"""Products as plugins: found by entry point, checked, tried on scratch, then taken in or quarantined."""
