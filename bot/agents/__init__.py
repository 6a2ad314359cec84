"""Agents as a library of its own: it imports neither `handlers` nor `routing`."""
