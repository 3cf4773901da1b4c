"""`python bench/plot_bench.py FILE.csv`: charts in bench_out/."""

import sys

from sqrtspace_streams.plots import plot_bench

plot_bench(sys.argv[1])
