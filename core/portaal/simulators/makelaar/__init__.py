"""A simulated herkenningsmakelaar: real SAML 2.0 in the shape of eHerkenning, invented suppliers and people.

A process of its own for development and tests. It uses the product's XML primitives and nothing else of it.
"""
