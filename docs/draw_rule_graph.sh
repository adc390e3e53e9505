#!/usr/bin/env bash
# Draw what `snakemake --rulegraph` prints (standard input) as SVG (standard output), with Graphviz.
set -euo pipefail

grep -v '"all"\|-> 0$' |
  sed -E 's/color = "[^"]*", style="rounded"/style="rounded,filled", fillcolor="#EAF2F8", color="#5B7C99"/;
          s/penwidth=2/penwidth=1.2/g; s/margin=0\]/margin=0.1, rankdir=LR, ranksep=0.35, nodesep=0.15]/' |
  tred | dot -Tsvg
