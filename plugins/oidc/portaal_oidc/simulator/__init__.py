"""A simulated broker that speaks OpenID Connect, for development and tests: anybody can be anybody here.

It keeps the protocol strictly on the portal's side: redirect address, client authentication, PKCE, a code once. What it
answers can be made abnormal (:mod:`~portaal_oidc.simulator.answers`).
"""
