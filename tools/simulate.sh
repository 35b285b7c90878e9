#!/usr/bin/env bash
# usage: tools/simulate.sh BUILD_DIR [sim_run's arguments]
# With arguments: that run. Without: 20,000 histories of each world, then the planted bugs.
set -euo pipefail
build=$1
shift
[ $# -eq 0 ] || exec "$build/sim/sim_run" "$@"
"$build/sim/sim_run" --world lease --seeds 0..20000
"$build/sim/sim_run" --world control --seeds 0..20000
"$build/sim/sim_run" --world full --seeds 0..20000
exec "$(dirname "$0")/canaries.sh" "$build"
