#!/usr/bin/env bash
# Plants each bug of sim/canaries/ into a copy of the sources and demands that the simulator finds
# it: a simulator that finds nothing may be blind. The copy is built as the original was, in a build
# directory of the same place, so that ccache has what no patch touches.
#
# usage: tools/canaries.sh BUILD_DIR [NAME..]
# The first line of a patch says which world is to find it ("# world: lease -- why").
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
build=$(readlink -f "$1")/canaries
shift
tree=$build/tree
seeds=${TANDEM_CANARY_SEEDS:-0..1500}
jobs=${TANDEM_JOBS:-$(nproc)}

# A patch that an interrupted run left in is not worth finding. Unchanged files keep their times, so
# that only what a patch touches is built again.
[ ! -e "$build/planted" ] || rm -rf "$tree"
mkdir -p "$tree/tests"
cp -ru --preserve=timestamps src sim cmake CMakeLists.txt "$tree/"
cp -u --preserve=timestamps tests/replay_main.cpp "$tree/tests/"
rm -f "$build/planted"
out=$tree/build
export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1
cmake -G Ninja -S "$tree" -B "$out" >/dev/null
ninja -C "$out" -j "$jobs" --quiet sim_run
names=("$@")
[ ${#names[@]} -gt 0 ] || names=($(cd sim/canaries && ls *.patch | sed 's/\.patch$//'))

missed=()
for name in "${names[@]}"; do
    patch=$tree/sim/canaries/$name.patch
    world=$(sed -n '1s/^# world: \([a-z]*\).*/\1/p' "$patch")
    touch "$build/planted"
    patch -s -d "$tree" -p1 <"$patch"
    ninja -C "$out" -j "$jobs" --quiet sim_run
    if output=$("$out/sim/sim_run" --world "$world" --seeds "$seeds" 2>&1); then
        missed+=("$name")
        echo "NOT FOUND  $name"
    else
        echo "found      $name: $(head -1 <<<"$output")"
    fi
    patch -s -R -d "$tree" -p1 <"$patch"
    rm "$build/planted"
done
if [ ${#missed[@]} -gt 0 ]; then
    echo "the simulator is blind to: ${missed[*]}" >&2
    exit 1
fi
