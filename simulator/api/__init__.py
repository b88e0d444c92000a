"""The Python interface for notebooks and programs: `import simulator as sim`, see docs/python.md."""
