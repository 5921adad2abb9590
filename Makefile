# The words of this house: setup, demo, test, check. `make setup` is the only one that reaches out.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made
REQUIREMENTS := requirements/build.txt requirements/all.txt

.PHONY: setup demo test thorough check coverage bundle deploy-check deploy-variables packaged-policy deployed-settings zoo mutants pairs healthy histories nights \
	test-slurm test-bundle bench bench-check format requirements clean

setup: $(STAMP)

# Two steps, because some of Alibaba's packages come as source: what builds them is pinned and hashed as well.
$(STAMP): $(REQUIREMENTS) pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Second Wind needs Python 3.10 or newer, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r requirements/all.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $(STAMP)

demo: setup
	$(BIN)/secondwind demo

# In .venv, then a part on every other supported Python that the machine has. Hundreds of its processes import the
# product: an environment that forbids bytecode would have each compile it anew.
test thorough test-slurm check coverage: export PYTHONDONTWRITEBYTECODE :=
test: setup
	$(BIN)/python -m pytest -q -n 3 --dist worksteal
	$(BIN)/python tools/test_elsewhere.py

# Before a release, some ten minutes: several times as many drawn and explored histories and bodies, and nearly all tests
# on the other Pythons.
thorough: setup
	SECONDWIND_HISTORIES=more $(BIN)/python -m pytest -q -n 3 --dist worksteal tests/proof tests/unit/decide/test_laws.py \
		tests/unit/intake/test_any_bytes.py tests/unit/test_hostile_doors.py
	$(BIN)/python tools/test_elsewhere.py --whole
	$(MAKE) --no-print-directory test-bundle

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.leaks
	$(MAKE) --no-print-directory coverage

# Every branch of what decides is taken by an example that stands in its tests; laws draw theirs, so they do not count.
# Left out is what takes long and no branch that is not taken without it.
CORE := tests/unit/test_documents.py $(addprefix tests/unit/,domain reading decide policy systems intake)
OPENAPI := $(addprefix systems/test_,openapi.py openapi_effects.py openapi_secrets.py)
NOT_CORE := $(addprefix tests/unit/,$(OPENAPI) policy/test_types_can_go.py)

coverage: setup
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2 -m 'not hypothesis and not drawn' $(addprefix --ignore ,$(NOT_CORE)) $(CORE)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The code package of the six functions, as s.yaml uploads it: build/secondwind-$(RUNTIME).zip.
RUNTIME ?= python3.12
LEDGER ?= tablestore

bundle: setup
	$(BIN)/python -m tools.bundle --runtime $(RUNTIME) --ledger $(LEDGER)

# What s.yaml takes from the environment, every fault at once, before anything is set up; then the policy that goes into
# the package, as `make bundle` judges it too; then what s.yaml gives the functions, as they will read it.
deploy-check: deploy-variables packaged-policy deployed-settings

deploy-variables:
	$(PYTHON) -m tools.deploy_check

packaged-policy: setup
	$(BIN)/python -m tools.packaged_policy

deployed-settings: setup
	$(BIN)/python -m tools.deployed_settings

# Pins anew what pyproject.toml allows, for every Python that we run on. Needs uv on the PATH.
requirements:
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/build.in -o requirements/build.txt
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/run.txt --all-extras pyproject.toml -o requirements/all.txt
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/all.txt --extra tablestore --extra redis pyproject.toml -o requirements/bundle.txt

clean:
	rm -rf $(VENV) .venvs build .hypothesis .mypy_cache .ruff_cache .import_linter_cache

# Known bugs, each put into a scratch copy: the tests must catch every one. make zoo BUGS='breaker force': only those.
zoo: setup
	$(BIN)/python -m tools.zoo $(BUGS)

# Slips of the hand, put into a scratch copy one at a time: the unit tests must fail with 95 in 100 of them. A few, of
# the room whose turn it is today, for a minute at most; it fails where so many survive that it cannot be chance.
# make mutants MUTANTS='--sample 60': of all rooms; '--all': every one, for hours.
mutants: setup
	$(BIN)/python -m tools.mutants $(MUTANTS)

# Random nights of real processes over SQLite and Redis; a night that breaks a law tells its seed.
NIGHTS ?= 200
SEED ?= 1

nights: setup
	SECONDWIND_NIGHTS=$(NIGHTS) SECONDWIND_NIGHTS_SEED=$(SEED) $(BIN)/python -m pytest -q -n 2 tests/processes/test_nights.py

# Healthy nights for the discovery, 150 jobs each: 10,000 jobs that are silent, requeued, drained, on clocks that differ. Each
# prints its false alarms; there may be none.
HEALTHY ?= 67

healthy: setup
	HEALTHY_NIGHTS=$(HEALTHY) $(BIN)/python -m pytest -q -n 2 --timeout 900 tests/proof/test_discovery.py -k healthy

# All pairs of faults, what they have in common run once; `make test` explores one in 499 of them, `make thorough`
# one in eleven, others each day.
pairs: setup
	SECONDWIND_PART=all $(BIN)/python -m pytest -q -n 2 --dist worksteal tests/proof/test_pairs_of_faults.py

# Every pair of faults run by itself (some 1,440,000), every interleaving with a fault (some 440,000), 100,000 random
# histories: an hour and a quarter on two cores, extrapolated from shares.
histories: setup
	SECONDWIND_HISTORIES=all $(BIN)/python -m pytest -q -n 2 --dist worksteal --timeout 14400 tests/proof tests/unit

# Stories over a real Slurm of four nodes on loopback, with real MPI: its packages are installed if that may be done here
# (root and apt-get), else it says that it was skipped. Four minutes.
test-slurm: setup
	$(BIN)/python -m tools.test_slurm

# What the functions load comes from the bundles that are built, SDKs and all: an SDK's upgrade cannot break them unnoticed.
test-bundle: bundle
	$(BIN)/python tools/test_bundle.py $(BUNDLE_TESTS)

# Ratios against a baseline in the same run, from the bundle: cold and warm doors and a range of foreign logs into
# benchmarks/RESULTS.md, then storms, sweep and discovery into benchmarks/STORMS.md, decisions and the page of a night.
# BENCH='--latency-ms 50': another latency a call.
bench: bundle
	$(BIN)/python -m tools.bundle --runtime $(RUNTIME) --ledger redis --output build/redis
	$(BIN)/python benchmarks/bench.py $(BENCH)
	$(BIN)/python benchmarks/storms_page.py
	$(BIN)/python benchmarks/decide.py
	$(BIN)/python benchmarks/slowest.py
	$(BIN)/python benchmarks/page.py

# The short form, a minute: fails on a ratio that has got worse by a third.
bench-check: bundle
	$(BIN)/python benchmarks/bench.py --short --check --latency-ms 2
