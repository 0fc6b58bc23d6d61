#!/usr/bin/env bash
# Shows fonds at work: installs what is missing, builds, serves on a temporary data folder, ingests
# scripts/samples, prints each page's outcome and text over gRPC and keeps serving until Ctrl-C.
# With ONCE=1 it ends after the output: 0 when every sample came out as it should, else 1.
set -euo pipefail
cd "$(dirname "$0")/.."
samples=scripts/samples

ready_seconds=60    # a start takes under a second; this is for a machine that is busy
ingest_seconds=600  # 14 pages take about ten seconds on two cores
stop_seconds=20     # a stop waits for the page at hand

server=
work=$(mktemp -d "${TMPDIR:-/tmp}/fonds-demo.XXXXXX")

say() { printf '\n== %s\n' "$*"; }
fail() {
    printf '\ndemo: %s\n' "$*" >&2
    if [[ -s $work/server.log ]]; then
        printf 'The last lines of the server:\n' >&2
        tail -n 20 "$work/server.log" >&2
    fi
    exit 1
}

serving() { [[ -n $server ]] && kill -0 "$server" 2>/dev/null; }

# stop ends the server that this script started, and only that one.
stop() {
    trap - EXIT INT TERM
    if serving; then
        kill -TERM "$server" 2>/dev/null || true
        for ((i = 0; i < stop_seconds * 10; i++)); do
            serving || break
            sleep 0.1
        done
        serving && kill -KILL "$server" 2>/dev/null
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# free_port PREFERRED prints it, or another port that nobody listens on.
taken=" "
free_port() {
    local port=$1 try
    for ((try = 0; try < 100; try++)); do
        if [[ $taken != *" $port "* ]] && ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            taken+="$port "
            found=$port
            return
        fi
        port=$((20000 + RANDOM % 10000))
    done
    fail "no free port found"
}

# ready asks the server itself; curl may not be there.
ready() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$http" || exit 1
        printf 'GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
        read -r -t 5 _ status _ <&3 && [[ $status == 200 ]]
    ) 2>/dev/null
}

start() {
    local found i
    free_port 7443; grpc=$found
    free_port 7480; http=$found
    free_port 7444; nats=$found
    export FONDS_SERVER=127.0.0.1:$grpc
    bin/fonds serve --data "$work/data" --listen "127.0.0.1:$grpc" --http "127.0.0.1:$http" \
        --nats-listen "127.0.0.1:$nats" </dev/null >"$work/server.log" 2>&1 &
    server=$!
    for ((i = 0; i < ready_seconds * 10; i++)); do
        serving || fail "the server ended at its start"
        ready && return
        sleep 0.1
    done
    fail "the server was not ready within $ready_seconds s"
}

# ingest returns when every page has its outcome. Exit 1 says that a page failed, which one here
# is meant to do; which one is looked at below.
ingest() {
    local code=0
    timeout "$ingest_seconds" bin/fonds ingest "$samples" --manifest "$samples/manifest.tsv" --wait || code=$?
    ((code <= 1)) || fail "fonds ingest ended with exit code $code"
    serving || fail "the server died during the ingest"
}

# document FILE prints the name of the document that the server proposed for a file.
document() {
    grep -F "\"title\":\"$1\"" "$work/list" | grep -o -m 1 'documents/[0-9a-f-]*' | head -n 1
}

wrong=0
complain() {
    printf '!! %s\n' "$*"
    wrong=$((wrong + 1))
}

# show FILE prints outcomes and text as the server tells them, and compares them with the file's
# ground truth: the number of the telegram has to be in the text.
show() {
    local file=$1 truth=$samples/${1%.*}.gt.txt name outcomes outcome text expected number
    name=$(document "$file") || { complain "$file has no document"; return; }
    outcomes=$(timeout 30 bin/fonds text "$name" --format json | grep -o '"outcome": *"OUTCOME_[A-Z_]*' | grep -o 'OUTCOME_.*' | cut -d_ -f2- | paste -sd' ') ||
        { complain "$file: the text was not served"; return; }
    say "$file  $name  $outcomes"
    if [[ ! -e $truth ]]; then
        expected=CORRUPT
    elif [[ ! -s $truth ]]; then
        expected=BLANK
    else
        expected=TEXT
        text=$(timeout 30 bin/fonds text "$name") || complain "$file: the text was not served"
        printf '%s\n' "$text"
        number=$(grep -o -m 1 -E '(No\.|№) [0-9]+' "$truth" | grep -o '[0-9]*$' | head -n 1) || true
        [[ -n $number && $text == *"$number"* ]] || complain "$file: the text lacks the number $number"
    fi
    for outcome in ${outcomes:-nothing}; do
        [[ $outcome == "$expected" ]] || complain "$file: a page ended as $outcome, not as $expected"
    done
}

# derived waits until links and search know every document: both follow soon after the fields.
derived() {
    local i
    for ((i = 0; i < ready_seconds * 5; i++)); do
        timeout 30 bin/fonds search 'bearings' | grep -q bearings && return
        sleep 0.2
    done
    complain "the imported telegrams are not found by their words"
}

scripts/setup.sh run
make --no-print-directory build

say "Serving on a temporary folder"
start
printf 'gRPC 127.0.0.1:%s   HTTP 127.0.0.1:%s   NATS 127.0.0.1:%s   data %s\n' "$grpc" "$http" "$nats" "$work/data"

say "Ingesting $samples"
ingest

timeout 30 bin/fonds list --json >"$work/list" || fail "the documents were not listed"
while IFS=$'\t' read -r file _; do
    show "$file"
done < <(tail -n +2 "$samples/manifest.tsv")

say "Importing a published edition: one document a telegram"
timeout 60 bin/fonds import "scripts/published/bulletin.md" --wait || complain "the edition was not imported"
derived

telegram=$(timeout 30 bin/fonds lookup --telegram 4123 --json | grep -o -m 1 'documents/[0-9a-f-]*' | head -n 1) || true
[[ -n $telegram ]] || complain "No. 4123 is not found by its number"
say "What the scan of No. 4123 says about itself"
timeout 30 bin/fonds get "$telegram" || complain "the document was not laid out"
say "Its correspondence, scans and the edition together"
timeout 30 bin/fonds thread "$telegram" | tee "$work/thread" || complain "the correspondence was not shown"
for number in 4102 4117 4131; do
    grep -q "^[> ] .*No. $number  " "$work/thread" || complain "No. $number is missing from the correspondence"
done
say "Who writes of generators, in either language"
timeout 30 bin/fonds search generator || complain "nothing was found"

say "The documents"
timeout 30 bin/fonds list || complain "the documents were not listed"
serving || fail "the server died"
((wrong == 0)) || fail "$wrong thing(s) went wrong; they are marked with !! above"

if [[ ${ONCE-} == 1 ]]; then
    say "All samples came out as they should"
    exit 0
fi
say "Still serving; try:  FONDS_SERVER=$FONDS_SERVER bin/fonds list    (Ctrl-C ends it and removes $work)"
trap 'exit 0' INT TERM  # from here on Ctrl-C is the proper end
wait "$server" || fail "the server ended by itself"
