#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the build needs and does not find: pkg-config, jansson and libyaml; with the argument "check" the unit
# test library Check as well. A C compiler and make are taken for granted. DEPS=no: installs nothing.
set -eu

# What each package manager calls them.
packages() {
  cat <<'TABLE'
apt-get pkg-config          jansson=libjansson-dev   yaml-0.1=libyaml-dev    check=check
dnf     pkgconf-pkg-config  jansson=jansson-devel    yaml-0.1=libyaml-devel  check=check-devel
apk     pkgconf             jansson=jansson-dev      yaml-0.1=yaml-dev       check=check-dev
pacman  pkgconf             jansson=jansson          yaml-0.1=libyaml        check=check
zypper  pkg-config          jansson=libjansson-devel yaml-0.1=libyaml-devel  check=check-devel
brew    pkgconf             jansson=jansson          yaml-0.1=libyaml        check=check
TABLE
}

found() {
  case $1 in
    pkg-config) "$pkg_config" --version ;;
    *) "$pkg_config" --exists "$1" ;;
  esac >/dev/null 2>&1
}

pkg_config=${PKG_CONFIG:-pkg-config}
wanted='pkg-config jansson yaml-0.1'
[ "${1:-}" != check ] || wanted="$wanted check"
missing=
for name in $wanted; do
  found "$name" || missing="$missing $name"
done
if [ -z "$missing" ]; then
  echo "packages: all found ($wanted)"
  exit 0
fi
if [ "${DEPS:-}" = no ]; then
  echo "packages: missing:$missing; DEPS=no, so nothing is installed"
  exit 0
fi

row=$(packages | while read -r manager rest; do
  if command -v "$manager" >/dev/null 2>&1; then
    echo "$manager pkg-config=$rest"
    break
  fi
done)
if [ -z "$row" ]; then
  echo "packages: missing:$missing; no package manager that this script knows was found: please install them" >&2
  exit 1
fi
manager=${row%% *}
list=
for name in $missing; do
  for pair in $row; do
    [ "${pair%%=*}" != "$name" ] || list="$list ${pair#*=}"
  done
done

as_root=
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "packages: missing:$missing; as root, install:$list" >&2
    exit 1
  fi
  as_root=sudo
fi

run() {
  echo "+ $*"
  "$@"
}

echo "packages: missing:$missing; installing:$list"
# shellcheck disable=SC2086 # $list is words
case $manager in
  apt-get)
    run $as_root apt-get update -qq
    run $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $list
    ;;
  dnf) run $as_root dnf install -y $list ;;
  apk) run $as_root apk add -U $list ;;
  pacman) run $as_root pacman -S --noconfirm --needed $list ;;
  zypper) run $as_root zypper --non-interactive install $list ;;
  brew) run brew install $list ;;
esac
