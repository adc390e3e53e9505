# Every target makes .venv and installs the full lock into it when, and only when, that is needed.
SHELL := bash
.DELETE_ON_ERROR:
.PHONY: help setup figures dashboard page check-page report test check test-processors test-gpu fuzz bench bench-gpu bench-compare lint format config docs lock

PYTHON ?= python3
PYTHON_3_12 ?= python3.12
CORES ?= all
FUZZ_MINUTES ?= 60
DATASET ?= synthetic
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps
SMK_FILES := Snakefile rules
# One process of tests per core, up to four, and one more, as some wait for a Slurm or for another's run; of a
# test's own threads one. What is compiled once need not be in every process.
PYTHON_OF_TESTS := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python
PYTEST := $(PYTHON_OF_TESTS) -m pytest
SIDE_BY_SIDE := -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --maxprocesses 5 --dist loadfile --no-loadscope-reorder
# What computes or stores numbers; not what finds damage in files.
PROCESSOR_TESTS := tests/unit/attribution tests/unit/data/stores tests/unit/data/test_stores.py \
  tests/unit/models/backbones/test_extraction.py playfair/attribution \
  --ignore tests/unit/data/stores/test_integrity.py

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/.installed ## Make .venv from the lock

# Pillow-SIMD, which gulpio2 asks for, overwrites Pillow: the lock leaves it out, hence --no-deps. What has to
# be built is built by the locked setuptools; pip takes no project in place where it requires hashes.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Play Fair needs Python >= 3.11; found $$($(PYTHON) --version): set PYTHON=" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r <(sed -n '/^setuptools==/,/# via/p' requirements.lock)
	$(INSTALL) --require-hashes --no-build-isolation --use-pep517 -r requirements.lock
	$(INSTALL) --no-build-isolation -e .
	touch $@

figures: setup ## Run the workflow: all figures into results/figures
	$(BIN)/snakemake --cores $(CORES) results/figures
	@echo "Figures: results/figures/index.html"

dashboard: setup ## Run the workflow if needed, and serve the dashboard on this machine
	$(BIN)/snakemake --cores $(CORES) results/figures
	$(BIN)/playfair serve results/$(DATASET)

# The built page is committed: users need no node.
page: playfair/dashboard/page/node_modules ## Build the dashboard's page from its TypeScript (needs node and npm)
	cd playfair/dashboard/page && npm run --silent types && npm run --silent build

playfair/dashboard/page/node_modules: playfair/dashboard/page/package-lock.json
	cd playfair/dashboard/page && npm ci --no-audit --no-fund
	touch $@

check-page: ## Check that the committed page is what its sources give
	committed=$$(mktemp -d) && cp playfair/dashboard/static/* $$committed && $(MAKE) page \
	  && diff --recursive --brief $$committed playfair/dashboard/static && rm -r $$committed

report: setup ## Pack figures, captions and clips into report.zip
	$(BIN)/snakemake --cores $(CORES) --report report.zip

# The processes' coverage is in the file: what slipcover 1.1 prints itself lacks it.
test: setup ## Run all tests, with coverage
	$(PYTHON_OF_TESTS) -m slipcover --json --out .coverage -m pytest $(SIDE_BY_SIDE) $(TEST_OPTIONS)
	$(BIN)/python -m slipcover --merge .coverage --out .coverage --fail-under 90

check: lint ## Check style and types and run the unit tests: for while you work
	$(PYTEST) $(SIDE_BY_SIDE) tests/unit playfair $(TEST_OPTIONS)

test-processors: setup ## Run the tests of numbers on all processors that this one can play
	.ci/each_processor $(BIN)/python -m pytest -q $(SIDE_BY_SIDE) $(PROCESSOR_TESTS) $(TEST_OPTIONS)

test-gpu: setup ## Run what needs a GPU
	$(PYTEST) -m gpu $(TEST_OPTIONS)

fuzz: setup ## Read damaged files of all kinds for FUZZ_MINUTES (60), and say what came of them
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz $(FUZZ_MINUTES)

bench: setup ## Measure engine, samplers, ESV script, stages and workflow (half an hour)
	$(BIN)/python -m benchmarks.bench_attribution
	$(BIN)/python -m benchmarks.bench_sampling
	$(BIN)/python -m benchmarks.bench_samplers $(addprefix --run ,$(wildcard results/synthetic))
	$(BIN)/python -m benchmarks.bench_coverage
	$(BIN)/python -m benchmarks.bench_esv_script
	$(BIN)/python -m benchmarks.bench_figures
	OMP_WAIT_POLICY=passive MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=1073741824 $(BIN)/python -m benchmarks.bench_pipeline
	$(BIN)/python -m benchmarks.measure_dag
	$(BIN)/python -m benchmarks.measure_workflow --run

bench-gpu: setup ## Measure attribution, features and networks of whole clips on a GPU (four minutes)
	$(BIN)/python -m benchmarks.bench_gpu

# What shapiq 1.8 needs is not what Play Fair does: an environment and a lock of its own.
bench-compare: setup .venv-compare/.installed ## Measure samplers beside those of shapiq 1.8 (needs a Python 3.12)
	games=$$(mktemp -d) && trap "rm -r $$games" EXIT \
	  && $(BIN)/python -m benchmarks.bench_samplers --games $$games $(addprefix --run ,$(wildcard results/synthetic)) \
	  && .venv-compare/bin/python -m benchmarks.measure_shapiq $$games

.venv-compare/.installed: benchmarks/compare.lock
	test -x .venv-compare/bin/python || $(PYTHON_3_12) -m venv .venv-compare
	.venv-compare/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $<
	touch $@

lint: setup ## Check style, types, the workflow and the generated configuration
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check $(SMK_FILES)
	$(BIN)/mypy
	$(BIN)/python -m playfair.config_files --check
	$(BIN)/python -m docs.house --check
	$(BIN)/snakemake --lint

format: setup ## Format Python and Snakemake files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt $(SMK_FILES)

config: setup ## Write config.yaml, its schema and docs/configuration.md from playfair/config.py
	$(BIN)/python -m playfair.config_files

docs: setup docs/images/dashboard.png ## Write maps of modules and the page of errors; draw the README's pictures from results (needs Graphviz's dot, and chromium)
	$(BIN)/python -m docs.house
	$(BIN)/python -m docs.errors
	$(BIN)/snakemake --rulegraph 2>/dev/null | docs/draw_rule_graph.sh > docs/images/rule_graph.svg
	cp results/figures/{filmstrips,localisation}.png docs/images/

# The README's picture of the page is drawn from the page as files, which the workflow writes.
docs/images/dashboard.png: results/dashboard/index.html docs/dashboard_picture.py
	$(BIN)/python -m docs.dashboard_picture results/dashboard $@ results/screenshots

results/dashboard/index.html: $(addprefix playfair/dashboard/static/, app.js app.css index.html) | setup
	$(BIN)/snakemake --cores $(CORES) results/dashboard

lock: setup ## Resolve requirements.lock and benchmarks/compare.lock anew
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --extra workflow --extra transformers \
	  --extra dashboard --extra dev \
	  --override envs/overrides.txt --custom-compile-command "make lock" -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.12 \
	  --custom-compile-command "make lock" -o benchmarks/compare.lock benchmarks/compare.in
