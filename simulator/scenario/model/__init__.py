"""The scenario language as models: what may be written, with what meaning and default."""
