# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets. V=1 shows the commands, DEVELOPER=1 turns
# warnings into errors, SANITIZE=address,undefined builds with sanitizers.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
BUILD   ?= build$(if $(SANITIZE),/sanitize)

WARNINGS := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition \
	    -Wwrite-strings -Wvla -Wshadow -Wpointer-arith -Wundef -Wformat=2 -Wimplicit-fallthrough
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu11 $(WARNINGS) $(if $(DEVELOPER),-Werror)
CPPFLAGS += -D_GNU_SOURCE -I.
SANFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all)
HOST_LIBS  := -ljansson -lnuma -lcgroup -lzstd -larchive -lkmod -lmd -lsqlite3 -lncursesw -ltinfo -lm -pthread
GUEST_LIBS := -lcgroup -lnuma -ljansson -lm -pthread

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

# What runs in the guest, and what runs on the host. One list each, by folder.
COMMON_SRC := $(wildcard common/*.c)
PRELOAD    := $(wildcard runner/lab/preload/*.c)
GUEST_ONLY := runner/lab/init.c runner/lab/guest_setup.c
EXEC_SRC   := $(wildcard workloads/*.c tuners/*.c results/probe/*.c results/trace/*.c) results/sampler.c results/stream.c \
	      $(wildcard runner/cell*.c runner/cgroup.c runner/cgroup_entry.c runner/topology.c runner/machine.c runner/scenario*.c runner/profile.c runner/floor.c runner/kmsg.c runner/oom_record.c runner/oom_report.c runner/swap_area.c runner/task.c)
HOST_SRC   := $(sort $(COMMON_SRC) $(EXEC_SRC) $(wildcard results/*.c results/*/*.c) \
	      $(filter-out $(GUEST_ONLY) $(PRELOAD) runner/main.c,$(wildcard runner/*.c runner/cli/*.c runner/host/*.c runner/lab/*.c)))
GUEST_SRC  := $(sort $(COMMON_SRC) $(EXEC_SRC) $(GUEST_ONLY) runner/lab/channel.c)

HOST_OBJ  := $(HOST_SRC:%.c=$(BUILD)/host/%.o)
GUEST_OBJ := $(GUEST_SRC:%.c=build/guest/%.o)
MAIN_OBJ  := $(BUILD)/host/runner/main.o

MEMRIG := $(if $(SANITIZE),$(BUILD)/memrig,memrig)

## all: build memrig and the guest's init (the default)
all: $(MEMRIG) build/memrig-init build/memrig-preload.so

$(MEMRIG): $(MAIN_OBJ) $(HOST_OBJ)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

# Runs as PID 1 of the lab's guest, where there is no library: static.
# (libcgroup can look up users by name; memrig never asks it to, hence the filter of that linker warning.)
# The same bytes wherever it is built: the size of what lies in the guest's memory moves its figures.
build/memrig-init: $(GUEST_OBJ)
	$(call say,LINK,$@)$(CC) -static -O2 -s -Wl,--build-id=none $(LDFLAGS) -o $@ $^ $(GUEST_LIBS) 2>build/link.log || { cat build/link.log; exit 1; }

# Preloaded into QEMU.
build/memrig-preload.so: $(PRELOAD) $(wildcard runner/lab/preload/*.h)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -shared -fPIC -o $@ $(PRELOAD)

# Written anew only when the version is another one.
build/version.h: FORCE
	@mkdir -p $(@D)
	@printf '#define MEMRIG_VERSION "%s"\n#define MEMRIG_FLAGS "%s"\n' '$(VERSION)' '$(CFLAGS)' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

$(BUILD)/host/runner/main.o $(BUILD)/host/runner/provenance.o $(BUILD)/host/runner/cli/report.o: build/version.h
$(BUILD)/host/results/report/assets.o: $(wildcard results/report/*.css results/report/*.js results/report/third_party/uplot/*)

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -MMD -MP -c -o $@ $<

build/guest/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC-G,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -fno-pie '-ffile-prefix-map=$(CURDIR)/=' -DMEMRIG_GUEST -MMD -MP -c -o $@ $<

# Unit tests: one program a file, Check, no guest and no root.
# The fuzz targets without a fuzzer: their seeds once more.
REPLAY_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/replay/%,$(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))

$(BUILD)/replay/%: $(BUILD)/host/tests/fuzz/%.o $(BUILD)/host/tests/fuzz/replay.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

$(BUILD)/unit/replay.sh: $(REPLAY_BIN)
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec tests/fuzz/fuzz.sh replay $(BUILD)/replay\n' >$@ && chmod +x $@

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%) $(BUILD)/unit/replay.sh

$(BUILD)/unit/%: $(BUILD)/host/tests/unit/%.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lrt $(HOST_LIBS)

BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_INIT := build/bench/nothing build/bench/bare
BENCH_BIN := $(filter-out $(BENCH_INIT),$(BENCH_SRC:tests/bench/%.c=build/bench/%)) $(wildcard tests/bench/*.sh)

build/bench/%: build/host/tests/bench/%.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

# The inits of the bare guests that memrig is measured against.
build/bench/bare: build/guest/tests/bench/bare.o $(filter-out build/guest/runner/lab/init.o,$(GUEST_OBJ))
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -static -O2 -g $(LDFLAGS) -o $@ $^ $(GUEST_LIBS) 2>build/link.log || { cat build/link.log; exit 1; }

build/bench/nothing: tests/bench/nothing.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CPPFLAGS) $(CFLAGS) -static -o $@ $<

# An init that misuses its channel, for tests/lab/hostile_guest.sh.
build/tests/hostile-init: build/guest/tests/hostile/init.o $(filter-out build/guest/runner/lab/init.o,$(GUEST_OBJ))
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -static -O2 -g $(LDFLAGS) -o $@ $^ $(GUEST_LIBS) 2>build/link.log || { cat build/link.log; exit 1; }

JOBS := $(shell nproc)

# The guest tests, longest first.
LAB_FIRST := $(addprefix tests/lab/,host_place.sh host_faults.sh host_reset.sh hostile_guest.sh tutorial.sh signals.sh verdicts_nodes.sh snapshot.sh workloads_exec.sh workloads_memory.sh repeat.sh swappiness.sh swap_with_free.sh memcg_oom.sh)
LAB_TESTS := $(LAB_FIRST) $(filter-out $(LAB_FIRST) tests/lab/lib.sh,$(wildcard tests/lab/*.sh))

# Packages are looked for and installed before anything is compiled, hence the second make.
## try: install what is needed, build, and compare three profiles in a guest
try:
	$(Q)scripts/deps.sh build lab
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all
	$(Q)./memrig lab prepare --kernel 6.1
	$(Q)./memrig run mixed-pressure -p swap-averse -p kernel-default -p swap-eager

# Writes the page that the browser test looks at.
PAGE_BIN := build/browser/page

$(PAGE_BIN): build/host/tests/browser/page.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

## check: install what the tests need, build, and pass every test
check:
	$(Q)scripts/deps.sh build lab test lint browser
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all unit-programs $(PAGE_BIN)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) SANITIZE=address,undefined unit-programs
	$(Q)./memrig lab prepare --kernel 6.1 --kernel 6.12
	$(Q)JOBS=$(JOBS) tests/run.sh $(UNIT_BIN) $(UNIT_BIN:build/%=build/sanitize/%) tests/lint.sh tests/same-build.sh tests/man.sh tests/schema.sh tests/alloc.sh tests/cases-index.sh tests/browser.sh $(LAB_TESTS)

# Those that are mostly about the host's side.
SANITIZED_LAB := cli document compare rerun nights interrupt hostile verify watch guest_ends
## check-sanitized: the unit tests, and the guest tests of the host's side, with a memrig that checks itself
check-sanitized:
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) SANITIZE=address,undefined all unit-programs
	$(Q)MEMRIG=build/sanitize/memrig JOBS=$(JOBS) tests/run.sh $(UNIT_BIN:build/%=build/sanitize/%) $(SANITIZED_LAB:%=tests/lab/%.sh)

# Make a chosen call, or allocation, of a program fail, or the kernel another; preloaded.
FAULT_SO := $(patsubst tests/fault/%.c,build/tests/%.so,$(wildcard tests/fault/*.c))

$(FAULT_SO): build/tests/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -std=gnu11 -O2 -Wall -Wextra -fPIC -shared -o $@ $<

unit-programs: $(UNIT_BIN) $(FAULT_SO) build/tests/hostile-init

## unit: build and run the unit tests alone (SANITIZE=address,undefined for sanitizers)
unit: all $(UNIT_BIN)
	$(Q)JOBS=$(JOBS) tests/run.sh $(UNIT_BIN)

## bench: measure start-up, workloads and sampling against what they cost bare
bench: all $(BENCH_BIN) $(BENCH_INIT)
	$(Q)for bench in $(BENCH_BIN); do echo "== $$(basename $$bench)"; $$bench || exit 1; done

# The libraries of the program once more, with the fuzzer's counters.
FUZZ_SRC := $(HOST_SRC)
FUZZ_TARGETS := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZ_BIN := $(FUZZ_TARGETS:%=build/fuzz/%)

FUZZ_OBJ := $(FUZZ_SRC:%.c=build/fuzz/obj/%.o)
FUZZ_CC = clang $(CPPFLAGS) -std=gnu11 -Wall -g -O1 -fsanitize=fuzzer-no-link,address,undefined

build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)$(FUZZ_CC) -MMD -MP -c -o $@ $<

build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJ)
	$(call say,LINK,$@)clang -g -fsanitize=fuzzer,address,undefined -o $@ $^ $(HOST_LIBS)

## torture: runs on a guest as the host: 1,000 killed at random moments, each call failing, met by a signal or by a power cut; each allocation failing (TORTURE=N, FAULTS=N|all, POWER=N, RESETS=N, ALLOCS=N|all, SEED=N)
torture: all $(FAULT_SO)
	$(Q)TORTURE=$${TORTURE:-1000} FAULTS=$${FAULTS:-all} POWER=$${POWER:-60} RESETS=$${RESETS:-40} ALLOCS=$${ALLOCS:-all} JOBS=$(JOBS) \
		tests/run.sh tests/lab/host_faults.sh tests/lab/host_place.sh tests/lab/signals.sh tests/alloc.sh tests/lab/host_reset.sh

## fuzz: feed the parsers with random input for FUZZ_SECONDS (60) each
FUZZ_SECONDS ?= 60
fuzz:
	$(Q)scripts/deps.sh build fuzz
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(FUZZ_BIN)
	$(Q)tests/fuzz/fuzz.sh $(FUZZ_SECONDS)

# The same targets for AFL++, which looks for what libFuzzer's counters do not lead to.
AFL_OBJ := $(FUZZ_SRC:%.c=build/afl/obj/%.o)
AFL_BIN := $(FUZZ_TARGETS:%=build/afl/%)
AFL_CC = AFL_QUIET=1 AFL_USE_ASAN=1 AFL_USE_UBSAN=1 afl-clang-fast

build/afl/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,AFL,$<)$(AFL_CC) $(CPPFLAGS) -std=gnu11 -Wall -g -O1 -MMD -MP -c -o $@ $<

build/afl/%: build/afl/obj/tests/fuzz/%.o $(AFL_OBJ)
	$(call say,LINK,$@)$(AFL_CC) -fsanitize=fuzzer -g -o $@ $^ $(HOST_LIBS)

## afl: the same with AFL++, for AFL_SECONDS (60) each
AFL_SECONDS ?= 60
afl:
	$(Q)scripts/deps.sh build fuzz
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(AFL_BIN)
	$(Q)tests/fuzz/fuzz.sh afl $(AFL_SECONDS)

# Left out is what valgrind 3.19 cannot do: pidfd_open() and swapoff() (undo, cell_loop, workload_processes), mlock2() (workload), and
# memory that takes no faults (sampler); and a child that ends with what its parent had allocated (watch_view).
VALGRIND_OUT := cell_loop sampler undo watch_view workload workload_processes
# One process a test, as valgrind would report leaks in each fork; without forks Check has no time limits.
VALGRIND := valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=9
## valgrind: the unit tests once more, for leaks and uninitialized values
valgrind: all $(UNIT_BIN)
	$(Q)scripts/deps.sh build test lint
	$(Q)CK_FORK=no WITH='$(VALGRIND)' JOBS=$(JOBS) tests/run.sh $(filter-out $(VALGRIND_OUT:%=$(BUILD)/unit/test_%),$(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%))

## lint: shellcheck, cppcheck and clang-tidy over everything, what is unchanged from memory (CHANGED=1: what differs from main)
lint: build/version.h
	$(Q)scripts/deps.sh build lint
	$(Q)scripts/lint/lint.sh $(if $(CHANGED),--changed)

## format: reformat the sources as .clang-format says
format:
	$(Q)clang-format -i $$(git ls-files '*.[ch]')

MAN := build/man/memrig.1 build/man/memrig-profile.5 build/man/memrig-scenario.5 build/man/memrig-plan.5

build/man/memrig.1: memrig
	@mkdir -p $(@D)
	$(call say,MAN,$@)./memrig man >$@

build/man/memrig-%.5: memrig
	@mkdir -p $(@D)
	$(call say,MAN,$@)./memrig man $* >$@

## man: the manual pages, from the tables of --help and of the schemas (build/man)
man: $(MAN)

## install: put the program, profiles and scenarios below PREFIX (/usr/local)
PREFIX ?= /usr/local
install: all man
	install -D -m 755 memrig $(DESTDIR)$(PREFIX)/bin/memrig
	install -D -m 755 build/memrig-init $(DESTDIR)$(PREFIX)/libexec/memrig/memrig-init
	install -D -m 755 build/memrig-preload.so $(DESTDIR)$(PREFIX)/libexec/memrig/memrig-preload.so
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/libexec/memrig scripts/userspace.sh scripts/kernel.sh
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/memrig/profiles profiles/*.json
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 build/man/memrig.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 build/man/memrig-profile.5 build/man/memrig-scenario.5 build/man/memrig-plan.5
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin|$(PREFIX)/bin|' scripts/systemd/memrig-restore.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/memrig-restore.service
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/memrig/workloads/scenarios workloads/scenarios/*.json
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/memrig/workloads/claims workloads/claims/*.json

## clean: remove everything that was built
clean:
	$(call say,RM,build)rm -rf build memrig

## help: this list
help:
	@sed -n 's/^## //p' Makefile | sort

.PHONY: FORCE all torture try check check-sanitized unit-programs fuzz afl unit bench lint man valgrind format install clean help
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
