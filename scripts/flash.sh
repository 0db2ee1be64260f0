#!/bin/bash
# Flashes a board's image: flash.sh BOARD [RUNNER] [dry]. One table of boards and what each runner calls them; a runner that
# has no entry for a board cannot flash it. Without RUNNER it is the first of the board's.
set -euo pipefail
cd "$(dirname "$0")/.."
board=${1:-} runner=${2:-} dry=${3:-}

#      board            runner    what the runner needs to know
table="
       bbc_microbit     openocd   interface/cmsis-dap.cfg target/nrf51.cfg
       bbc_microbit     pyocd     nrf51
       bbc_microbit     probe-rs  nRF51822_xxAA
       netduinoplus2    openocd   interface/stlink.cfg target/stm32f4x.cfg
       netduinoplus2    dfu       0x08000000
       netduinoplus2    stlink    0x08000000
       stm32f4_disco    openocd   interface/stlink.cfg target/stm32f4x.cfg
       stm32f4_disco    stlink    0x08000000
       stm32f4_disco    pyocd     stm32f407vg
       stm32f4_disco    probe-rs  STM32F407VG
       stm32f4_disco    jlink     STM32F407VG
       nucleo_l073rz    openocd   interface/stlink.cfg target/stm32l0_dual_bank.cfg
       nucleo_l073rz    stlink    0x08000000
       nucleo_l073rz    probe-rs  STM32L073RZ
       nucleo_l552ze_q  openocd   interface/stlink.cfg target/stm32l5x.cfg
       nucleo_l552ze_q  stlink    0x08000000
       nucleo_l552ze_q  probe-rs  STM32L552ZE
       nrf52840dk       openocd   interface/jlink.cfg target/nrf52.cfg
       nrf52840dk       jlink     nRF52840_xxAA
       nrf52840dk       nrfjprog  NRF52
       nrf52840dk       pyocd     nrf52840
       nrf52840dk       probe-rs  nRF52840_xxAA
"

refuse() {
  echo "flash: $1" >&2
  exit 2
}
of() { awk -v board="$board" -v runner="${1:-}" '$1 == board && (runner == "" || $2 == runner) { print; }' <<<"$table"; }

runners=$(of | awk '{ print $2 }' | tr '\n' ' ')
[[ -n $runners ]] || refuse "'$board' is no board that is flashed: $(awk 'NF { print $1 }' <<<"$table" | uniq | tr '\n' ' ')"
runner=${runner:-${runners%% *}}
entry=$(of "$runner")
[[ -n $entry ]] || refuse "$runner cannot flash $board: RUNNER is one of $runners"
read -r _ _ one two <<<"$entry"
image=build/firmware/$board/kappa

case $runner in
openocd)
  swd=()
  [[ $one != interface/jlink.cfg ]] || swd=(-c "transport select swd")
  command=(openocd -f "$one" "${swd[@]}" -f "$two" -c "program $image.elf verify reset exit")
  ;;
pyocd) command=(pyocd flash --target "$one" "$image.hex") ;;
probe-rs) command=(probe-rs download --chip "$one" --verify "$image.elf") ;;
stlink) command=(st-flash --reset write "$image.bin" "$one") ;;
dfu) command=(dfu-util -a 0 -s "$one:leave" -D "$image.bin") ;;
nrfjprog) command=(nrfjprog -f "$one" --program "$image.hex" --sectorerase --verify --reset) ;;
jlink)
  script=build/firmware/$board/flash.jlink
  mkdir -p "${script%/*}"
  printf 'r\nloadfile %s.hex\nr\ng\nexit\n' "$image" >"$script"
  command=(JLinkExe -device "$one" -if SWD -speed 4000 -autoconnect 1 -NoGui 1 -CommandFile "$script")
  ;;
esac

if [[ -n $dry ]]; then
  printf '%q ' "${command[@]}" | sed 's/ $/\n/'
  exit
fi
[[ -e $image.elf ]] || refuse "there is no $image.elf: make firmware BOARD=$board"
command -v "${command[0]}" >/dev/null || refuse "${command[0]} is not installed; another RUNNER: $runners"
exec "${command[@]}"
