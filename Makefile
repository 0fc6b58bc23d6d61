# fonds: `make demo` shows it at work, `make test` proves it. Each target says itself what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run demo test bench kill campaign editors generate fmt samples clean

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.release=$(VERSION)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing: packages, and tools into ./.tools
	@scripts/setup.sh run tools

build: ## bin/fonds (static, pure Go) and bin/fonds-tesseract (links Tesseract)
	@scripts/setup.sh missing
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/fonds ./services/fonds
	CGO_ENABLED=1 go build -trimpath -ldflags '$(LDFLAGS)' -tags tesseract -o bin/fonds-tesseract ./workers/tesseract

run: build ## serve with data in ./data
	bin/fonds serve --data ./data

demo: ## install, build, serve, ingest the samples, show the text (ONCE=1 ends after that)
	@scripts/demo.sh

test: ## install what is missing, then every check and test; what CI runs
	@scripts/setup.sh run tools samples browser
	@scripts/check.sh

bench: build ## measure against plain Tesseract, as ratios in one run
	@scripts/bench.sh

kill: build ## kill processes at random under load and count every page after it
	@scripts/kill.sh

campaign: ## kill the server while a campaign reads 2,000 pages again, and account for every page
	@scripts/campaign.sh

editors: ## 50 people save drafts at once beside a bare loop of commits
	go run ./scripts/editors

generate: ## write the Go code of proto/ anew
	@scripts/setup.sh tools
	@scripts/generate.sh

fmt: ## format the Go code
	@scripts/setup.sh tools
	@find . -name '*.go' -not -name '*.pb.go' -not -path './.*' -print0 | xargs -0 .tools/gofumpt -w

samples: ## draw the sample pages anew from their texts
	@scripts/setup.sh samples
	go run ./scripts/makesamples scripts/samples

clean: ## remove bin; data and tools stay
	rm -rf bin
