"""`python bench/plot_memory.py FILE.csv`: charts in bench_out/."""

import sys

from sqrtspace_streams.plots import plot_memory

plot_memory(sys.argv[1])
