"""Servers that stand in for outside ones in tests: real ones, on a port, that do what they are told and nothing
else."""
