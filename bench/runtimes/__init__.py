"""The contenders of `bench.agents`: each module is a program of its own that runs conversations against `stub` and
prints what they cost."""
