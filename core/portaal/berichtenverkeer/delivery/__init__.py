"""Sending: the outbox is the truth, workers empty it, connectors know how a partner is spoken to.

At least once is what is promised: every attempt carries the same referentienummer, by which the partner sees a
repetition. A message nobody wants never holds up another, and a partner that is down is left alone for a while.
"""
