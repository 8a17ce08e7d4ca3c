"""Logging in through a broker that speaks OpenID Connect: a login provider beside the portal's own eHerkenning."""
