"""The product iJw."""
