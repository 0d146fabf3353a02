//! Programs that build what a test has made.

use std::path::Path;
use std::process::Command;

/// `program` in `folder`: what it builds lies in `target`, and it asks nobody for crates.
pub fn command(program: &str, folder: &Path, target: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    // A test runs within Cargo; what it says to its own build must not reach this one.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command
}
