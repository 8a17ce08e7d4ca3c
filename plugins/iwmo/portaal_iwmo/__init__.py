"""The product iWmo."""
