"""A simulated CIZ register: right by docs/wlz-registertoets/ciz-openapi.yaml; slow, wrong or silent on demand.

It is a process of its own and shares no code with the product that asks it.
"""
