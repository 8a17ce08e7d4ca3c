"""Logging in, whoever says who somebody is: what every login provider shares."""
