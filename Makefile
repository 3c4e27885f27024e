# The commands of the project. `make run` and `make test` work on a machine that has only git, make and the
# base system of Debian 12: what is missing is installed first.

BUILD ?= build
SANDBOX ?= $(BUILD)/sandbox
LISTEN ?= 127.0.0.1:8080
PEOPLE ?= 20000

# Compiler and libraries; programs that tests and benchmarks use.
PACKAGES_BUILD = g++ cmake ninja-build ccache pkg-config gettext brotli fonttools python3-brotli ca-certificates \
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-locale1.81-dev libsqlite3-dev libssl-dev \
  libxml2-dev libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev libexpected-dev libctemplate-dev libqrencode-dev \
  prometheus-cpp-dev libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev zlib1g-dev libicu-dev
PACKAGES_TEST = chromium kannel curl procps libengine-gost-openssl
PACKAGES_BENCH = nginx-light wrk curl
PACKAGES_FUZZ = clang libclang-common-14-dev libclang-rt-14-dev

.PHONY: run test build bench fuzz check-format clean packages-build packages-test packages-bench packages-fuzz node-web node-tests node-bench

run: build $(SANDBOX)/mekenjai.db
	$(BUILD)/mekenjai serve --sandbox --data $(SANDBOX) --listen $(LISTEN)

$(SANDBOX)/mekenjai.db: | build
	rm -rf $(SANDBOX).new $(SANDBOX).extracts
	$(BUILD)/mekenjai sandbox-population --persons $(PEOPLE) --seed 1 --out $(SANDBOX).extracts
	$(BUILD)/mekenjai import --data $(SANDBOX).new $(SANDBOX).extracts
	rm -rf $(SANDBOX) $(SANDBOX).extracts
	mv $(SANDBOX).new $(SANDBOX)

build: packages-build node-web
	cmake -S . -B $(BUILD) -G Ninja
	cmake --build $(BUILD)

test: build packages-test node-tests
	ctest --test-dir $(BUILD) --output-on-failure
	cd tests && MEKENJAI_BUILD=$(abspath $(BUILD)) node --test --test-concurrency=1 $(if $(TESTS),$(TESTS),contracts/ faults/ journeys/)

bench: build packages-test packages-bench node-tests node-bench
	MEKENJAI_BUILD=$(abspath $(BUILD)) node bench/run.mjs

# Each target of tests/fuzz for so long (docs/operations/fuzzing.md).
FUZZ_SECONDS ?= 600
fuzz: packages-build packages-fuzz
	scripts/fuzz $(FUZZ_SECONDS)

# --- what a bare machine lacks ---------------------------------------------------------------------------------

packages-build: ; @scripts/install $(PACKAGES_BUILD)
packages-test: ; @scripts/install $(PACKAGES_TEST)
packages-bench: ; @scripts/install $(PACKAGES_BENCH)
packages-fuzz: ; @scripts/install $(PACKAGES_FUZZ)

node-web: web/node_modules/.package-lock.json
node-tests: tests/node_modules/.package-lock.json
node-bench: bench/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json
	@scripts/install-node
	cd $* && npm ci --no-audit --no-fund --ignore-scripts=false
	@touch $@

clean:
	rm -rf $(BUILD)
