#!/usr/bin/env bash
# Real `cross build` of a generated runner for aarch64, in a container whose image is made here: no container registry, no
# Docker engine. What comes out runs under an emulator with the same recap and the same files as natively.
# Needs root and apt; takes about five minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/target/cross
target=aarch64-unknown-linux-gnu
image=localhost/rustle-cross-aarch64:1
mkdir -p "$work"

have() { command -v "$1" >/dev/null; }
have podman && have runc && have debootstrap || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends podman runc debootstrap >/dev/null
}
rustup target list --installed | grep -qx "$target" || rustup target add "$target"
[ -x "$work/tools/bin/cross" ] || cargo install --quiet cross --version 0.2.5 --locked --root "$work/tools"

# crun 1.8 refuses hybrid control groups; podman's default limits need CAP_SYS_RESOURCE.
cat >"$work/containers.conf" <<C
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=8192:8192"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
C
cat >"$work/storage.conf" <<C
[storage]
driver = "overlay"
graphroot = "$work/storage"
runroot = "$work/runroot"
C
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
export CROSS_CONTAINER_ENGINE=podman CROSS_CUSTOM_TOOLCHAIN=1

podman image exists "$image" || {
  rm -rf "$work/rootfs"
  debootstrap --variant=minbase \
    --include=gcc,libc6-dev,gcc-aarch64-linux-gnu,libc6-dev-arm64-cross,ca-certificates \
    bookworm "$work/rootfs" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
  rm -rf "$work"/rootfs/var/cache/apt/archives/*.deb "$work"/rootfs/var/lib/apt/lists/*
  tar -C "$work/rootfs" -c . | podman import \
    -c "ENV CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc" \
    -c "ENV CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc" \
    -c "ENV AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar" \
    - "$image" >/dev/null
}

# cross 0.2.5 misreads `rustup toolchain list` of rustup 1.28 and later, and would then update the toolchain in place.
mkdir -p "$work/shim"
rustup=$(PATH=${PATH//"$work/shim:"/} command -v rustup)
cat >"$work/shim/rustup" <<C
#!/bin/sh
case " \$* " in
 *" toolchain list "*) $rustup toolchain list | sed 's/ (active, default)/ (default)/; s/ (active)//' ;;
 *" add "*|*" install "*|*" update "*|*" remove "*|*" uninstall "*) echo "refused: rustup \$*" >&2; exit 1 ;;
 *) exec $rustup "\$@" ;;
esac
C
chmod +x "$work/shim/rustup"
export PATH=$work/shim:$PATH

# cross mounts the project, and the path dependencies of its manifest; everything else a build needs lies in these.
rm -rf "$work/runner" "$work/runs"
cargo run --quiet --locked -p cargo-rustle -- rustle new "$work/runner" \
  --playbook examples/app-server/site.yml -i examples/app-server/inventory.ini --copy
printf '[target.%s]\nimage = "%s"\n' "$target" "$image" >>"$work/runner/Cross.toml"
mkdir -p "$work/runs/native" "$work/runs/foreign"
(
  cd "$work/runner"
  cargo build --quiet --release
  cargo fetch --quiet --target "$target"
  "$work/tools/bin/cross" build --release --target "$target"
)
tree() { (cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f | sort | xargs sha256sum); }
recap() { sed -n '/^PLAY RECAP/,$p' "$1"; }
(cd "$work/runs/native" && "$work/runner/target/release/runner" >../native.log 2>&1)
(cd "$work/runs/foreign" && qemu-aarch64-static -L / "$work/runner/target/$target/release/runner" >../foreign.log 2>&1)
diff <(recap "$work/runs/native.log") <(recap "$work/runs/foreign.log")
diff <(tree "$work/runs/native") <(tree "$work/runs/foreign")
echo "cross: built in a container, the same recap and files as natively"
