#!/usr/bin/env bash
# Memory over many pages: one server reads thousands of small pages, each a picture of its own, and
# the memory of it and its engine children is watched. It tells what both took at most, and whether
# they had more at the end than near the beginning.
#
#   scripts/soak.sh                10,000 pages: about fifteen minutes on two cores
#   PAGES=500 scripts/soak.sh      shorter
set -euo pipefail
cd "$(dirname "$0")/.."
exec scripts/bench.sh -soak-pages "${PAGES:-10000}" "$@" soak
