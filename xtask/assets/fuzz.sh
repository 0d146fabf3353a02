#!/usr/bin/env bash
# Every fuzz target for so many seconds (60), starting from the kept corpus. Installs cargo-fuzz where it is missing. What
# it finds is kept in fuzz/artifacts; a finding worth keeping moves to fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
# Sanitizers are unstable in name only: with this the stable compiler has them, and no other toolchain is needed.
export RUSTC_BOOTSTRAP=1
export PATH=$PWD/target/tools/bin:$PATH
command -v cargo-fuzz >/dev/null || RUSTC_BOOTSTRAP= cargo install --quiet --locked cargo-fuzz --root target/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in playbook plan_json bundle template archive package seal; do
  echo "fuzz: $target for $seconds s"
  mkdir "$work/$target"
  # The kept corpus is read; what a session adds goes to the first folder, which is thrown away.
  cargo fuzz run --fuzz-dir fuzz "$target" "$work/$target" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=20 >"$work/$target.log" 2>&1 \
    || { tail -n 40 "$work/$target.log"; exit 1; }
  grep -E '^Done|stat::|DONE' "$work/$target.log" || true
done
