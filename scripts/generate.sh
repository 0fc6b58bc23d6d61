#!/usr/bin/env bash
# Writes the Go code of proto/ anew. Needs buf and the two generators (scripts/setup.sh tools).
#
#   scripts/generate.sh           writes what changed
#   scripts/generate.sh --check   writes no Go; fails where the committed code differs
#   scripts/generate.sh --deps    writes only proto/deps, the third-party protos
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools:$PATH"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# Third-party protos are printed from the pinned Go modules: no network, no vendored copy.
go run ./scripts/protodeps "$fresh/deps"
if ! diff -qr "$fresh/deps" proto/deps >/dev/null 2>&1; then
    rm -rf proto/deps
    cp -r "$fresh/deps" proto/deps
fi
[[ ${1-} == --deps ]] && exit

(cd proto && buf generate --path fonds --path engine --output "$fresh/go")

list() { (cd "$1" && find fonds engine -name '*.pb.go' | LC_ALL=C sort); }
list proto >"$fresh/committed"
list "$fresh/go" >"$fresh/generated"

if [[ ${1-} == --check ]]; then
    diff -u "$fresh/committed" "$fresh/generated"
    while read -r file; do
        diff -u "proto/$file" "$fresh/go/$file"
    done <"$fresh/generated"
    exit
fi
# File by file and only what changed, so that a build beside it sees no gap.
while read -r file; do
    cmp -s "$fresh/go/$file" "proto/$file" || install -D -m 644 "$fresh/go/$file" "proto/$file"
done <"$fresh/generated"
LC_ALL=C comm -13 "$fresh/generated" "$fresh/committed" | while read -r stale; do
    rm "proto/$stale"
done
