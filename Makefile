# `make demo` runs the main job, `make test` everything that is tested. `make help` lists the rest.
CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=
PROFILE ?= dist
# Where cargo puts what it builds.
BUILT = $(or $(CARGO_TARGET_DIR),target)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

# cargo nextest where it is installed, cargo test otherwise: the same tests.
NEXTEST := $(shell $(CARGO) nextest --version 2>/dev/null)
TEST = $(CARGO) $(if $(NEXTEST),nextest run,test) --no-fail-fast
CHECKED = $(if $(NEXTEST),--cargo-profile,--profile) checked

.PHONY: test
test: ## all tests, in their short forms
	$(TEST) --workspace --exclude benches

.PHONY: test-long
test-long: ## the long forms of the tests of random cases, and the damage campaign
	SQS_LONG=1 $(TEST) $(CHECKED) --test codec --test engine --test install --test state

# Both need nightly Rust (rustup toolchain install nightly -c rust-src -c miri), else they report that they skip. Package: clang.
.PHONY: test-sanitize
test-sanitize: ## the C tests and examples with AddressSanitizer and ThreadSanitizer in the library, too
	ci/sanitize.sh address
	ci/sanitize.sh thread

.PHONY: test-miri
test-miri: ## round trips of the C API and unit tests of memory under Miri
	ci/miri.sh

.PHONY: test-python
test-python: ## the Python package, in a virtual environment in target/python: pytest, doctest, mypy
	python/test.sh $(abspath $(BUILT))/python

# NEED: versions of Python that must be found, such as "3.10 3.13".
.PHONY: test-python-packages
test-python-packages: ## source distribution and manylinux wheel, tested in every Python from 3.10 to 3.13 that is found
	NEED="$(NEED)" python/packages.sh $(abspath $(BUILT))/python

# After test-python, in its environment. Package: chromium, else the test of rendered pages is skipped.
.PHONY: docs-python
docs-python: ## the documentation of the Python package in HTML: executes the notebooks and examples, warnings are errors
	python/docs/build.sh $(abspath $(BUILT))/python

# After test-python, in its environment. SIZE: the largest file of the end-to-end run, which needs three times that of the disk.
SIZE ?= 10G

.PHONY: bench-python-long
bench-python-long: ## Dask on 32 files of 30 MB with killed workers; the streaming encoder from 1 MB to SIZE
	$(BUILT)/python/venv/bin/python python/benches/archive.py --plot $(BUILT)/python/archive.png
	cd python/compat && $(abspath $(BUILT))/python/venv/bin/python benchmark_streaming_demo.py --max $(SIZE) --folder $(abspath $(BUILT))/python

# After test-python, in its environment. Packages: libhdf5-dev, hdf5-tools.
.PHONY: test-hdf5
test-hdf5: ## the filter of HDF5 with h5py, h5dump and h5repack
	integrations/hdf5/build.sh $(BUILT)/hdf5
	SQRTSPACE_HDF5=$(abspath $(BUILT)/hdf5) $(BUILT)/python/venv/bin/python -m pytest -q -p no:cacheprovider integrations/hdf5

# After test-python, in its environment, with ccsdspy and spacepackets of the package index.
.PHONY: test-packets
test-packets: ## space packets against ccsdspy and spacepackets
	$(BUILT)/python/venv/bin/pip install -q ccsdspy spacepackets
	SQS_NEED_PEERS=1 $(BUILT)/python/venv/bin/python -m pytest -q -p no:cacheprovider python/tests/test_packets.py

# Package: tshark.
.PHONY: test-wireshark
test-wireshark: ## the Wireshark dissector in tshark
	integrations/wireshark/test.sh $(BUILT)/wireshark

.PHONY: fuzz
fuzz: ## a million cases of the fuzz targets
	$(CARGO) run --release -p fuzz -- --cases 170000

.PHONY: demo
demo: ## the audio demo on a generated signal, classic and sqrt side by side
	$(CARGO) run --quiet --release -p driver -- demo audio --compare

# Both orders in an on-board computer's memory: docker/, `driver profile`, `driver capped --help`. Where no Docker engine
# answers, docker/capped.sh holds the caps. MORE is for more arguments, such as MORE="--iters 5 --profile rad750".
MORE ?=
BOARD ?= rad750
# From the lines NAME=VALUE of the profile.
profile = $(shell sed -n 's/^$(1)=//p' docker/profiles/$(BOARD).env)

.PHONY: image
image: ## a static driver in an image from scratch (works offline)
	CARGO="$(CARGO)" docker/image.sh

.PHONY: shell
shell: ## a shell in that image, with BOARD's memory; the driver is /driver, out/ is /out
	CARGO="$(CARGO)" docker/image.sh --shell
	docker run --rm -it --network none --memory $(call profile,MEMORY) --memory-swap $(call profile,MEMORY_SWAP) \
	    --cpus 1 --env-file docker/profiles/$(BOARD).env -v "$(CURDIR)/out:/out" sqrtspace-shell

.PHONY: demo-barely
demo-barely: image ## audio whose rows just fit into a RAD750's memory
	out/driver capped barely $(MORE)

.PHONY: demo-spill
demo-spill: image ## logs of 20 M samples without a cap, in 384 MiB with swap, in 8 MiB without
	out/driver capped spill --iters 3 $(MORE)

.PHONY: demo-spill-lite
demo-spill-lite: image ## audio whose rows do not fit into a GR712RC's memory
	out/driver capped spill-lite $(MORE)

.PHONY: demo-spill-auto
demo-spill-auto: image ## ten minutes of audio in 384 MiB with swap, and what the planner picks
	out/driver capped spill-auto $(MORE)

.PHONY: satcom-demo
satcom-demo: image ## satcom whose spectra do not fit into a GR740's memory
	out/driver capped satcom $(MORE)

.PHONY: bench
bench: ## benches of executors and stages, then one table of all workloads in all modes (profile dist)
	@echo 'profile: dist'
	$(CARGO) bench -p benches
	$(CARGO) run --quiet --profile dist -p driver -- bench all

# Peak memory of a process for 1 MB, 1 GB and 10 GB. Takes minutes and little disk space.
.PHONY: codec-memory
codec-memory: ## what c-examples/07_encode_file takes for files from 1 MB to 10 GB
	$(CARGO) build --profile dist --lib
	$(CC) -std=c99 -O2 -static -Wl,--gc-sections -Iinclude c-examples/07_encode_file.c $(BUILT)/dist/libsqrtspace.a \
	    -lpthread -ldl -lm -o $(BUILT)/dist/07_encode_file
	for bytes in 1000000 1000000000 10000000000; do \
	    yes 'sample after sample after sample, 0123456789' | head -c $$bytes \
	        | $(BUILT)/dist/07_encode_file /dev/stdin $(BUILT)/dist/07_encode_file.sqs || exit 1; \
	    rm $(BUILT)/dist/07_encode_file.sqs; \
	done

.PHONY: musl
musl: ## libsqrtspace.a for musl, target/musl/, with the C programs linked to it and run (packages: ci/musl.sh)
	ci/musl.sh $(BUILT)/musl/libsqrtspace.a

.PHONY: test-cpp
test-cpp: ## include/sqrtspace.hpp with g++ and clang++, and cpp-examples (packages: g++, clang, valgrind)
	$(CARGO) build --profile dist --lib
	cpptests/run.sh $(BUILT)/dist/libsqrtspace.a

# The frameworks' checkouts are not part of the project; docs/guide/integrating.md lists what they must contain.
CFS ?=
FPRIME ?=

.PHONY: test-cfs
test-cfs: ## integrations/cfs inside the cFE of a checkout, CFS=path (packages: cmake, python3; cppcheck, gcovr)
	@[ -n "$(CFS)" ] || echo "skipped: CFS=path of a checkout of nasa/cFS is not given"
	@[ -z "$(CFS)" ] || { packaging/build.sh $(BUILT)/integrations \
	    && integrations/cfs/test/run.sh "$(CFS)" $(BUILT)/integrations/libsqrtspace.a $(BUILT)/integrations/cfs; }

.PHONY: test-fprime
test-fprime: ## integrations/fprime with the framework of a checkout, FPRIME=path (PyPI: fprime-tools, fprime-fpp)
	@[ -n "$(FPRIME)" ] || echo "skipped: FPRIME=path of a checkout of nasa/fprime is not given"
	@[ -z "$(FPRIME)" ] || { packaging/build.sh $(BUILT)/integrations \
	    && integrations/fprime/test/run.sh "$(FPRIME)" $(BUILT)/integrations/libsqrtspace.a $(BUILT)/integrations/fprime; }

.PHONY: bench-stack
bench-stack: ## bytes of stack that each public call uses on this machine: the table of docs/guide/linking.md
	$(CARGO) build --profile dist --lib
	$(CC) -std=gnu99 -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections -Wl,-z,now -Iinclude benches/stack/stack.c \
	    targets/checks/common.c targets/checks/feature_cases.c targets/checks/feature_input.c $(BUILT)/dist/libsqrtspace.a \
	    -lpthread -ldl -lm -o $(BUILT)/dist/stack
	$(BUILT)/dist/stack

.PHONY: header
header: ## generate include/sqrtspace.h
	SQS_UPDATE_HEADER=1 $(CARGO) test -p header

.PHONY: docs
docs: ## the manual in HTML: header, documents, examples (package: doxygen)
	ci/docs.sh $(BUILT)/docs

# Tools: ci/flight-tools.sh, which the targets below do not run by themselves.
.PHONY: test-ppc
test-ppc: ## all tests on PowerPC 750 (32-bit, big-endian) under QEMU
	ci/test-ppc.sh

.PHONY: test-ppc-long
test-ppc-long: ## the same for files of more than 4 GiB
	ci/test-ppc.sh --long

FLIGHT_PEERS = $(or $(PEERS),$(BUILT)/flight-peers)

.PHONY: bench-flight
bench-flight: ## instructions per sample on PowerPC 750, against KissFFT, libaec and C loops
	ci/flight-peers.sh $(FLIGHT_PEERS)
	ci/bench-flight.sh

.PHONY: check
check: ## formatting, lints, words, documentation, dependencies (deny.toml), CI's list of steps
	ci/words.sh
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	CARGO="$(CARGO)" python3 ci/deny.py
	python3 -B ci/test_ci.py

# Bare-metal LEON3 (GR740): ci/flight-tools.sh installs the compilers and QEMU.
LEON = $(BUILT)/leon3
CHECKS = common engine sweeps codec saved repair features feature_cases feature_input

.PHONY: test-leon
test-leon: ## the checks of targets/checks on a bare LEON3 in QEMU
	mkdir -p $(LEON)
	targets/leon3/build.sh $(LEON)/checks targets/leon3/console.c $(CHECKS:%=targets/checks/%.c)
	targets/leon3/run.sh $(LEON)/checks.elf 400
	targets/leon3/build.sh $(LEON)/trap -D TRAP targets/leon3/console.c $(CHECKS:%=targets/checks/%.c)
	targets/leon3/control.sh $(LEON)/trap.elf

.PHONY: check-panics
check-panics: ## no way to a panic and no recursion in what flies, on LEON3
	targets/control.sh
	targets/size.sh > /dev/null
	python3 targets/panics.py sparc64-linux-gnu- $(BUILT)/surface/everything.elf
	python3 targets/graph.py sparc64-linux-gnu- $(BUILT)/surface/everything.elf

.PHONY: size
size: ## code and data of what flies: writes docs/flight/sizes.txt anew
	targets/size.sh | tee docs/flight/sizes.txt

.PHONY: check-size
check-size: ## docs/flight/sizes.txt is up to date
	targets/size.sh | python3 targets/check_size.py docs/flight/sizes.txt

.PHONY: bench-leon
bench-leon: ## instructions a sample on LEON3, against C loops, and KissFFT and libaec where ci/flight-peers.sh has put them
	mkdir -p $(LEON)
	targets/leon3/build.sh $(LEON)/bench -D BENCH -p $(FLIGHT_PEERS) targets/leon3/console.c targets/checks/bench.c \
	    targets/checks/bench_common.c targets/checks/bench_loops.c $(CHECKS:%=targets/checks/%.c)
	$(CC) -O2 -shared -fPIC -fvisibility=hidden targets/leon3/count.c -o $(LEON)/libcount.so
	targets/leon3/bench.py $(LEON)/bench.elf $(LEON)/libcount.so

# Variables: docs/guide/installing.md.
export PREFIX DESTDIR LIBDIR INCLUDEDIR PROFILE DEBUG CARGO
LIBRARIES = $(BUILT)/libraries

.PHONY: install
install: ## header, libraries, pkg-config and CMake files to DESTDIR/PREFIX; DEBUG=1: debug information too
	packaging/build.sh $(LIBRARIES)
	packaging/install.sh $(LIBRARIES)

.PHONY: uninstall
uninstall: ## remove what install has put there
	packaging/install.sh --remove
	rm -f $(DESTDIR)$(PREFIX)/bin/sqrtspace $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1/sqrtspace.1 \
	    man/man1/sqrtspace-*.1 bash-completion/completions/sqrtspace fish/vendor_completions.d/sqrtspace.fish \
	    zsh/site-functions/_sqrtspace)

.PHONY: check-host-size
check-host-size: ## the installed libraries and a small program are within their limits
	ci/sizes-host.sh

.PHONY: install-bin
install-bin: ## the command line as sqrtspace, its manual pages and completions to DESTDIR/PREFIX
	$(CARGO) build --locked --profile $(PROFILE) -p driver --features manual --bin driver --bin manual
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILT_BIN)/driver $(DESTDIR)$(PREFIX)/bin/sqrtspace
	umask 022; $(BUILT_BIN)/manual $(DESTDIR)$(PREFIX) "$$(date --utc --date=@$(SOURCE_DATE_EPOCH) +%F)"

BUILT_BIN = $(BUILT)/$(PROFILE:dev=debug)
# The time of the commit; in an unpacked archive the time of its files.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
ARCHIVES = $(BUILT)/dist-archives

# docs/guide/releasing.md
.PHONY: dist
dist: ## source and binary archives of the commit, reproducible
	CARGO="$(CARGO)" packaging/dist.sh $(ARCHIVES)

.PHONY: deb
deb: ## Debian packages of the commit, on Debian 12
	packaging/deb.sh $(ARCHIVES)

.PHONY: test-dist
test-dist: ## two clones in different folders make the same archives, which work (minutes)
	ci/dist.sh

.PHONY: test-deb
test-deb: ## the Debian packages: lintian, and use in a clean system (as root, minutes)
	ci/deb.sh
