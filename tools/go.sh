#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Says whether there is a Go that can build tests/parity, and how to get one. Installs nothing.
set -eu

wanted=$(sed -n 's/^go \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' "$(dirname "$0")/../tests/parity/go.mod")
major=${wanted% *}
minor=${wanted#* }
how="get it from https://go.dev/dl/ or from your system's packages, and put it into PATH"
if ! command -v go >/dev/null 2>&1; then
  echo "parity: needs Go $major.$minor or newer: $how" >&2
  exit 1
fi
found=$(GOTOOLCHAIN=local go env GOVERSION) # such as go1.26.3
have=${found#go}
rest=${have#*.}
if [ "${have%%.*}" -lt "$major" ] || { [ "${have%%.*}" -eq "$major" ] && [ "${rest%%[!0-9]*}" -lt "$minor" ]; }; then
  echo "parity: found $found, needs Go $major.$minor or newer: $how" >&2
  exit 1
fi
if ! ls "$(go env GOMODCACHE)"/k8s.io/kubernetes@* >/dev/null 2>&1; then
  echo 'parity: go now downloads the modules of Kubernetes into its cache, and the first build takes some minutes'
fi
