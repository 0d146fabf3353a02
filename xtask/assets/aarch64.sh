#!/usr/bin/env bash
# A generated runner, natively and for aarch64 under an emulator: the same recap, the same file tree. Then the native one,
# which is static, in an empty folder that is its whole world. Environment: nothing; needs what provision.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=target/aarch64
target=aarch64-unknown-linux-gnu
rm -rf "$work/runner" "$work/runs"
mkdir -p "$work/runs/native" "$work/runs/foreign" "$work/runs/static"
work=$(realpath "$work")

# What the tests have built is not built again.
cargo build --quiet --locked -p cargo-rustle
tool=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/cargo-rustle
export CARGO_TARGET_DIR="$work/target"
"$tool" rustle new "$work/runner" \
  --playbook examples/app-server/site.yml -i examples/app-server/inventory.ini

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar
(cd "$work/runner" && cargo build --quiet --release --target "$target")
foreign="$CARGO_TARGET_DIR/$target/release/runner"

# Natively it is fully static: musl where its standard library is there, else the C library of the machine, linked in.
if [ -d "$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-musl" ] && command -v musl-gcc >/dev/null; then
  (cd "$work/runner" && CC_x86_64_unknown_linux_musl=musl-gcc cargo build --quiet --release --target x86_64-unknown-linux-musl)
  native="$CARGO_TARGET_DIR/x86_64-unknown-linux-musl/release/runner"
else
  (cd "$work/runner" && RUSTFLAGS="-C target-feature=+crt-static" cargo build --quiet --release --target x86_64-unknown-linux-gnu)
  native="$CARGO_TARGET_DIR/x86_64-unknown-linux-gnu/release/runner"
fi
if file -L "$native" 2>/dev/null | grep -q 'dynamically linked' || ldd "$native" 2>/dev/null | grep -q '=>'; then
  echo "static: $native is linked to libraries" >&2
  exit 1
fi

# What a run leaves: names, kinds, modes and contents.
tree() { (cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f | sort | xargs sha256sum); }
recap() { sed -n '/^PLAY RECAP/,$p' "$1"; }

(cd "$work/runs/native" && "$native" >../native.log 2>&1) || { cat "$work/runs/native.log"; exit 1; }
(cd "$work/runs/foreign" && qemu-aarch64-static -L / "$foreign" >../foreign.log 2>&1) || { cat "$work/runs/foreign.log"; exit 1; }
diff <(recap "$work/runs/native.log") <(recap "$work/runs/foreign.log")
diff <(tree "$work/runs/native") <(tree "$work/runs/foreign")
echo "aarch64: the same recap and the same $(find "$work/runs/native" -type f | wc -l) files as natively"

cp "$native" "$work/runs/static/runner"
(cd / && unshare --user --map-root-user --root="$work/runs/static" /runner >"$work/runs/static.log" 2>&1) \
  || (cd / && chroot "$work/runs/static" /runner >"$work/runs/static.log" 2>&1) \
  || { cat "$work/runs/static.log"; exit 1; }
rm "$work/runs/static/runner"
diff <(recap "$work/runs/native.log") <(recap "$work/runs/static.log")
diff <(cd "$work/runs/native/app-out" && tree .) <(cd "$work/runs/static/app-out" && tree .)
echo "static: the same in an empty root, $(stat -c %s "$native") bytes"
