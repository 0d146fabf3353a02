//! The types of `rustle_runtime::args`, which every module may use.
//!
//! The build cannot see the runtime: it must not depend on it. So what its argument types are is a committed file,
//! `shared_types.json`, which `cargo xtask catalogue` writes from the runtime's sources with this very scan, and which a
//! test compares with what the compiled runtime says of the same types.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use rustle_schema::module_spec::ArgType;

use super::sources::Sources;
use super::{Cfg, ScanError, lower, tree, with_deep_stack};

const TEXT: &str = include_str!("shared_types.json");

/// The shared types by name.
pub fn types() -> &'static BTreeMap<String, ArgType> {
    static TYPES: OnceLock<BTreeMap<String, ArgType>> = OnceLock::new();
    // The file is part of this crate, and a test reads it; where it is broken there are no shared types.
    TYPES.get_or_init(|| serde_json::from_str(TEXT).unwrap_or_default())
}

/// Reads them from the sources of the runtime.
///
/// # Errors
/// Whatever cannot be read.
pub fn read(runtime: &Path) -> Result<BTreeMap<String, ArgType>, Vec<ScanError>> {
    with_deep_stack(|| {
        let mut errors = Vec::new();
        let unix = Cfg::new().with_name("unix");
        let krate = tree::read(&Sources::new(runtime), "src/lib.rs".as_ref(), &unix, &mut errors);
        let types = lower::types(&krate, &["args"], &mut errors);
        if errors.is_empty() { Ok(types) } else { Err(errors) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_file_is_what_the_runtime_says() {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rustle-runtime");
        assert_eq!(&read(&runtime).unwrap(), types(), "`cargo xtask catalogue` writes it anew");
    }
}
