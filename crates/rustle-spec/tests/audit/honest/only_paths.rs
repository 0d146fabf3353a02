use std::ffi::OsStr;
use std::path::{Component, MAIN_SEPARATOR, Path};

use rustle_runtime::prelude::*;

/// Takes paths apart.
#[rustle_module(name = "acme.only_paths")]
pub struct OnlyPaths {
    /// What is worked on.
    name: String,
}

impl Module for OnlyPaths {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let path = Path::new("/etc").join(&self.name).with_extension("conf");
        let parts: Vec<Component<'_>> = path.components().collect();
        let name = path.file_name().map(OsStr::to_owned);
        let _ = (ctx, parts.len(), name, path.parent().map(Path::to_path_buf), path.is_absolute());
        let _ = PathBuf::from("a").starts_with("b") || path.has_root();
        Ok(Outcome::default().with_message(path.display().to_string()))
    }
}

const SEPARATOR: char = MAIN_SEPARATOR;
