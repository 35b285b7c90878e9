#!/usr/bin/env bash
# bench/run.sh BUILD_DIR [--quick] [--only NAME,..]: measures in a network namespace of its own.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(readlink -f "$1")
shift
user=()
[ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
exec unshare "${user[@]}" --net -- bash -c 'ip link set lo up && exec python3 "$@"' bench \
    "$here/run.py" "$build" "$@"
