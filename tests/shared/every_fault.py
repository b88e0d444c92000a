"""A shop that has what every kind of fault can hit: nodes, zones, a registry, a cache, a breaker, keys."""

from __future__ import annotations

SHOP = """
scenario: shop
duration: 60s
traffic: {users: {rate: 10/s, target: shop.buy, key: {zipf: {items: 100}}}}
registry: {kind: consul}
platform: {nodes: {general: {count: 2, zones: [north, south]}}}
services:
  shop:
    replicas: 2
    zones: [north, south]
    endpoints: {buy: [{call: payments.charge, timeout: 1s, cache: {ttl: 5s}, breaker: hystrix}]}
  payments:
    replicas: 4
    zones: [north, south]
    concurrency: 8
    endpoints: {charge: [work: 20ms]}
"""
