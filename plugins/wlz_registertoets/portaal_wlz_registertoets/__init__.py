"""The product Wlz-Registertoets."""
