#!/usr/bin/env bash
# fetch-kernels.sh FOLDER: Debian's kernels for the machines of test/qemu, as FOLDER/vmlinuz-x86_64 and FOLDER/vmlinuz-aarch64.
# The cloud flavour: the same source and the same security features with fewer drivers, a third of the download. Nothing is
# installed, and no foreign architecture is added to this machine's dpkg: apt works in a folder of its own.
set -euo pipefail
folder=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$folder" "$scratch"/{state/lists/partial,cache/archives/partial}

fetch() { # MACHINE DEBIAN_ARCHITECTURE
  local apt=(-qq -o "APT::Architecture=$2" -o "APT::Architectures=$2" -o "Dir::State=$scratch/state" -o "Dir::Cache=$scratch/cache"
    -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update
  local package
  package=$(apt-cache "${apt[@]}" depends "linux-image-cloud-$2" | awk '$1 == "Depends:" { print $2; exit }')
  (cd "$scratch" && apt-get "${apt[@]}" download "$package")
  dpkg-deb --fsys-tarfile "$scratch/${package}"_*.deb | tar -xO --wildcards './boot/vmlinuz-*' >"$folder/vmlinuz-$1"
}
fetch x86_64 amd64
fetch aarch64 arm64
