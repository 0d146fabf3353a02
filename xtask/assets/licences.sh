#!/usr/bin/env bash
# Licences, bans and sources of everything that is linked, as deny.toml says; `advisories` besides, where the database of
# advisories can be had. Installs cargo-deny where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PWD/target/tools/bin:$PATH
command -v cargo-deny >/dev/null || cargo install --quiet --locked cargo-deny --root target/tools
cargo deny --locked check licenses bans sources
if cargo deny --locked fetch db 2>/dev/null; then
  cargo deny --locked check advisories
else
  echo "licences: the database of advisories cannot be reached; advisories were not checked" >&2
fi
