# Kappa's front door. `make help` lists the targets.
SHELL := /bin/bash
BOARD ?= netduinoplus2
PORT ?= 5000
BUILD := build
KAPPA := node --enable-source-maps $(BUILD)/js/cli/main.js
JEST  := node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js

.DEFAULT_GOAL := help
.PHONY: help setup build firmware sim flash debug new-board run demo test unit lint format bench fuzz soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing (apt and npm); quick when nothing is
	@scripts/setup.sh

build: setup ## Compile the TypeScript parts
	@npm run --silent build

firmware: setup ## Build the firmware of one board: make firmware BOARD=netduinoplus2 [NAME=.. ATTRS="k=v ..."]
	@$(MAKE) --no-print-directory -C firmware BOARD=$(BOARD)

# The boards that no emulator here has: their images are only built.
BUILT_ONLY := $(filter-out netduinoplus2 bbc_microbit mps2_an386 native_sim,$(patsubst boards/%/board.mk,%,$(wildcard boards/*/board.mk)))
.PHONY: firmware-all
firmware-all: images ## Build the firmware of every board
	@set -e; for board in $(BUILT_ONLY); do $(MAKE) --no-print-directory -C firmware BOARD=$$board >/dev/null; done

sim: build ## Run a board in its emulator until Ctrl-C: make sim BOARD=bbc_microbit [PORT=5000]
	@$(MAKE) --no-print-directory -C firmware BOARD=$(BOARD) >/dev/null
	@echo "Attach to it with: npx kappa host --device tcp:127.0.0.1:$(PORT)"
	@$(KAPPA) sim --board '$(BOARD)' --port '$(PORT)'

flash: ## Flash a board: make flash BOARD=nrf52840dk [RUNNER=openocd|pyocd|probe-rs|jlink|stlink|nrfjprog|dfu] [DRYRUN=1]
	@$(if $(DRYRUN),,$(MAKE) --no-print-directory firmware BOARD=$(BOARD))
	@scripts/flash.sh '$(BOARD)' '$(RUNNER)' '$(DRYRUN)'

debug: firmware ## gdb on a board, in QEMU or by OpenOCD: make debug BOARD=bbc_microbit
	@scripts/debug.sh '$(BOARD)'

new-board: ## Start a port to another board: make new-board NAME=my_board FROM=bbc_microbit (docs/porting.md)
	@scripts/new-board.sh '$(NAME)' '$(FROM)'

# What the demo and the tests run on.
.PHONY: images
images: setup
	@$(MAKE) --no-print-directory -C firmware BOARD=netduinoplus2 NAME=board ATTRS="room=kitchen" >/dev/null
	@$(MAKE) --no-print-directory -C firmware BOARD=bbc_microbit >/dev/null
	@$(MAKE) --no-print-directory -C firmware BOARD=mps2_an386 >/dev/null
	@$(MAKE) --no-print-directory -C firmware BOARD=native_sim >/dev/null

run: build images ## Start everything with the example, show it, and stay up (Ctrl-C stops)
	@node --enable-source-maps $(BUILD)/js/examples/thermostat/demo.js --stay

demo: build images ## The same, and exit 0 when the example has run its course
	@node --enable-source-maps $(BUILD)/js/examples/thermostat/demo.js

test: build firmware-all lint ## Run every test
	@$(MAKE) --no-print-directory -C firmware test
	@$(JEST)

unit: build ## Run the jest tests that match: make unit ONLY=script
	@$(JEST) $(foreach pattern,$(ONLY),'$(pattern)')

lint: setup ## Check format, lint and types of every source
	@npx --no-install biome check .
	@npx --no-install tsc -p actors/tsconfig.json
	@npx --no-install tsc -p editor/vscode/tsconfig.json
	@npx --no-install clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
	@$(CPPCHECK) boards firmware/core firmware/sim

# Symbols of the linker script are compared (comparePointers); wasm3.c is other people's source.
CPPCHECK := cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --suppress=comparePointers \
  -ifirmware/core/wasm3.c -Ifirmware -Ifirmware/core -Iboards/cortex_m -Iboards/nrf -Iboards/stm32

format: setup ## Format every source
	@npx --no-install biome check --write .
	@npx --no-install clang-format -i $$(git ls-files '*.c' '*.h')

bench: build images ## Measure every figure of docs/benchmarks.md and write it there
	@node --enable-source-maps $(BUILD)/js/bench/main.js

.PHONY: vsix
vsix: build ## Build the extension for Visual Studio Code: build/kappa-VERSION.vsix
	@node build/js/editor/vsix.js

fuzz: build ## Fuzz the firmware's frame decoder, requests and module loader, and the script compiler, for a while
	@$(MAKE) --no-print-directory -C firmware fuzz
	@FUZZ=20 $(JEST) test/unit/script/robustness

clean: ## Remove what was built
	@rm -rf $(BUILD) compiler/script/generated
