"""Simulated chain partners: VECOZO with the providers behind it, speaking real StUF-GGk over SOAP and HTTP.

What the portal sends gets a Bv03, and a moment later the retour that a provider would give. On its own page one chooses
how it answers, breaks it in several ways, and has a provider send a message of its own. It uses nothing of the portal
but the envelope.
"""
