#!/bin/sh
# The rules of the house that a machine can check. They are said in the README ("How the code is laid out").
set -u
build=$1
bad=0
complain() {
    echo "rules: $*" >&2
    bad=1
}

# What only the edges may call, by the C library's plain names: what fortified or large-file builds make of
# them (__printf_chk, __open64_2) is the same. snprintf and sscanf are for anyone.
edge='uv_.*|SDL_.*|pthread_.*|thrd_.*|syscall'
edge="$edge|socket|socketpair|bind|listen|accept4?|connect|shutdown|send(to|msg|mmsg)?|recv(from|msg|mmsg)?"
edge="$edge|getaddrinfo|getnameinfo|select|pselect|p?poll|epoll_.*|ioctl|fcntl"
edge="$edge|open(at)?|creat|close|p?readv?|p?writev?|mmap|unlink|rename|remove|stat|fstat"
edge="$edge|f(re|d)?open|fclose|fread|fwrite|fflush|fseeko?|ftello?|tmpfile|setv?buf"
edge="$edge|f?put[cs]|putchar|f?get[cs]|getchar|ungetc|getline|getdelim|v?[fd]?printf|v?f?scanf|perror|psignal"
edge="$edge|stdin|stdout|stderr|system|popen|fork|exec.*|kill|raise|signal|sigaction|exit|_exit"
edge="$edge|time|times|timespec_get|gettimeofday|clock|clock_(gettime|getres|nanosleep|settime)"
edge="$edge|localtime(_r)?|gmtime(_r)?|u?sleep|nanosleep|alarm|setitimer|timer(fd)?_.*"
edge="$edge|TTF_.*|(secure_)?getenv|setenv|putenv"
edge="$edge|s?rand|rand_r|s?random(_r)?|[delmnj]rand48|srand48|arc4random.*|getrandom|getentropy"

undefined() { # OBJECT
    nm -u "$1" | awk '{ print $2 }' |
        sed -E 's/@.*//; s/^__(isoc[0-9]+_)?//; s/_chk$//; s/_2$//; s/64$//; s/_unlocked$//; s/^_IO_//'
}

core=$(ls media/*.c control/*.c sender/*.c receiver/*.c window/*.c call/*.c lab/*.c 2>/dev/null | grep -v '/main\.c$')

# 1. The core knows no clock, socket, device, environment or process-wide randomness.
for c in $core; do
    case $c in */options.c) continue ;; esac # they print what was wrong with a value
    o=$build/${c%.c}.o
    make -s "$o" BUILD="$build" || complain "$c does not build"
    found=$(undefined "$o" | grep -xE "$edge" || true)
    [ -z "$found" ] || complain "$c uses" $found
    # 2. ... and has no mutable globals.
    data=$(nm "$o" | awk '$2 ~ /^[bBdDcC]$/ { print $3 }')
    readonly_sections=$(objdump -h "$o" | awk '$2 ~ /^\.(data|bss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print $2 }')
    [ -z "$readonly_sections" ] || complain "$c has writable data ($readonly_sections):" $data
done

# 3. Folders include each other in one direction.
check_includes() { # FOLDER FORBIDDEN...
    folder=$1
    shift
    for forbidden in "$@"; do
        # a room inside another one may include itself
        hits=$(grep -E "^#include \"$forbidden/" "$folder"/*.[ch] /dev/null 2>/dev/null | grep -v "\"$folder/" |
            cut -d: -f1 | sort -u | grep -v '/main\.c$\|/options\.[ch]$')
        [ -z "$hits" ] || complain "$folder must not include $forbidden/:" $hits
    done
}
check_includes media control sender receiver window call lab media/io control/io
check_includes media/io control sender receiver window call lab
check_includes control/io sender receiver window call lab
check_includes sender/io receiver window call lab
check_includes receiver/io sender call lab
check_includes sender receiver window call control control/io media/io sender/io
check_includes receiver sender window call control control/io media/io receiver/io
check_includes window sender call lab control control/io media/io sender/io receiver/io window/io
check_includes window/io sender call lab control control/io receiver/io sender/io call/io
check_includes call lab control/io media/io sender/io receiver/io call/io
check_includes call/io lab
check_includes lab/io sender/io receiver/io control/io call/io lab/io/link lab/io/sockets lab/io/duel
check_includes lab/io/link call call/io control sender receiver control/io sender/io receiver/io lab/io/page lab/io/sockets
check_includes lab/io/sockets call call/io control sender receiver control/io sender/io receiver/io lab/io/page
check_includes lab/io/duel sender/io receiver/io call call/io control control/io lab/io/page
check_includes lab/io/page control control/io sender sender/io receiver receiver/io call call/io lab/io
others=$(grep -hE '^#include "(lab/io|control|sender/io|receiver)/' lab/io/listen/*.[ch] | sort -u |
    grep -vE '"lab/io/(listen|page)/')
[ -z "$others" ] || complain "lab/io/listen/ takes only lab/io/page of what is beside it:" $others
check_includes lab media/io control control/io sender/io receiver/io call/io lab/io lab/io/page lab/io/listen \
    lab/io/link lab/io/sockets lab/io/duel
others=$(grep -hE '^#include "(media|sender|receiver)/' control/*.[ch] | sort -u |
    grep -vE '"media/(usec|random)\.h"')
[ -z "$others" ] || complain "control/ takes only media/usec.h and random.h:" $others

# 4. Every header compiles alone.
for h in media/*.h media/io/*.h control/*.h control/io/*.h sender/*.h sender/io/*.h receiver/*.h receiver/io/*.h \
    window/*.h window/io/*.h \
    call/*.h call/io/*.h lab/*.h lab/io/*.h lab/io/page/*.h lab/io/listen/*.h lab/io/link/*.h lab/io/sockets/*.h \
    lab/io/duel/*.h; do
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -I. $(pkg-config --cflags sdl2 libuv jansson kissfft-float) -fsyntax-only -x c "$h" ||
        complain "$h does not compile alone"
done

# 5. Every option in --help stands in the man page and in the README, and the other way round.
for program in sender receiver call; do
    make -s "$build/voz-$program" BUILD="$build" || complain "voz-$program does not build"
    for option in $("$build/voz-$program" --help | grep -oE '^  --[a-z-]+' | tr -d ' '); do
        for page in "$program/voz-$program.1" README.md README.pt-BR.md; do
            sed 's/\\-/-/g' "$page" 2>/dev/null | grep -q -- "$option\b" || complain "$page does not speak of voz-$program $option"
        done
    done
    for option in $(sed 's/\\-/-/g' "$program/voz-$program.1" | grep -oE '^\.B[IR]? --[a-z-]+' | awk '{ print $2 }'); do
        "$build/voz-$program" --help | grep -q -- "^  $option\b" || complain "$program/voz-$program.1: $option is no option"
    done
done

make -s "$build/voz-lab" BUILD="$build" || complain "voz-lab does not build"
commands=$("$build/voz-lab" --help | awk '/^  [a-z]/ { print $1 }')
sed 's/\\-/-/g' lab/voz-lab.1 >"$build/voz-lab.1.txt"
for command in $commands; do "$build/voz-lab" "$command" --help; done >"$build/voz-lab.help.txt"
for option in $(grep -oE '^  --[a-z-]+' "$build/voz-lab.help.txt" | sort -u); do
    grep -q -- "$option\b" "$build/voz-lab.1.txt" || complain "lab/voz-lab.1 does not speak of $option"
done
for option in $(grep -oE '^\.B[IR]? "?--[a-z-]+' "$build/voz-lab.1.txt" | grep -oE -- '--[a-z-]+' | sort -u); do
    grep -q -- "^  $option\b" "$build/voz-lab.help.txt" || complain "lab/voz-lab.1: $option is no option"
done

# 6. A file of more than 600 lines has taken in a second subject (tests, which are lists of cases, may be longer).
for f in $(git ls-files '*.c' '*.h' | grep -v '^tests/'); do
    [ "$(wc -l <"$f")" -le 600 ] || complain "$f has more than 600 lines"
done

[ $bad -eq 0 ]
