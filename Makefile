# SPDX-License-Identifier: Apache-2.0
# libdaemonset: `make help` lists the targets. Everything that is made stands in build/.

VERSION = 0.1.0
SOVERSION = 0

PREFIX ?= /usr/local
INCLUDEDIR ?= $(PREFIX)/include
LIBDIR ?= $(PREFIX)/lib
BINDIR ?= $(PREFIX)/bin
PCDIR ?= $(LIBDIR)/pkgconfig

CFLAGS ?= -O2 -g
CXX ?= c++
NM ?= nm
INSTALL ?= install
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format

# The codec is the only part that needs jansson and libyaml. Every other file of lib/ is the core: libc alone.
CODEC = source place repeats scalar token json yaml yaml_place time quantity image schema schema_table conform defaults encode hash emit items decode objects facts reading skip scan intern stream stream_table documents state manifest manifests template pod render decimal
CODEC_SRC = $(wildcard $(CODEC:%=lib/%.c))
CORE_SRC = $(filter-out $(CODEC_SRC), $(wildcard lib/*.c))
DSET_SRC = $(wildcard examples/dset/*.c)
UNIT_SRC = $(wildcard tests/unit/*.c tests/support/*.c)
HEADERS = $(wildcard include/daemonset.h include/daemonset/*.h)

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
ifeq ($(WERROR), 1)
WARNINGS += -Werror
endif

ifeq ($(SANITIZE), 1)
BUILD ?= build/asan
SANITIZER = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CHECK_STEPS ?= unit embed cli fuzz # the others look at the library as it is shipped
else
BUILD ?= build
endif

# Recursive on purpose: asked for in recipes only, when `make deps` has run.
CODEC_CFLAGS = $(shell $(PKG_CONFIG) --cflags jansson yaml-0.1 2>/dev/null)
CODEC_LIBS = $(shell $(PKG_CONFIG) --libs jansson yaml-0.1 2>/dev/null || echo -ljansson -lyaml)
CHECK_CFLAGS = $(shell $(PKG_CONFIG) --cflags check 2>/dev/null)
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check 2>/dev/null || echo -lcheck)

COMPILE = $(CC) -std=c11 $(WARNINGS) -Iinclude -fvisibility=hidden -MMD -MP $(SANITIZER) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(SANITIZER) $(CFLAGS) $(LDFLAGS)
POSIX = -D_POSIX_C_SOURCE=200809L # for the command line and the tests; the library is C11 alone

STATIC = $(BUILD)/libdaemonset.a
CORE = $(BUILD)/libdaemonset-core.a
ifeq ($(shell uname -s), Darwin)
SHARED = libdaemonset.$(VERSION).dylib
SONAME = libdaemonset.$(SOVERSION).dylib
SOLINK = libdaemonset.dylib
LINK_SHARED = -dynamiclib -Wl,-install_name,$(LIBDIR)/$(SONAME)
else
SHARED = libdaemonset.so.$(VERSION)
SONAME = libdaemonset.so.$(SOVERSION)
SOLINK = libdaemonset.so
LINK_SHARED = -shared -Wl,-soname,$(SONAME) -Wl,--version-script=lib/daemonset.map
ifneq ($(SANITIZE), 1)
LINK_SHARED += -Wl,-z,defs
endif
endif

CORE_OBJ = $(CORE_SRC:lib/%.c=$(BUILD)/static/%.o)
CODEC_OBJ = $(CODEC_SRC:lib/%.c=$(BUILD)/static/%.o)
PIC_OBJ = $(patsubst lib/%.c, $(BUILD)/shared/%.o, $(CORE_SRC) $(CODEC_SRC))
DSET_OBJ = $(DSET_SRC:%.c=$(BUILD)/%.o)
UNIT_OBJ = $(UNIT_SRC:%.c=$(BUILD)/%.o)
CODEC_PIC_OBJ = $(CODEC_SRC:lib/%.c=$(BUILD)/shared/%.o)

all: $(STATIC) $(CORE) $(BUILD)/$(SHARED) $(BUILD)/daemonset.pc $(BUILD)/dset $(BUILD)/embed $(BUILD)/host

$(STATIC): $(CORE_OBJ) $(CODEC_OBJ)
$(CORE): $(CORE_OBJ)
$(STATIC) $(CORE):
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/$(SHARED): $(PIC_OBJ) lib/daemonset.map
	$(LINK) $(LINK_SHARED) -o $@ $(PIC_OBJ) $(CODEC_LIBS)
	ln -sf $(SHARED) $(BUILD)/$(SONAME)
	ln -sf $(SONAME) $(BUILD)/$(SOLINK)

# Made each time, as PREFIX may differ from one call to the next.
$(BUILD)/daemonset.pc: daemonset.pc.in FORCE
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' \
	  -e 's|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' -e 's|@VERSION@|$(VERSION)|' $< > $@

$(BUILD)/dset: $(DSET_OBJ) $(STATIC)
	$(LINK) -o $@ $^ $(CODEC_LIBS)

$(BUILD)/embed: $(BUILD)/examples/embed.o $(CORE)
	$(LINK) -o $@ $^

$(BUILD)/host: $(BUILD)/examples/host.o $(CORE)
	$(LINK) -o $@ $^

$(BUILD)/bench_plan: $(BUILD)/tests/bench/bench_plan.o $(CORE)
	$(LINK) -o $@ $^

$(BUILD)/bench_cluster: $(BUILD)/tests/bench/bench_cluster.o $(CORE)
	$(LINK) -o $@ $^

$(BUILD)/bench_simulate: $(BUILD)/tests/bench/bench_simulate.o $(CORE)
	$(LINK) -o $@ $^

$(BUILD)/bench_count: $(BUILD)/tests/bench/bench_count.o $(STATIC)
	$(LINK) -o $@ $^ $(CODEC_LIBS)

$(BUILD)/bench_decode: $(BUILD)/tests/bench/bench_decode.o $(BUILD)/tests/support/lists.o $(STATIC)
	$(LINK) -o $@ $^ $(CODEC_LIBS)

FUZZ_SRC = tests/fuzz/fuzz_stream.c tests/support/both.c tests/support/lists_random.c tests/support/random.c

$(BUILD)/fuzz_stream: $(FUZZ_SRC:%.c=$(BUILD)/%.o) $(STATIC)
	$(LINK) -o $@ $^ $(CODEC_LIBS)

$(BUILD)/unit: $(UNIT_OBJ) $(STATIC)
	$(LINK) -pthread -o $@ $^ $(CHECK_LIBS) $(CODEC_LIBS)

$(BUILD)/static/%.o: lib/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(BUILD)/shared/%.o: lib/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(BUILD)/examples/%.o: examples/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(POSIX) -c -o $@ $<

# -iquote, not -I: <yaml.h> is libyaml's, "yaml.h" is ours.
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(POSIX) -iquote lib -iquote tests $(CHECK_CFLAGS) $(CODEC_CFLAGS) -c -o $@ $<

$(CODEC_OBJ) $(CODEC_PIC_OBJ) $(DSET_OBJ): COMPILE += $(CODEC_CFLAGS)

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

install: all
	$(INSTALL) -d $(DESTDIR)$(INCLUDEDIR)/daemonset $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PCDIR) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 include/daemonset.h $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 include/daemonset/*.h $(DESTDIR)$(INCLUDEDIR)/daemonset
	$(INSTALL) -m 644 $(STATIC) $(CORE) $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 755 $(BUILD)/$(SHARED) $(DESTDIR)$(LIBDIR)
	ln -sf $(SHARED) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/$(SOLINK)
	$(INSTALL) -m 644 $(BUILD)/daemonset.pc $(DESTDIR)$(PCDIR)
	$(INSTALL) -m 755 $(BUILD)/dset $(DESTDIR)$(BINDIR)

uninstall:
	rm -rf $(DESTDIR)$(INCLUDEDIR)/daemonset
	rm -f $(DESTDIR)$(INCLUDEDIR)/daemonset.h $(DESTDIR)$(PCDIR)/daemonset.pc $(DESTDIR)$(BINDIR)/dset
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/, libdaemonset.a libdaemonset-core.a $(SHARED) $(SONAME) $(SOLINK))

DEMO = daemonset.yaml nodes.yaml revisions.yaml two-minutes-later

# `make check` and `make demo` are for a fresh clone: packages first, then make again, which finds them.
check:
	@tools/deps.sh check
	@echo 'building with WERROR=1'
	@$(MAKE) --no-print-directory -s WERROR=1 run-check

run-check: all $(BUILD)/unit $(BUILD)/fuzz_stream
	@BUILD='$(BUILD)' CC='$(CC)' CXX='$(CXX)' NM='$(NM)' CHECK_STEPS='$(CHECK_STEPS)' tests/check.sh

demo:
	@tools/deps.sh
	@echo 'building $(BUILD)/dset'
	@$(MAKE) --no-print-directory -s $(BUILD)/dset
	@printf '\n%s\n%s\n\n' '1. Which nodes run the log agent? "run": yes. "stay": no new pod, an old one may stay. "no": none.' \
	  '   RULE is a line of RULES.md.'
	$(BUILD)/dset explain -f examples/demo
	@printf '\n%s\n%s\n\n' '2. A rolling update is on its way, and things have gone wrong: what is to be done at 09:00:00?' \
	  '   First every node gets its one pod; meanwhile the update waits.'
	$(BUILD)/dset plan -f examples/demo --now 2026-03-02T09:00:00Z
	@printf '\n%s\n%s\n\n' '3. Two minutes later all that has happened, and the update goes on: which pods are replaced now?' \
	  '   An unavailable one at once; of the others as many as maxUnavailable (25 % of 6 nodes) has room for, by name.'
	$(BUILD)/dset plan $(DEMO:%=-f examples/demo/%) --now 2026-03-02T09:02:10Z
	@printf '\n%s\n%s\n\n' '4. How will it go on from there, and how the update after it, before any of it happens? A line is a moment.' \
	  '   Pods are ready 5 s after they run, and those on gpu-1 after 40 s.'
	$(BUILD)/dset simulate $(DEMO:%=-f examples/demo/%) --now 2026-03-02T09:02:10Z --update examples/demo/next/daemonset.yaml \
	  --ready 5s --slow gpu-1=40s -o trace

# The controller of Kubernetes and the library in turn on the same states: a table, and build/bench.json. BENCH=quick only
# sees that all of it runs and that both sides agree.
BENCH = full

bench: build/parity build/bench_count build/bench_decode
	build/parity -bench $(BENCH) -out build/bench.json
	build/bench_decode

# The controller of Kubernetes beside the library, in one process. Its last line is 'N passed, M failed'. PARITY takes
# flags of build/parity; the seed follows the commit, so that each commit is tried on other states.
PARITY =
PARITY_SEED = $(shell printf '%d' "0x$$(git rev-parse --short=12 HEAD 2>/dev/null || echo 1)")

parity: build/parity
	build/parity -seed $(PARITY_SEED) -out build/parity-failures.jsonl $(PARITY)

# tests/parity names build/libdaemonset.a. Go does not see that it changed; its checksum tells Go to link again.
build/parity: build/libdaemonset.a FORCE
	@tools/go.sh
	cd tests/parity && GOTOOLCHAIN=local go build -buildvcs=false -o $(CURDIR)/$@ \
	  -ldflags "-X main.build=$(VERSION)-$$(cksum < $(CURDIR)/$< | cut -d' ' -f1)" .

# The table of Kubernetes' types, from the version of them that tests/parity/go.mod names.
SCHEMA_OUT = lib

schema:
	@tools/go.sh
	cd tests/parity && GOTOOLCHAIN=local go run $(CURDIR)/tests/schema/*.go -out $(abspath $(SCHEMA_OUT))

# The same for manifests: the API server's code beside the library, on mutations of the real manifests in CORPUS.
CORPUS ?= ../shared/corpus/manifests

parity-manifests: build/parity-manifests
	build/parity-manifests -seed $(PARITY_SEED) -corpus $(CORPUS) -out build/manifest-failures.jsonl $(PARITY)

build/parity-manifests: build/libdaemonset.a FORCE
	@tools/go.sh
	cd tests/parity && GOTOOLCHAIN=local go build -buildvcs=false -o $(CURDIR)/$@ \
	  -ldflags "-X main.build=$(VERSION)-$$(cksum < $(CURDIR)/$< | cut -d' ' -f1)" ./manifests

deps:
	@tools/deps.sh check

format:
	$(CLANG_FORMAT) -i $(HEADERS) $(wildcard lib/*.[ch] examples/*.c examples/*/*.[ch] tests/*/*.[ch])

clean:
	rm -rf build

help:
	@echo 'make              libraries, dset and the examples embed and host, in build/'
	@echo 'make demo         what to do about the cluster in examples/demo, why, and what will happen (installs jansson and libyaml)'
	@echo 'make check        all tests (installs Check too, if missing)'
	@echo 'make parity       the real controller beside the library on random states (needs Go; takes minutes)'
	@echo 'make schema       lib/schema_table.c and lib/schema_types.h anew from the types of Kubernetes (needs Go)'
	@echo 'make parity-manifests  the API server beside the library on mutated manifests (needs Go and CORPUS; takes minutes)'
	@echo 'make bench        what a plan costs beside a sync of the real controller (needs Go; takes minutes; BENCH=quick: one)'
	@echo 'make install      PREFIX=/usr/local, DESTDIR; make uninstall'
	@echo 'make deps         the packages alone; DEPS=no keeps check and demo from installing any'
	@echo 'make format       clang-format over all C files'
	@echo 'make clean        removes build/'
	@echo 'Variables: CC CXX AR NM CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR; BUILD=dir; WERROR=1; SANITIZE=1 (build/asan)'

FORCE:
.PHONY: all install uninstall check run-check demo bench parity parity-manifests schema deps format clean help FORCE
.DELETE_ON_ERROR:
