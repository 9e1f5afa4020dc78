# voz: voice over UDP. `make help` lists what can be made.
#
# Nothing is listed here: a .c in one of the rooms below belongs to the library that all programs share, a
# main.c makes the program voz-<its folder>, a tests/test_*.c or tests/e2e/test_*.c makes one test program.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc

ROOMS    := media media/io control control/io sender sender/io receiver receiver/io window window/io call call/io lab lab/io lab/io/page \
            lab/io/listen lab/io/link lab/io/sockets lab/io/duel
MODULES  := opus vpx sdl2 SDL2_ttf zlib libuv sndfile speexdsp jansson kissfft-float libpcap
# The one library that is optional: words are recognised with it, or there is a file that says how to get it.
SPHINX   := $(shell pkg-config --exists pocketsphinx 2>/dev/null && echo pocketsphinx)
WITHOUT  := lab/io/recognizer_$(if $(SPHINX),none,pocketsphinx).c
SOURCES  := $(filter-out %/main.c $(WITHOUT),$(wildcard $(addsuffix /*.c,$(ROOMS))))
MAINS    := $(wildcard */main.c)
PROGRAMS := $(MAINS:%/main.c=$(BUILD)/voz-%)
MANPAGES := $(wildcard */voz-*.1)
UNIT     := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
E2E      := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/e2e/test_*.c))
FUZZERS  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out %/bench_tcp.c,$(wildcard tests/bench/bench_*.c)))
BENCH_TCP := $(patsubst %,$(BUILD)/tests/bench/%.o,bench_tcp kernel model cell table)
BENCH_GST := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/gst_*.c))
BENCH_OWN := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/bench/bench_*.c tests/bench/gst_*.c),$(wildcard tests/bench/*.c)))
PLAYOUT  := $(patsubst %,$(BUILD)/%.o,$(basename $(wildcard tests/bench/playout/*.c tests/bench/playout/*.cc)))
TOOLS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/interop/*.c))
HARNESS  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/test_*.c tests/e2e/test_*.c),$(wildcard tests/*.c tests/e2e/*.c)))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
CODE     := $(wildcard $(addsuffix /*.[ch],$(ROOMS)) tests/*.[ch] tests/*/*.[ch] tests/bench/playout/*.[ch] tests/bench/playout/*.cc)

SANITIZE ?=
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
            -Wwrite-strings -Wformat=2 -Wundef
# -ffp-contract=off: the same arithmetic, to the bit, on every machine
# empty before `make deps`, which is followed by a make of its own
VOZ_CFLAGS := -std=c11 -D_GNU_SOURCE -DVOZ_VERSION='"$(VERSION)"' -I. $(WARNINGS) -ffp-contract=off \
             -fno-common $(SANITIZE) $(shell pkg-config --cflags $(MODULES) $(SPHINX) 2>/dev/null)
VOZ_LIBS   := $(SANITIZE) -Wl,--as-needed $(shell pkg-config --libs $(MODULES) $(SPHINX) 2>/dev/null) -lm
TEST_LIBS  := $(shell pkg-config --libs cmocka 2>/dev/null)
GST_RTSP   := $(shell pkg-config --cflags --libs gstreamer-rtsp-server-1.0 gstreamer-rtsp-1.0 2>/dev/null)

NEED_BUILD := cmd:pkg-config=pkg-config pc:opus=libopus-dev pc:vpx=libvpx-dev pc:sdl2=libsdl2-dev pc:libuv=libuv1-dev \
              pc:sndfile=libsndfile1-dev pc:speexdsp=libspeexdsp-dev pc:jansson=libjansson-dev \
              pc:kissfft-float=libkissfft-dev pc:libpcap=libpcap-dev \
              pc:SDL2_ttf=libsdl2-ttf-dev pc:zlib=zlib1g-dev \
              file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core
NEED_TEST  := pc:cmocka=libcmocka-dev cmd:gnuplot=gnuplot-nox pc:pocketsphinx=libpocketsphinx-dev \
              file:/usr/share/pocketsphinx/model/en-us/en-us/mdef=pocketsphinx-en-us \
              cmd:ping=iputils-ping cmd:iperf3=iperf3
NEED_CHECK := cmd:clang=clang cmd:clang-tidy=clang-tidy cmd:clang-format=clang-format cmd:cppcheck=cppcheck
NEED_FUZZ  := cmd:clang=clang file:/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer*=libclang-rt-14-dev
NEED_INTEROP := cmd:ffmpeg=ffmpeg cmd:ffplay=ffmpeg cmd:gst-launch-1.0=gstreamer1.0-tools \
              gst:rtspsrc=gstreamer1.0-plugins-good gst:rtpbin=gstreamer1.0-plugins-good \
              gst:wavenc=gstreamer1.0-plugins-good gst:opusdec=gstreamer1.0-plugins-base \
              gst:opusenc=gstreamer1.0-plugins-base gst:audiorate=gstreamer1.0-plugins-base \
              gst:rtpreddec=gstreamer1.0-plugins-good gst:capssetter=gstreamer1.0-plugins-good \
              gst:vp8enc=gstreamer1.0-plugins-good gst:rtpvp8depay=gstreamer1.0-plugins-good \
              gst:y4menc=gstreamer1.0-plugins-good gst:y4mdec=gstreamer1.0-plugins-bad \
              pc:gstreamer-rtsp-server-1.0=libgstrtspserver-1.0-dev cmd:tshark=tshark cmd:mpv=mpv \
              cmd:ip=iproute2 cmd:pulseaudio=pulseaudio cmd:pactl=pulseaudio-utils cmd:baresip=baresip \
              cmd:sipp=sip-tester cmd:linphonec=linphone-cli
NEED_WINDOW := cmd:Xvfb=xvfb cmd:xdotool=xdotool cmd:python3=python3
NEED_LISTENING := cmd:chromium=chromium cmd:chromedriver=chromium-driver cmd:python3=python3
NEED_LESSON := cmd:python3=python3 cmd:wget=wget cmd:ss=iproute2
NEED_BENCH := cmd:ffmpeg=ffmpeg pc:gstreamer-rtsp-server-1.0=libgstrtspserver-1.0-dev \
              cmd:gst-launch-1.0=gstreamer1.0-tools gst:opusenc=gstreamer1.0-plugins-base \
              gst:rtspsrc=gstreamer1.0-plugins-good gst:pulsesink=gstreamer1.0-plugins-good \
              cmd:pulseaudio=pulseaudio cmd:parec=pulseaudio-utils cmd:pactl=pulseaudio-utils \
              pc:libpulse-simple=libpulse-dev \
              cmd:baresip=baresip file:/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so=libasound2-plugins
NEED_PLAYOUT := cmd:g++=g++ file:/usr/include/tg_owt/api/neteq/neteq.h=libtgowt-dev

.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all demo call-demo test unit e2e interop window screenshots listening lesson asan valgrind fuzz bench bench-playout bench-tcp check format install uninstall clean \
        help deps

all: present $(PROGRAMS) ## build the programs (needs what `make deps` installs)

.PHONY: present
present:
	@pkg-config --exists $(MODULES) 2>/dev/null || { echo "Libraries are missing: run 'make deps' first." >&2; exit 1; }

# Targets that do everything by themselves install first, then start over: the flags that pkg-config
# gives are only known afterwards.
demo: deps ## two programs on this machine, speech through a path that loses 10 % in bursts
	@$(MAKE) --no-print-directory all
	@tests/demo.sh $(BUILD)

call-demo: deps ## a call on this machine, two voices through a path that loses 10 % both ways
	@$(MAKE) --no-print-directory all
	@tests/call-demo.sh $(BUILD)

test: deps ## every unit test, and the end-to-end tests that need no other program
	@$(MAKE) --no-print-directory unit e2e

interop: deps ## ffmpeg, GStreamer, mpv, baresip, Linphone, SIPp and tshark against the programs (installs them)
	@tests/need.sh $(NEED_INTEROP) $(NEED_WINDOW)
	@$(MAKE) --no-print-directory all interop-tools
	@tests/interop/run.sh $(BUILD)
	@python3 tests/window/window.py $(BUILD)

window: deps ## the windows of voz-receiver and voz-lab duel under Xvfb, by keys and clicks, compared with the log (installs them)
	@tests/need.sh $(NEED_WINDOW)
	@$(MAKE) --no-print-directory all
	@python3 tests/window/window.py $(BUILD)

screenshots: deps ## the pictures of the window in docs/
	@tests/need.sh $(NEED_WINDOW)
	@$(MAKE) --no-print-directory all
	@python3 tests/window/window.py $(BUILD) picture docs/window.png en
	@python3 tests/window/window.py $(BUILD) picture docs/janela.png pt
	@python3 tests/window/window.py $(BUILD) film docs/picture.png en
	@python3 tests/window/window.py $(BUILD) film docs/imagem.png pt
	@python3 tests/window/window.py $(BUILD) duel docs/duel.png en
	@python3 tests/window/window.py $(BUILD) duel docs/duelo.png pt

listening: deps ## the listening test taken in Chromium, in both languages, and by a class (installs it)
	@tests/need.sh $(NEED_LISTENING)
	@$(MAKE) --no-print-directory all
	@tests/listen/run.sh $(BUILD)

lesson: deps ## every command of docs/lesson.md and docs/aula.md, and whether what the texts say is so (3 minutes)
	@tests/need.sh $(NEED_LESSON)
	@$(MAKE) --no-print-directory all
	@rm -rf build/lesson build/lesson.run
	@python3 tests/lesson/lesson.py docs/lesson.md docs/aula.md

asan: deps ## the same tests under the address and undefined-behaviour sanitizers
	@ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	$(MAKE) --no-print-directory unit e2e BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

valgrind: deps ## the unit tests, and one stream end to end, under valgrind
	@tests/need.sh cmd:valgrind=valgrind
	@$(MAKE) --no-print-directory all $(UNIT) $(E2E)
	@tests/valgrind.sh $(BUILD)

fuzz: deps ## every parser fuzzed for FUZZ_SECONDS each (10)
	@tests/need.sh $(NEED_FUZZ)
	@$(MAKE) --no-print-directory fuzz-build BUILD=$(BUILD)/fuzz CC=clang CFLAGS='-O1 -g' \
	SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all'
	@tests/fuzz/run.sh $(BUILD)/fuzz $(or $(FUZZ_SECONDS),10)

bench: deps ## cost and delay, each beside a baseline in the same run
	@tests/need.sh $(NEED_BENCH) $(NEED_WINDOW)
	@$(MAKE) --no-print-directory all bench-build
	@tests/bench/run.sh $(BUILD)

bench-playout: deps ## a call on bad networks, beside NetEq, speexdsp and libopus (PARTS='loss nack': only these)
	@tests/need.sh $(NEED_PLAYOUT)
	@$(MAKE) --no-print-directory all $(BUILD)/tests/bench/playout/playout $(BUILD)/tests/bench/bench_receiver
	@TRACES='$(TRACES)' tests/bench/playout/run.sh $(BUILD) $(PARTS)

bench-tcp: deps ## the lab's model of TCP beside the kernel's, into docs/ (12 minutes; needs root; RUNS=5: fewer)
	@[ "$$(id -u)" -eq 0 ] || { echo "bench-tcp needs root: it measures before anything else that runs." >&2; exit 1; }
	@$(MAKE) --no-print-directory all $(BUILD)/tests/bench/bench_tcp
	@$(BUILD)/tests/bench/bench_tcp measure $(BUILD)/tcp-kernel.csv 60 $(RUNS)
	@$(BUILD)/tests/bench/bench_tcp compare $(BUILD)/tcp-kernel.csv >$(BUILD)/tcp-table.md
	@tests/bench/tcp_programs.sh $(BUILD) $(RUNS) >$(BUILD)/tcp-programs.md
	@cd $(BUILD) && mv tcp-kernel.csv tcp-table.md tcp-programs.md $(CURDIR)/docs
	@grep "cells agree" docs/tcp-table.md

check: deps ## clang-tidy, cppcheck, format, and the rules of the house
	@tests/need.sh $(NEED_CHECK)
	@$(MAKE) --no-print-directory lint BUILD=$(BUILD)

deps: ## install the libraries that are missing (Debian: apt-get)
	@tests/need.sh $(NEED_BUILD) $(NEED_TEST)

unit: $(UNIT) $(PROGRAMS)
	@tests/run.sh $(UNIT)

# What takes a minute and waits for most of it runs beside the others.
WAITING := $(filter %/test_silence %/test_link,$(E2E))
e2e: $(E2E) $(PROGRAMS)
	@VOZ_BUILD=$(BUILD) tests/run.sh $(filter-out $(WAITING),$(E2E)) -- $(WAITING)

.PHONY: fuzz-build bench-build interop-tools lint
fuzz-build: $(FUZZERS)
bench-build: $(BENCHES) $(BENCH_GST)
interop-tools: $(TOOLS)

comma := ,
# tidy(FILES,OPTIONS)
tidy = printf '%s\n' $(1) | xargs -P 2 -n 1 sh -c 'clang-tidy --quiet $(2) "$$@" -- $(subst ','\'',$(VOZ_CFLAGS)) 2>/dev/null' tidy

lint:
	@echo "format";     clang-format --dry-run -Werror $(CODE)
	@echo "rules";      tests/rules.sh $(BUILD)
	@echo "cppcheck";   cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j 2 \
	    --enable=warning,portability --suppress=missingIncludeSystem -I. -DVOZ_VERSION='""' \
	    $(SOURCES) $(MAINS)
	@echo "fuzzers";    printf '%s\n' $(wildcard tests/fuzz/*.c) | xargs -P 2 -n 4 $(CC) -fsyntax-only $(VOZ_CFLAGS)
	@echo "clang-tidy"; $(call tidy,$(SOURCES) $(MAINS),)
	@$(call tidy,$(wildcard tests/*.c tests/e2e/*.c),--checks=-clang-analyzer-*$(comma)-readability-inconsistent-declaration-parameter-name) # cmocka's fail() returns, for all it knows
	@echo "check: clean"

format: ## put the code into the house's format
	@tests/need.sh cmd:clang-format=clang-format
	clang-format -i $(CODE)

install: all ## install under PREFIX (/usr/local), with man pages; DESTDIR as usual
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MANPAGES) $(DESTDIR)$(PREFIX)/share/man/man1

uninstall: ## take away what install put there
	rm -f $(PROGRAMS:$(BUILD)/%=$(DESTDIR)$(PREFIX)/bin/%)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(MANPAGES)))

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-21s %s\n", $$1, $$2 }'

# ---- how things are built ---------------------------------------------------------------------------

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $@"
	@$(CC) $(VOZ_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/media/io/speech.o: $(wildcard media/io/speech/*.opus)
$(BUILD)/lab/io/vocabulary.o: $(wildcard lab/io/words/words.*)
$(BUILD)/lab/io/page/report_page.o: $(wildcard lab/io/page/*.css lab/io/page/*.js)
$(BUILD)/lab/io/listen/listen_speech.o: $(wildcard lab/io/listen/*.opus lab/io/listen/*.index lab/io/listen/*.txt)
$(BUILD)/lab/io/listen/listen_template.o: $(wildcard lab/io/listen/*.html lab/io/listen/*.css lab/io/listen/*.js lab/io/listen/*.json)

$(BUILD)/libvoz.a: $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(PROGRAMS): $(BUILD)/voz-%: $(BUILD)/%/main.o $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VOZ_LIBS)

$(UNIT) $(E2E): %: %.o $(HARNESS) $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VOZ_LIBS) $(TEST_LIBS)

$(BENCHES): %: %.o $(BENCH_OWN) $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VOZ_LIBS) $(shell pkg-config --libs libpulse-simple)

$(BUILD)/tests/bench/bench_tcp: $(BENCH_TCP) $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VOZ_LIBS)

$(BENCH_GST): $(BUILD)/%: %.c
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(GST_RTSP)

# What WebRTC's headers want, and the libraries that its archive needs.
NETEQ_CXXFLAGS := -std=c++20 -O2 -Wall -Wextra -I. -isystem /usr/include/tg_owt -DWEBRTC_POSIX -DWEBRTC_LINUX
ABSL := absl_strings absl_optional absl_synchronization absl_flat_hash_map absl_bad_optional_access

$(BUILD)/tests/bench/playout/neteq.o: tests/bench/playout/neteq.cc Makefile
	@mkdir -p $(@D)
	@echo "  CXX   $@"
	@$(CXX) $(NETEQ_CXXFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/bench/playout/playout: $(PLAYOUT) $(BUILD)/tests/bench/bare.o $(BUILD)/tests/bench/table.o $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ -Wl,--gc-sections -Wl,--start-group -l:libtg_owt.a -Wl,--end-group \
	    $$(pkg-config --libs $(ABSL)) $(VOZ_LIBS) -lssl -lcrypto -lpthread -ldl

$(FUZZERS): %: %.o $(BUILD)/libvoz.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(VOZ_LIBS)

$(TOOLS): $(BUILD)/tests/interop/%: tests/interop/%.c $(BUILD)/tests/likeness.o $(BUILD)/libvoz.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CC) $(VOZ_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VOZ_LIBS) $(GST_RTSP)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
