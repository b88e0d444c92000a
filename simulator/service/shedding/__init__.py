"""Saying no: how an instance that has too much to do chooses what it does not do."""
