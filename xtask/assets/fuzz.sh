#!/usr/bin/env bash
# Every fuzz target for so many seconds (60), starting from the kept corpus. Needs a nightly toolchain and cargo-fuzz, which
# it installs. What it finds is kept in fuzz/artifacts; a finding worth keeping moves to fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
cargo +nightly --version >/dev/null
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
for target in playbook plan_json bundle template; do
  echo "fuzz: $target for $seconds s"
  work=$(mktemp -d)
  # The kept corpus is read; what a session adds goes to the first folder, which is thrown away.
  cargo +nightly fuzz run --fuzz-dir fuzz "$target" "$work" "fuzz/corpus/$target" -- -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=20 2>&1 | tail -n 3
  rm -rf "$work"
done
