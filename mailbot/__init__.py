"""mailbot: keeps the promise of a privacy policy."""

import os

# numpy reads it when it is loaded. A letter is small: with several threads, which wait for each other on a busy
# machine, it costs up to six times the CPU (docs/understanding.md).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - written for a library, before anything is loaded

__version__ = "0.1.0"
