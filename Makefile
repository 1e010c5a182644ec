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
HOST_LIBS  := -ljansson -lnuma -lcgroup -lsqlite3 -lzstd -larchive -lkmod -lmd -lm -pthread
GUEST_LIBS := -lcgroup -lnuma -ljansson -lm -pthread

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

# What runs in the guest, and what runs on the host. One list each, by folder.
COMMON_SRC := $(wildcard common/*.c)
GUEST_ONLY := runner/lab/init.c $(wildcard runner/lab/guest_*.c)
EXEC_SRC   := $(wildcard workloads/*.c tuners/*.c results/probe/*.c) results/sampler.c results/stream.c \
	      $(wildcard runner/cell*.c runner/cgroup.c runner/topology.c runner/scenario*.c runner/profile*.c runner/kmsg.c runner/task.c)
HOST_SRC   := $(sort $(COMMON_SRC) $(EXEC_SRC) $(wildcard results/*.c results/*/*.c) \
	      $(filter-out $(GUEST_ONLY) runner/main.c,$(wildcard runner/*.c runner/cli/*.c runner/lab/*.c)))
GUEST_SRC  := $(sort $(COMMON_SRC) $(EXEC_SRC) $(GUEST_ONLY) runner/lab/channel.c)

HOST_OBJ  := $(HOST_SRC:%.c=$(BUILD)/host/%.o)
GUEST_OBJ := $(GUEST_SRC:%.c=build/guest/%.o)
MAIN_OBJ  := $(BUILD)/host/runner/main.o

MEMRIG := $(if $(SANITIZE),$(BUILD)/memrig,memrig)

## all: build memrig and the guest's init (the default)
all: $(MEMRIG) build/memrig-init

$(MEMRIG): $(MAIN_OBJ) $(HOST_OBJ)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

# Runs as PID 1 of the lab's guest, where there is no library: static.
# (libcgroup can look up users by name; memrig never asks it to, hence the filter of that linker warning.)
build/memrig-init: $(GUEST_OBJ)
	$(call say,LINK,$@)$(CC) -static -O2 -g $(LDFLAGS) -o $@ $^ $(GUEST_LIBS) 2>build/link.log || { cat build/link.log; exit 1; }

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -DMEMRIG_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

build/guest/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< '(guest)')$(CC) $(CPPFLAGS) $(CFLAGS) -fno-pie -DMEMRIG_GUEST -MMD -MP -c -o $@ $<

# Unit tests: one program a file, Check, no guest and no root.
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)

$(BUILD)/unit/%: $(BUILD)/host/tests/unit/%.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lrt $(HOST_LIBS)

## unit: build and run the unit tests
unit: all $(UNIT_BIN)
	$(Q)tests/run.sh $(UNIT_BIN)

## clean: remove everything that was built
clean:
	$(call say,RM,build)rm -rf build memrig

## help: this list
help:
	@sed -n 's/^## //p' Makefile | sort

.PHONY: all unit clean help
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
