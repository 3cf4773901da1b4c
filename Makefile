# `make demo` runs the main job, `make test` everything that is tested. `make help` lists the rest.
CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: test
test: ## all tests
	$(CARGO) test --workspace

.PHONY: demo
demo: ## the audio demo on a generated signal, classic and sqrt side by side
	$(CARGO) run --quiet --release -p driver -- demo audio --compare

.PHONY: bench
bench: ## benches of executors and stages, then one table of all workloads in all modes
	$(CARGO) bench -p sqrtspace
	$(CARGO) run --quiet --release -p driver -- bench all

.PHONY: header
header: ## write include/sqrtspace.h anew
	SQS_UPDATE_HEADER=1 $(CARGO) test --test header

.PHONY: check
check: ## formatting, lints, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
