# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
#
# Needs make, bash, Python 3.10 to 3.13 with headers and venv module, and a C/C++ compiler; all
# else is installed into .venv. A shell for own commands: ". ./env.sh".

SHELL := /bin/bash

PYTHON ?= python3
DURATION ?= 20
EXAMPLES ?= 5000
ARGS ?=

# Python packages are compiled when they are first imported: else each process did it again, 1 to 2 s.
unexport PYTHONDONTWRITEBYTECODE

# Runs a command in the built workspace, unseen by other machines and by other runs on this one.
LOCAL_ONLY = $(if $(filter humble,$(ROS_DISTRO)),ROS_LOCALHOST_ONLY=1,ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST)
ENTER = . ./env.sh && export $(LOCAL_ONLY) ROS_DOMAIN_ID=$$((1 + $$$$ % 100)) &&

.PHONY: help setup run test test-thorough bench-core bench-blocking bench-fidelity bench-packing bench-memory bench-storage bench-planning bench-admission bench-plans bench-choice bench-node bench-gpu test-gpu soak lint clean

help:
	@echo 'make run         demo: simulated camera and node, table, pictures in out/demo (DURATION=20 s)'
	@echo 'make test        all tests (ARGS="-k name" for some)'
	@echo 'make test-thorough  the invariants of the scheduler in thousands of examples (EXAMPLES=5000)'
	@echo 'make lint        ruff and mypy'
	@echo 'make bench-core  what the scheduler costs a job, and how fast it simulates'
	@echo 'make bench-blocking  for how long others block the most urgent task'
	@echo 'make bench-fidelity  how far the simulation is from reality; picture in out/bench'
	@echo 'make bench-packing  what two lanes give over one, guarded and greedy'
	@echo 'make bench-memory  whether a process that runs both tasks keeps its size; 10 min'
	@echo 'make bench-storage  what variants as slices of one file save, and cost beside training alone'
	@echo 'make bench-planning  how good plans are, and how long they take'
	@echo 'make bench-plans  what plans promise and keep, and what they are worth in an overload'
	@echo 'make bench-choice  what choosing variants at run time gives in bursts and beside others'
	@echo 'make bench-admission  whether admitted tasks keep what was promised'
	@echo 'make bench-node  what the node costs beside inference, and how soon it answers; 2 min'
	@echo 'make bench-gpu   what launches, copies, segments and packing take and give on a GPU'
	@echo 'make test-gpu    tests that need a GPU; these two also run where nothing was set up'
	@echo 'make soak        the node under random faults, checked all along; 30 min'
	@echo 'make setup       only what the others need: .venv, Python packages, messages'
	@echo 'make clean       removes what was built, not .venv'

setup:
	@command -v $(PYTHON) >/dev/null || { echo 'setup: $(PYTHON) is missing; install it with: sudo apt install python3' >&2; exit 1; }
	@$(PYTHON) tools/set_up.py

run: setup
	@$(ENTER) scripts/rtmdl demo --duration $(DURATION) $(ARGS)

test: setup
	@$(ENTER) pytest test $(ARGS)

test-thorough: setup
	@$(ENTER) RTMDL_EXAMPLES=$(EXAMPLES) pytest --timeout=0 test/scheduling/test_core_invariants.py $(ARGS)

bench-core: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.core_speed $(ARGS)

bench-blocking: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.blocking $(ARGS)

bench-fidelity: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.fidelity $(ARGS)

bench-packing: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.packing $(ARGS)

bench-plans: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.plans $(ARGS)

bench-choice: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.adaptive $(ARGS)

bench-memory: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.memory $(ARGS)

bench-storage: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.storage $(ARGS)

bench-planning: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.planning $(ARGS)

bench-admission: setup
	@$(ENTER) python3 -m rtmdl_ros.bench.admission $(ARGS)

bench-node: setup
	@$(ENTER) cd install && python3 -m rtmdl_ros.node.start_time; status=$$?; \
	  python3 -m rtmdl_ros.node.overhead $(ARGS) && exit $$status

# On a training server or a GPU machine without ROS 2 there is the source tree and its Python alone.
bench-gpu:
	@[ ! -f install/local_setup.bash ] || . ./env.sh; $(PYTHON) -m rtmdl_ros.bench.cuda $(ARGS)

test-gpu:
	@[ ! -f install/local_setup.bash ] || . ./env.sh; $(PYTHON) -m pytest -m gpu test/engine $(ARGS)

soak: setup
	@$(ENTER) cd install && python3 -m rtmdl_ros.node.soak $(ARGS)

lint: setup
	@. ./env.sh && ruff check . && mypy

clean:
	rm -rf build install log out .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find rtmdl_ros test tools launch -name __pycache__ -prune -exec rm -rf {} +
