"""Baton: conversations between customers, agents and people, each with exactly one holder."""

import os

# One core for each process's arithmetic, before numpy is loaded; who sets the variable is obeyed. The products of one
# line are small: two threads save it 3 of 7 ms, and on a busy machine they wait for each other (learning 80 examples
# took 13 s instead of 2). Baton scales by processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")
