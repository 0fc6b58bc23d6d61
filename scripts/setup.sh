#!/usr/bin/env bash
# Installs what fonds needs and does not find: nothing else, and nothing twice.
#
#   scripts/setup.sh run      Tesseract with its models, poppler, C++ headers: to build and run
#   scripts/setup.sh tools    linters and generators in ./.tools, at the versions below: to check
#   scripts/setup.sh browser  Chromium and a face with Cyrillic: to test the review page
#   scripts/setup.sh samples  the typewriter face: to draw scripts/samples anew, and to test that
#   scripts/setup.sh missing  names the packages of `run` that are not there; exit 1 if any
#
# Packages come from the system's package manager (with sudo unless root); tools from Go's and
# npm's as they are set up on this machine. A second run finds all in place within a second.
set -euo pipefail
cd "$(dirname "$0")/.."

run_packages=(
    tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus tesseract-ocr-osd  # the engine, its models
    poppler-utils                                   # reads PDF, as child processes
    libtesseract-dev libleptonica-dev pkg-config g++  # to link bin/fonds-tesseract
)
sample_packages=(fonts-urw-base35)
browser_packages=(chromium fonts-dejavu-core)

go_tools=(  # name  package  version
    "protoc-gen-go       google.golang.org/protobuf/cmd/protoc-gen-go               v1.36.12"
    "protoc-gen-go-grpc  google.golang.org/grpc/cmd/protoc-gen-go-grpc              v1.6.2"
    "gofumpt             mvdan.cc/gofumpt                                           v0.12.0"
    "govulncheck         golang.org/x/vuln/cmd/govulncheck                          v1.3.0"
    "golangci-lint       github.com/golangci/golangci-lint/v2/cmd/golangci-lint     v2.15.0"
)
buf_version=1.75.0
tools=$PWD/.tools

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# missing PACKAGE... prints those that dpkg does not have installed.
missing() {
    local package
    for package; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

updated=
# install PACKAGE... installs those that are missing.
install() {
    local -a wanted admin=()
    command -v apt-get >/dev/null ||
        die "this is not Debian or Ubuntu; install the equivalents of: $*"
    mapfile -t wanted < <(missing "$@")
    ((${#wanted[@]})) || return 0
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "needs root to install: ${wanted[*]}"
        admin=(sudo)
        say "sudo will ask for leave to install packages"
    fi
    say "installing ${wanted[*]}"
    [[ -n $updated ]] || "${admin[@]}" apt-get update -qq
    updated=yes
    "${admin[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${wanted[@]}" </dev/null >/dev/null
}

need_go() {
    command -v go >/dev/null || die "needs Go; the version stands in go.mod"
}

# tool_version NAME prints the module version that .tools/NAME was built from.
tool_version() {
    [[ -x $tools/$1 ]] && go version -m "$tools/$1" 2>/dev/null | awk '$1 == "mod" { print $3 }'
}

# golangci-lint is the long one: two to three minutes of two cores; the others take 20 s together.
install_go_tools() {
    local line name package version
    for line in "${go_tools[@]}"; do
        read -r name package version <<<"$line"
        [[ $(tool_version "$name") == "$version" ]] && continue
        say "building $name $version"
        GOBIN=$tools go install "$package@$version"
    done
}

# buf comes from npm within seconds where npm is there; from source it takes minutes.
install_buf() {
    [[ -x $tools/buf && $("$tools/buf" --version 2>/dev/null) == "$buf_version" ]] && return 0
    if command -v npm >/dev/null; then
        say "fetching buf $buf_version with npm"
        if npm install --prefix "$tools" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
            "@bufbuild/buf@$buf_version" >/dev/null; then
            local found
            for found in "$tools"/node_modules/@bufbuild/buf-*/bin/buf; do
                ln -sfn "${found#"$tools"/}" "$tools/buf"  # the native program, not its wrapper for node
            done
            "$tools/buf" --version >/dev/null 2>&1 && return 0
        fi
        say "npm did not bring it"
        rm -f "$tools/buf"
    fi
    say "building buf $buf_version from source (minutes)"
    GOBIN=$tools go install "github.com/bufbuild/buf/cmd/buf@v$buf_version"
}

(($#)) || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2; }
for group; do
    case $group in
    run)
        need_go
        install "${run_packages[@]}"
        ;;
    tools)
        need_go
        mkdir -p "$tools"
        install_buf
        install_go_tools
        ;;
    samples) install "${sample_packages[@]}" ;;
    browser) install "${browser_packages[@]}" ;;
    missing)
        command -v dpkg-query >/dev/null || exit 0  # not Debian: the compiler will tell
        absent=$(missing "${run_packages[@]}" | paste -sd' ')
        [[ -z $absent ]] || die "not installed: $absent (scripts/setup.sh run installs them)"
        ;;
    *) die "no group '$group'; see scripts/setup.sh without arguments" ;;
    esac
done
