#!/usr/bin/env bash
# What the checks need beyond Rust: Python for ansible-core, OpenSSL's program for the example of a receiver, sudo to become
# other users with, a linker, a C library and an emulator for aarch64.
set -euo pipefail

packages=()
command -v python3 >/dev/null || packages+=(python3)
command -v aarch64-linux-gnu-gcc >/dev/null || packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
command -v qemu-aarch64-static >/dev/null || packages+=(qemu-user-static)
command -v musl-gcc >/dev/null || packages+=(musl-tools)
command -v git >/dev/null || packages+=(git)
command -v openssl >/dev/null || packages+=(openssl)
command -v sudo >/dev/null || packages+=(sudo)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)

if [ ${#packages[@]} -gt 0 ] || [ ! -e /lib/ld-linux-aarch64.so.1 ]; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  $sudo dpkg --add-architecture arm64
  $sudo apt-get update -qq
  # The emulated program finds its C library here: that of libc6-dev-arm64-cross hangs in pthread_create under qemu.
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    "${packages[@]}" libc6:arm64 libgcc-s1:arm64 >/dev/null
fi

# A standard library for each foreign target: by rustup where it can be had.
for target in aarch64-unknown-linux-gnu x86_64-unknown-linux-musl; do
  if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    rustup target add "$target" || echo "provision: no standard library for $target by rustup" >&2
  fi
done
