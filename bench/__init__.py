"""The benchmarks: `python -m bench` measures Baton beside its floor, in one run, and writes RESULTS.md.

Nothing here asserts a time: machines differ, and a figure is read beside the floor that the same run measured.
"""
