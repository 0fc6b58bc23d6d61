#!/usr/bin/env bash
# The long kill test: worker, engine child and server are killed at random moments while two batches
# run, the queue's folder is deleted and set back, and in the end every page is counted.
#
#   scripts/kill.sh                         24 kills over 600 pages: ten minutes and more on two cores
#   KILLS=50 PAGES=2000 scripts/kill.sh     longer
#   FONDS_KILL_SEED=4711 scripts/kill.sh    the same moments and victims as a run that said this seed
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory build
export FONDS_ENGINE=$PWD/bin/fonds-tesseract
export FONDS_KILLS=${KILLS:-24} FONDS_KILL_PAGES=${PAGES:-600}
export FONDS_KILL_SEED=${FONDS_KILL_SEED:-$RANDOM}
printf 'seed %s: %s kills over %s pages\n' "$FONDS_KILL_SEED" "$FONDS_KILLS" "$FONDS_KILL_PAGES"
code=0
go test -run TestNothingIsLostWhenKilled -count=1 -v -timeout 60m ./services/fonds || code=$?
((code == 0)) || printf 'failed; again with: FONDS_KILL_SEED=%s KILLS=%s PAGES=%s make kill\n' \
    "$FONDS_KILL_SEED" "$FONDS_KILLS" "$FONDS_KILL_PAGES" >&2
exit "$code"
