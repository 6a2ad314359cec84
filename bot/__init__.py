"""Baton: conversations between customers, agents and people, each with exactly one holder."""
