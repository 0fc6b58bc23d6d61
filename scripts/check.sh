#!/usr/bin/env bash
# All checks of the project, quick ones first; stops at the first stage that fails and names it.
#
#   scripts/check.sh               every stage
#   scripts/check.sh vet lint      only these
#
# Stages: format tidy proto generated build vet lint vulnerabilities test; race only when it is named
# Needs what scripts/setup.sh installs (groups run and tools). `make test` does both.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools:$PATH"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
say() { printf '    %s\n' "$*"; }

# Go's own formatting and gofumpt's stricter one; generated code is as its generator left it.
stage_format() {
    local -a sources
    mapfile -t sources < <(find . -name '*.go' -not -name '*.pb.go' -not -path './.*' -not -path './bin/*' -not -path './data/*')
    local off
    off=$(gofumpt -l "${sources[@]}")
    [[ -n $off ]] || return 0
    printf 'not formatted by gofumpt (make fmt mends it):\n%s\n' "$off"
    return 1
}

# The shape of the tree: import directions, package docs, names.
stage_tidy() { go test -count=1 ./scripts; }

# Lint of the contract, and no change that breaks its readers.
stage_proto() {
    scripts/generate.sh --deps
    (cd proto && buf lint)
    contract_unbroken
}

# contract_unbroken compares proto/ with the contract before its last change. A break that is meant
# is said in that commit's message: "Contract-Break: reason".
contract_unbroken() {
    local base reason
    if ! base=$(earlier_contract); then
        say "no earlier contract in this checkout: breaking changes not checked"
        return
    fi
    reason=$(git log --format='%(trailers:key=Contract-Break,valueonly)' "$base..HEAD" -- proto)
    if [[ -n $reason ]]; then
        say "the contract was broken on purpose: $reason"
        return
    fi
    git archive "$base" proto | tar -x -C "$scratch"
    cp -r proto/deps "$scratch/proto/"  # not committed: both sides use the pinned one
    say "compared with $(git log -1 --format='%h %s' "$base")"
    (cd proto && buf breaking --against "$scratch/proto")
}

# earlier_contract prints the commit to compare with: HEAD while proto/ has uncommitted changes,
# on a branch the point where it left main, else the one before the last change. It fails in a
# clone too shallow to tell and where there was no contract before.
earlier_contract() {
    local branch base head
    head=$(git rev-parse --verify --quiet HEAD 2>/dev/null) || return 1
    if [[ -n $(git status --porcelain -- proto) ]]; then
        base=$head
    else
        for branch in origin/main main; do
            base=$(git merge-base HEAD "$branch" 2>/dev/null) && [[ $base != "$head" ]] && break
            base=
        done
        [[ -n $base ]] || base=$(git rev-parse --verify --quiet "$(git log -1 --format=%H -- proto)^") || return 1
    fi
    git ls-tree -r --name-only "$base" -- proto | grep -q '\.proto$' || return 1
    echo "$base"
}

# The committed Go code is what the protos say.
stage_generated() { scripts/generate.sh --check; }

stage_build() { make --no-print-directory build; }

# Without the tag there is one file more, which says that the engine child was built without it.
stage_vet() {
    go vet -tags tesseract ./...
    go vet ./workers/tesseract
}

stage_lint() { golangci-lint run --build-tags tesseract ./...; }

# Known holes in what is linked. The database is a file, so that the check needs no network:
# FONDS_VULNDB names a folder or a .tgz; else shared/vulndb.tgz beside the checkout, if there is one.
stage_vulnerabilities() {
    local database=${FONDS_VULNDB:-$(dirname "$PWD")/shared/vulndb.tgz}
    if [[ ! -e $database ]]; then
        say "skipped: no vulnerability database (FONDS_VULNDB names one)"
        return
    fi
    if [[ -f $database ]]; then
        mkdir "$scratch/vulndb"
        tar -xzf "$database" -C "$scratch/vulndb"
        # As a download its files are packed one by one; govulncheck reads only plain ones.
        find "$scratch/vulndb" -name '*.json.gz' -exec gunzip {} +
        database=$(find "$scratch/vulndb" -type d -name index -printf '%h' -quit)
    fi
    govulncheck -db "file://$(realpath "$database")" -tags tesseract ./...
}

# The race detector watches every package that has goroutines or locks, but for SQLite, which is C made
# into Go: its accesses are its own business, take four times as long when watched, and hide nothing of
# ours. That one package only: in a program, generic code that an unwatched package shares with a watched
# one may come from either.
# What people stand behind is played through in 10,000 random steps without the detector, which plays
# some of them, and so is every field of the contract with bad input; -v prints seeds and counts. The
# tests of the browser and of the whole program mostly wait: they run beside the rest, and without the
# detector, which has the stage race; so do those of the engine child, whose time is Tesseract's. Pictures of the review page are left in bin/_artifacts.
stage_test() {
    local steps waiting failed=0
    go test -count=1 -v ./services/catalog/reviewtest >"$scratch/steps" 2>&1 & # on one core
    steps=$!
    go test -count=1 -v -run TestEveryFieldOfEveryMethod ./services/api || failed=1
    wait "$steps" || failed=1
    cat "$scratch/steps"
    ((failed == 0)) || return 1
    rm -rf bin/_artifacts
    local package folder
    local -a watched single
    while read -r package folder; do
        # The programs of scripts/ measure and draw; nothing of them is served.
        if [[ $package != */scripts/* ]] && find "$folder" -maxdepth 1 -name '*.go' -not -name '*_test.go' -exec grep -qE '^\s*go (func|[a-z])|\.Go\(|errgroup|sync\.|atomic\.' {} +; then
            watched+=("$package")
        else
            single+=("$package")
        fi
        # The stage tidy has scripts; reviewtest was just run.
    done < <(go list -f '{{.ImportPath}} {{.Dir}}' ./... | grep -v -e '/services/fonds ' -e '/workers/tesseract ' -e '/reviewtest ' -e '/scripts ')
    go test -tags tesseract -artifacts -outputdir bin -timeout 20m ./services/fonds ./services/web ./workers/tesseract "${single[@]}" >"$scratch/waiting" 2>&1 &
    waiting=$!
    race "${watched[@]}" || failed=1
    wait "$waiting" || failed=1
    cat "$scratch/waiting"
    return "$failed"
}

# The whole program and the engine child under the detector: it takes three times as long.
stage_race() { race ./services/fonds ./workers/tesseract; }

race() { go test -race -gcflags='modernc.org/sqlite/lib=-race=false' -timeout 20m -tags tesseract "$@"; }

stages=(format tidy proto generated build vet lint vulnerabilities test)
(($#)) || set -- "${stages[@]}"
for stage; do
    declare -F "stage_$stage" >/dev/null || { echo "check: no stage '$stage'; there are: ${stages[*]}" >&2; exit 2; }
done
for stage; do
    printf '=== %s\n' "$stage"
    SECONDS=0
    # A subshell of its own keeps set -e alive inside the stage.
    set +e
    (set -e; "stage_$stage")
    code=$?
    set -e
    if ((code != 0)); then
        printf '=== FAILED: %s (%d s); again with: scripts/check.sh %s\n' "$stage" "$SECONDS" "$stage" >&2
        exit 1
    fi
    printf '=== %s: ok (%d s)\n' "$stage" "$SECONDS"
done
