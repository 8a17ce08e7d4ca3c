"""The test kit: fixtures for the core, for plugins and for teams that write them."""
