#!/bin/sh
# tcp_programs.sh BUILD [RUNS]: one speech through 10 % loss and 50 ms each way, over UDP and over TCP. Once with
# voz-sender and voz-receiver over voz-lab link, where the kernel's own UDP and TCP meet the losses, and once in
# voz-lab play. Medians of RUNS (20) each, the least and the most, as a table (Markdown). Needs root.
set -eu
build=$(cd "$1" && pwd)
runs=${2:-20}
export PATH="$build:$PATH" # before what is installed
speech=media/io/speech/en.opus
delay=50
netem="loss 10% delay ${delay}ms"
at_once=5 # of each transport
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

kernel() { # TRANSPORT SEED FILES
    chrt -f 1 "$build/voz-lab" link --quiet --netem "$netem" --back "$netem" --seed "$2" \
        --a "voz-sender --quiet --once $speech" -- voz-receiver --quiet --no-play --latency 200 --transport "$1" \
        --output "$3.wav" --summary "$3.json" 10.77.0.1
}

lab() { # TRANSPORT SEED FILES
    "$build/voz-lab" play --quiet --netem "$netem" --back "$netem" --seed "$2" --in "$speech" --latency 200 \
        --transport "$1" --out "$3.wav" --json "$3.json"
}

value() { # KEY FILE
    sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p" "$2"
}

# Lines "TRANSPORT WHERE WHAT VALUE" of a run.
figures() { # TRANSPORT WHERE FILES
    "$build/voz-lab" score --json "$3.score" "$speech" "$3.wav"
    for key in packets_received packets_lost packets_late concealed_ms played_ms delay_mean_ms; do
        value $key "$3.json"
    done | tr '\n' ' ' | awk -v of="$1 $2" -v path="$([ "$2" = lab ] && echo $delay || echo 0)" \
        -v estoi="$(value estoi "$3.score")" '
        { print of, "lost", 100 * $2 / ($1 + $2); print of, "late", 100 * $3 / ($1 + $2)
          print of, "guessed", 100 * $4 / $5; print of, "delay", $6 - path; print of, "estoi", estoi }'
}

n=0
while [ $n -lt "$runs" ]; do
    n=$((n + 1))
    for transport in udp tcp; do
        kernel $transport $n "$work/kernel-$transport-$n" &
        lab $transport $n "$work/lab-$transport-$n"
    done
    [ $((n % at_once)) -ne 0 ] || wait
done
wait
[ "$(cat "$work"/*.json | wc -l)" -eq $((4 * runs)) ] || { echo "bench: not every call came about" >&2; exit 1; }

for n in $(seq "$runs"); do
    for transport in udp tcp; do
        for where in kernel lab; do figures $transport $where "$work/$where-$transport-$n"; done
    done
done >"$work/figures"

sort -k1,3 -k4,4g "$work/figures" | awk '
    function text(key) { # the values are sorted
        middle[key] = (value[key, int((count[key] + 1) / 2)] + value[key, int(count[key] / 2) + 1]) / 2
        return sprintf("%.*f (%.*f to %.*f)", digits, middle[key], digits, value[key, 1], digits, value[key, count[key]])
    }
    function row(transport, what, name, share, least,    kernel, lab, was, is, off) {
        kernel = text(transport " kernel " what)
        lab = text(transport " lab " what)
        was = middle[transport " kernel " what]
        is = middle[transport " lab " what]
        off = was > is ? was - is : is - was
        printf "| %s | %s | %s | %s | %s |\n", toupper(transport), name, kernel, lab,
            off <= share * was || off <= least ? "yes" : "no"
    }
    function rows(transport) {
        digits = 1
        row(transport, "lost", "packets lost, %", 0.3, 1)
        row(transport, "late", "packets over 200 ms late, %", 0.3, 1)
        row(transport, "guessed", "sound guessed, %", 0.3, 1)
        row(transport, "delay", "heard after, ms", 0.15, 10)
        digits = 2
        row(transport, "estoi", "understood, ESTOI", 0.15, 0)
    }
    { value[$1 " " $2 " " $3, ++count[$1 " " $2 " " $3]] = $4 }
    END {
        print "| | | programs, kernel | lab | agrees |\n|---|---|---:|---:|---|"
        rows("udp")
        rows("tcp")
    }'
