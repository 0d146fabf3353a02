#!/usr/bin/env bash
# Two clean release builds of a generated runner are the same, byte for byte, also from another folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --locked -p cargo-rustle
for folder in first "second folder/deeper"; do
  mkdir -p "$work/$folder"
  target/debug/cargo-rustle rustle new "$work/$folder/ledger" \
    --playbook examples/app-server/site.yml -i examples/app-server/inventory.ini >/dev/null
  (cd "$work/$folder/ledger" && cargo build --quiet --release)
  cp "$work/$folder/ledger/target/release/ledger" "$work/$(basename "$folder").bin"
  rm -rf "$work/$folder"
done
cmp "$work/first.bin" "$work/deeper.bin"
echo "reproducible: two clean builds in different folders gave the same $(stat -c %s "$work/first.bin") bytes"
if grep -qF "$work" "$work/first.bin"; then
  echo "reproducible: the executable names the folder it was built in" >&2
  exit 1
fi
