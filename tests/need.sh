#!/bin/sh
# Installs what is missing of a list of needs, and only that.
#
#   tests/need.sh pc:opus=libopus-dev cmd:ffmpeg=ffmpeg gst:rtspsrc=gstreamer1.0-plugins-good
#
# Each need is KIND:NAME=PACKAGE. KIND says how its presence is tested: pc (pkg-config module), cmd (a
# command on PATH), gst (a GStreamer element), file (a path). PACKAGE is the Debian package that holds it.
set -eu

have() {
    case $1 in
    pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#pc:}" ;;
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    gst:*) command -v gst-inspect-1.0 >/dev/null && gst-inspect-1.0 --exists "${1#gst:}" 2>/dev/null ;;
    file:*) ls ${1#file:} >/dev/null 2>&1 ;; # may be a pattern
    *) echo "need.sh: no such kind of need: $1" >&2; exit 2 ;;
    esac
}

packages= names=
for need in "$@"; do
    if ! have "${need%%=*}"; then
        packages="$packages ${need#*=}" names="$names ${need%%=*}"
    fi
done
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "voz needs what this system does not have:$names" >&2
    echo "They are installed by themselves only where there is apt-get (Debian 12 or newer)." >&2
    echo "Install the counterparts of these Debian packages, then try again:$packages" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Missing:$names. Run this as root, or install sudo:" >&2
        echo "  apt-get install --no-install-recommends$packages" >&2
        exit 1
    fi
    sudo=sudo
fi
echo "Installing:$packages"
install() {
    # shellcheck disable=SC2086 # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        $packages </dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $sudo apt-get update -q && install; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install:$packages (its last lines are above)." >&2
    exit 1
fi
