//! What Cargo and compilers read beside sources: environment variables, and files of configuration.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_package::Digest;

/// Variables that change what is built, by how they begin.
const PREFIXES: [&str; 9] = [
    "CARGO_BUILD_",
    "CARGO_CFG_",
    "CARGO_ENCODED_",
    "CARGO_HOST_",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "RUSTC",
];

/// More of them, by their whole name.
const NAMES: [&str; 13] = [
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "DEVELOPER_DIR",
    "LD_RUN_PATH",
    "LIBRARY_PATH",
    "MACOSX_DEPLOYMENT_TARGET",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "SDKROOT",
    "SOURCE_DATE_EPOCH",
    "ZERO_AR_DATE",
];

/// What crates that compile C read, also with `HOST_` or `TARGET_` before and `_<target>` behind.
const C_TOOLS: [&str; 10] =
    ["AR", "ARFLAGS", "CC", "CFLAGS", "CPPFLAGS", "CXX", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG", "RANLIB"];

/// Where nothing is built differently: where it lies, and how it is told.
const HARMLESS: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_JOBS"];

/// Names of files that Cargo and rustup look for in every folder from the current one upwards.
const CONFIGURATIONS: [&str; 4] =
    [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// Whether this variable changes what is built.
fn counts(name: &str) -> bool {
    let bare = name.strip_prefix("HOST_").or_else(|| name.strip_prefix("TARGET_")).unwrap_or(name);
    let of_c =
        |tool: &str| bare.strip_prefix(tool).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    !HARMLESS.contains(&name)
        && (NAMES.contains(&name)
            || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || C_TOOLS.iter().any(|tool| of_c(tool)))
}

/// The variables among `all` that change what is built, one a line.
pub fn variables(all: impl Iterator<Item = (String, String)>) -> String {
    let found: BTreeMap<String, String> = all.filter(|(name, _)| counts(name)).collect();
    found.iter().map(|(name, value)| format!("{name}={value:?}\n")).collect()
}

/// This process's variables.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

/// Every file of configuration that Cargo and rustup may read for the package in `folder`, whether it is there or not.
pub fn configurations(folder: &Path) -> Vec<PathBuf> {
    let home = |name: &str, otherwise: &str| {
        let named = std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        named.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(otherwise)))
    };
    let mut files = Vec::new();
    // Cargo looks from the current folder upwards; who works elsewhere may mean either.
    for start in [std::env::current_dir().ok(), Some(folder.to_owned())].into_iter().flatten() {
        files.extend(start.ancestors().flat_map(|folder| CONFIGURATIONS.map(|name| folder.join(name))));
    }
    files.extend(
        home("CARGO_HOME", ".cargo")
            .iter()
            .flat_map(|home| ["config.toml", "config"].map(|it| home.join(it))),
    );
    files.extend(home("RUSTUP_HOME", ".rustup").map(|home| home.join("settings.toml")));
    files.sort();
    files.dedup();
    files
}

/// The digest of the file at `path`; `None` if there is none that can be read.
pub fn digest(path: &Path) -> Option<Digest> {
    fs::read(path).ok().map(|bytes| Digest::of(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_a_build_counts() {
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER",
            "CC",
            "CFLAGS_x86_64_unknown_linux_gnu",
            "TARGET_CC",
            "RUSTC_WRAPPER",
        ] {
            assert!(counts(name), "{name}");
        }
        for name in
            ["HOME", "CCACHE", "ARCHIVE", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "RUST_BACKTRACE", "PATH"]
        {
            assert!(!counts(name), "{name}");
        }
        let pairs = [("B", "1"), ("RUSTFLAGS", "-Cx\n"), ("CC", "gcc")];
        let text = variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        assert_eq!(text, "CC=\"gcc\"\nRUSTFLAGS=\"-Cx\\n\"\n");
    }

    #[test]
    fn configurations_are_looked_for_upwards() {
        let files = configurations(Path::new("/a/b"));
        for name in ["/a/b/.cargo/config.toml", "/a/.cargo/config", "/rust-toolchain.toml"] {
            assert!(files.contains(&PathBuf::from(name)), "{name}");
        }
    }
}
