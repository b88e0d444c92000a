"""M/M/4 in Ciw."""

from __future__ import annotations

import sys
import time

import ciw


def main(customers: int) -> None:
    """Print customers a second, and the mean time in the system."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=320.0)],
        service_distributions=[ciw.dists.Exponential(rate=100.0)],
        number_of_servers=[4],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    began = time.perf_counter()
    simulation.simulate_until_max_time(customers / 320.0)
    records = simulation.get_all_records()
    spent = time.perf_counter() - began
    times = [record.exit_date - record.arrival_date for record in records]
    print(len(times) / spent, sum(times) / len(times))


main(int(sys.argv[1]))
