# GNU make and a POSIX shell. `make test` needs Go alone; what else a target needs, it says.
.DEFAULT_GOAL := help
.PHONY: help build generate test bench fuzz lint golden cfn-lint guard catalog deploy-test

GOLANGCI_LINT = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.0
FUZZTIME ?= 10s
TEMPLATES = $(shell find golden \( -path 'golden/*/want/*.yaml' -o -path 'golden/*/want-json/*.json' -o -path 'golden/testdata/rows/*.yaml' \) \
	! -name '*.config.json' ! -name manifest.json | sort)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/cfnpipe
	go build -trimpath -o bin/cfnpipe ./cmd/cfnpipe

generate: build ## render the README's example, golden/shop, into out/
	bin/cfnpipe generate -c golden/shop/pipeline.yaml -o out

test: ## run the tests
	go test ./...

bench: ## run the benchmarks, with allocations
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## run every fuzz test for FUZZTIME (10s)
	@set -e; for pkg in $$(go list ./...); do \
		for name in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$name"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

lint: ## run golangci-lint (the first run builds it: some minutes)
	@$(GOLANGCI_LINT) run || { \
		echo 'lint: mend it ("make lint" again), format with "$(GOLANGCI_LINT) fmt", or say why not: //nolint:NAME // reason' >&2; \
		exit 1; }

golden: ## write the goldens anew; then read what changed: git diff
	UPDATE_GOLDEN=1 go test -count=1 ./...

cfn-lint: ## check the golden templates with cfn-lint: no error, no warning
	@command -v cfn-lint >/dev/null || { echo 'cfn-lint: not found; get it with: pip install cfn-lint==1.51.0' >&2; exit 1; }
	@test -n "$(firstword $(TEMPLATES))" || { echo 'cfn-lint: no templates under golden/*/want' >&2; exit 1; }
	@cfn-lint --non-zero-exit-code warning --template $(TEMPLATES)
	@echo 'cfn-lint: $(words $(TEMPLATES)) templates, no error, no warning'

guard: ## check the goldens with cfn-guard: Control Tower's rules, but for golden/guard.txt
	@command -v npm >/dev/null || { echo 'guard: npm not found; get it with Node.js 20 or later: https://nodejs.org' >&2; exit 1; }
	cd .guard && npm ci
	CFNPIPE_REQUIRE_TOOLS=1 go test ./golden -run Guard -count=1 -v

catalog: ## make the tables of resource types and IAM actions anew, from the sources that resources/catalog/generate/package.json pins
	@command -v npm >/dev/null || { echo 'catalog: npm not found; get it with Node.js 20 or later: https://nodejs.org' >&2; exit 1; }
	@command -v cfn-lint >/dev/null || { echo 'catalog: cfn-lint not found; get it with: pip install cfn-lint==1.51.0' >&2; exit 1; }
	go generate ./resources/catalog
	go test ./resources/catalog

deploy-test: ## deploy the goldens for real to the AWS at AWS_ENDPOINT_URL (an emulator)
	@test -n "$$AWS_ENDPOINT_URL" || { echo 'deploy-test: set AWS_ENDPOINT_URL to an emulated AWS, such as LocalStack' >&2; exit 1; }
	go test ./golden -run Deploy -count=1 -timeout 30m -v
