"""Handlers: gather the facts, ask `routing.decide`, commit. They know ports, never vendors."""
