//! `cargo-rustle` itself, built once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program, with the points at which it can be killed (`RUSTLE_FAIL`). It is built when it is first asked for, in the
/// workspace's own target folder, where most of it lies ready; or it is the one that `RUSTLE_TEST_PROGRAM` names.
///
/// # Panics
/// If it cannot be built.
pub fn cargo_rustle() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("RUSTLE_TEST_PROGRAM") {
        Some(there) => there.into(),
        None => build(),
    })
}

/// Where this workspace is built.
pub(super) fn target() -> PathBuf {
    // A test's executable lies in `target/<profile>/deps`.
    let own = std::env::current_exe().expect("a test knows where it lies");
    let target = own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.expect("a test lies in a target folder").to_owned()
}

/// The workspace.
pub(super) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

fn build() -> PathBuf {
    let mut cargo = Command::new(super::surroundings::cargo());
    // The whole workspace's features: what `cargo test --workspace` has built is used again.
    cargo
        .args(["build", "--quiet", "--locked", "--workspace", "--bin", "cargo-rustle"])
        .args(["--features", "cargo-rustle/fail", "--target-dir"])
        .arg(target())
        .current_dir(checkout());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "cargo-rustle cannot be built");
    target().join("debug/cargo-rustle")
}
