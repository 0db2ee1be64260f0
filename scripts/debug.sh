#!/bin/bash
# Starts gdb on a board: in QEMU, stopped at reset, or by OpenOCD: debug.sh BOARD [gdb's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
board=${1:-}
shift || true
declare -A machine=([netduinoplus2]=netduinoplus2 [bbc_microbit]=microbit [mps2_an386]=mps2-an386)
elf=build/firmware/$board/kappa.elf

refuse() {
  echo "debug: $1" >&2
  exit 2
}
[[ -n $board && -f $elf ]] || refuse "there is no $elf: make firmware BOARD=$board"
command -v gdb-multiarch >/dev/null || refuse "gdb-multiarch is not installed: apt-get install gdb-multiarch"

if [[ -n ${machine[$board]:-} ]]; then
  socket=$(mktemp -u "${TMPDIR:-/tmp}/kappa-gdb-XXXXXX")
  qemu-system-arm -M "${machine[$board]}" -display none -nodefaults -serial null -S -kernel "$elf" \
    -chardev "socket,id=gdb,path=$socket,server=on,wait=off" -gdb chardev:gdb &
  server=$!
  trap 'kill "$server" 2>/dev/null || true; rm -f "$socket"' EXIT
  until [[ -S $socket ]]; do
    kill -0 "$server" 2>/dev/null || refuse "qemu-system-arm did not start"
    sleep 0.05
  done
  target="target remote $socket"
else
  line=$(scripts/flash.sh "$board" openocd dry) || exit $?
  configuration=${line%% -c program*}
  target="target extended-remote | $configuration -c 'gdb_port pipe; log_output /dev/null'"
fi
gdb-multiarch -q "$elf" -ex "$target" "$@"
