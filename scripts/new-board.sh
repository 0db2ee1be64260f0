#!/bin/bash
# Starts a port to another board from one that is like it: new-board.sh NAME FROM. See docs/porting.md.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-} from=${2:-}

refuse() {
  echo "new-board: $1" >&2
  exit 2
}
ports() { for mk in boards/*/board.mk; do basename "$(dirname "$mk")"; done | grep -vx native_sim | tr '\n' ' '; }

[[ -n $name && -n $from ]] || refuse "say make new-board NAME=my_board FROM=… ; to start from there are: $(ports)"
[[ $name =~ ^[a-z][a-z0-9_]*$ ]] || refuse "'$name' is no name: Zephyr's are of a-z, 0-9 and _"
[[ ! -e boards/$name ]] || refuse "there is a boards/$name already: choose another NAME or remove it"
[[ -f boards/$from/board.mk && $from != native_sim ]] || refuse "cannot start from '$from': there are $(ports)"

cp -r "boards/$from" "boards/$name"
cat > "boards/$name/README.md" <<END
# $name

Started from $from; everything in this folder is that board's until you have changed it.

    make firmware BOARD=$name

**Run:** never. Say here what you have seen run, in which emulator or on which board.
END
echo "boards/$name is a copy of $from. Next, in this order: device.h, memory.ld, board.c, README.md (docs/porting.md)."
echo "Build it with: make firmware BOARD=$name"
