"""Disks on which there is no room left."""

from __future__ import annotations

from simulator.fault.impaired import Impaired


class DiskFull(Impaired):
    """Leaves no room on the disks of instances: what writes fails, what reads goes on.

    In the real world: logs that nobody rotates, a volume that was sized for last year, a quota:
    `ENOSPC`. The process lives, its probes are green, and half of what it does works, so that it
    stays in rotation and fails its part of all writes quickly, which balancers take for a good sign.

    Here: the `endpoints` are those that write. The instances that are hit answer them with `error`,
    at once and without work, if there is room for the question at all; the others they serve as
    ever, and probes too. At the end everything is written again.

    Left out: what was half written; a disk that fills up bit by bit and is slow before it is full;
    a full disk below the registry (etcd's `NOSPACE` alarm), which refuses leases and answers reads.

    Source: POSIX, write(2), `ENOSPC`; Chaos Mesh, IOChaos `fault` with `errno: 28`.
    """
