#!/usr/bin/env bash
# Measures fonds against plain Tesseract, a bare loop and an empty gRPC handler, as ratios in one run.
#
#   scripts/bench.sh                        every section on the bundled samples: about six minutes
#   scripts/bench.sh ingest api             only these; the sections are ingest, parts,
#                                           noise, api and sync, and soak (scripts/soak.sh), which has to be named
#   scripts/bench.sh -scans FOLDER ingest   real scans too (FOLDER/MANIFEST.tsv names file, language,
#                                           kind and pages; NAME.gt.txt is beside each NAME.EXT)
#   scripts/bench.sh -rounds 5 -json        one JSON object; -help lists all flags
#
# FONDS_BENCH_SCANS names the folder of scans, too. What it measures is worth something only on a
# machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -x bin/fonds && -x bin/fonds-tesseract ]] || make --no-print-directory build >&2
go build -o bin/fonds-bench ./scripts/bench
exec bin/fonds-bench "$@"
