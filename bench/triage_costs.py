"""Time and memory of whoever reads lines, measured from inside its process. Needs nothing but Python."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .figures import percentile


def resident_mb() -> float:
    """Now, not at most: what was needed only to start counts in the time of the start."""
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def timed(work: Callable[[str], object], lines: Sequence[str]) -> dict[str, float]:
    """Milliseconds a line."""
    took, cpu = [], []
    for line in lines:
        began, began_cpu = time.perf_counter(), time.thread_time()
        work(line)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - began_cpu) * 1000)
    return {"p50_ms": percentile(took, 0.5), "p95_ms": percentile(took, 0.95), "p50_cpu_ms": percentile(cpu, 0.5)}
