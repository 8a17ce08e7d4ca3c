"""Relinking: a person whose means of logging in or makelaar changed goes on with the account they had.

Another means may give another pseudonym, and another makelaar always is another issuer: to the portal that is somebody
new (R-51). Only the Servicedesk can tell that it is the same person, and two of its people must say so.
"""
