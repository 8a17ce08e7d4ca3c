"""The register of the CIZ: what it can be asked, and asking it (R-24, R-25).

The contract is ours, docs/wlz-registertoets/ciz-openapi.yaml; the real service will be another implementation of
:class:`~portaal_wlz_registertoets.ciz.register.CizRegister`.
"""
