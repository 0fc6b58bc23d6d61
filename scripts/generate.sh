#!/usr/bin/env bash
# Writes the Go code of proto/ anew. Needs buf and the two generators (scripts/setup.sh tools).
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools:$PATH"

rm -rf proto/deps
go run ./scripts/protodeps proto/deps
cd proto
find fonds engine -name '*.pb.go' -delete
buf generate --path fonds --path engine
