#!/usr/bin/env bash
# The long test of campaigns: the whole program reads pages, two people verify some, a recipe that is
# worse is refused, another one is rolled out while the server is killed with -9, every page is
# accounted for, no verified byte changes, and a rollback gives back what was shown before.
#
#   scripts/campaign.sh                          5 kills over 2,000 small pages, read by a fake engine: minutes
#   ENGINE=bin/fonds-tesseract scripts/campaign.sh  the same pages read by Tesseract: some 20 minutes on two cores
#   KILLS=20 PAGES=10000 scripts/campaign.sh     longer
#   FONDS_CAMPAIGN_SEED=4711 scripts/campaign.sh the same moments as a run that said this seed
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -n ${ENGINE-} ]]; then
    make --no-print-directory build
    FONDS_CAMPAIGN_ENGINE=$(realpath "$ENGINE")
    export FONDS_CAMPAIGN_ENGINE
fi
export FONDS_CAMPAIGN_KILLS=${KILLS:-5} FONDS_CAMPAIGN_PAGES=${PAGES:-2000}
export FONDS_CAMPAIGN_SEED=${FONDS_CAMPAIGN_SEED:-$RANDOM}
printf 'seed %s: %s kills over %s pages\n' "$FONDS_CAMPAIGN_SEED" "$FONDS_CAMPAIGN_KILLS" "$FONDS_CAMPAIGN_PAGES"
code=0
go test -run TestCampaignIsNeverLost -count=1 -v -timeout 120m ./services/fonds || code=$?
((code == 0)) || printf 'failed; again with: FONDS_CAMPAIGN_SEED=%s KILLS=%s PAGES=%s scripts/campaign.sh\n' \
    "$FONDS_CAMPAIGN_SEED" "$FONDS_CAMPAIGN_KILLS" "$FONDS_CAMPAIGN_PAGES" >&2
exit "$code"
