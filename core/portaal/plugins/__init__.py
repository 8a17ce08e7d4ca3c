"""Products as plugins: found by entry point, checked, tried on a scratch configuration, then taken in or quarantined."""
