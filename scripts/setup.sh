#!/usr/bin/env bash
# Installs what the build, the tests and the demo need: Debian packages that are absent, and the npm packages of the
# lockfile. Quick when nothing is missing. Called by every other make target.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# What a command belongs to, in Debian's and Ubuntu's names.
packages=()
need() { # need COMMAND PACKAGE
  command -v "$1" >/dev/null 2>&1 || packages+=("$2")
}
need gcc gcc
need make make
need curl curl
need arm-none-eabi-gcc gcc-arm-none-eabi
need qemu-system-arm qemu-system-arm
need openocd openocd
need cppcheck cppcheck
need gdb-multiarch gdb-multiarch
# The cross compiler may be there without its C library, and the host's gcc without its headers.
if ! command -v arm-none-eabi-gcc >/dev/null 2>&1 ||
  [ "$(arm-none-eabi-gcc -print-file-name=nano.specs)" = nano.specs ]; then
  packages+=(libnewlib-arm-none-eabi)
fi
[ -e /usr/include/stdio.h ] || packages+=(libc6-dev)

if [ "${#packages[@]}" -gt 0 ]; then
  command -v apt-get >/dev/null 2>&1 ||
    fail "these are missing, and there is no apt-get here to install them: ${packages[*]}"
  sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
      fail "these are missing: ${packages[*]}. Run as root: apt-get install ${packages[*]}"
    sudo=(sudo)
  fi
  printf 'setup: installing %s\n' "${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  "${sudo[@]}" apt-get update -qq || fail "apt-get update failed: see above"
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
    fail "apt-get could not install ${packages[*]}: see above"
fi

command -v node >/dev/null 2>&1 || fail "Node.js 20 or later is missing: install it, for example from nodejs.org"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "Node.js is $(node --version), but 20 or later is needed"
command -v npm >/dev/null 2>&1 || fail "npm is missing: install it together with Node.js"

# The stamp lies inside node_modules, so that it goes when they go.
stamp=node_modules/.kappa-lock
lock=$(sha256sum <package-lock.json)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$lock" ]; then
  printf 'setup: installing the npm packages of the lockfile\n'
  # Not `npm ci`: it refuses a lockfile from a registry that has a package's optional parts for some platforms only.
  npm install --no-save --no-fund --no-audit --loglevel=error || fail "npm install failed: see above"
  printf '%s\n' "$lock" >"$stamp"
fi
