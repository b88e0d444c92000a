"""Words of charts and lessons in other languages than English.

Source texts are English; `es.yaml` has each of them in Spanish. A test fails when one is missing.
"""
