"""Callers that show a secret which is no longer good."""

from __future__ import annotations

from simulator.fault.impaired import Impaired


class SecretExpiry(Impaired):
    """Lets certain callers show a secret that is no longer good: the instances turn them away.

    In the real world: a password, a token or a key is rotated, and one caller has not been given the
    new one, or keeps the old one in memory until it is restarted. Everybody else is served, no
    instance looks ill, and trying again never helps.

    Here: what these callers send takes its way, and is answered `unauthorized` (HTTP 401) by the
    instance at once, without work, before it stands in a queue; the answer takes its way back. Single
    instances of a caller may be meant, which were not restarted. Their probes pass. (A
    `certificate_expiry` is the callee's own: it hits all who call it, and fails before the question
    is sent.)

    Left out: tokens that run out one after another; sessions that were open before and go on.

    Source: RFC 9110, section 15.5.2 (401 Unauthorized); RFC 6749, section 5.2 (`invalid_client`).
    """
