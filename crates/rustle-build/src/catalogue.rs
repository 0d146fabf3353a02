//! The builtin modules, as a committed file says: `cargo xtask catalogue` writes it from their sources.

use std::sync::OnceLock;

use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;

const TEXT: &str = include_str!("catalogue.json");

/// The specification of every builtin module, by name.
pub fn builtin() -> &'static [ModuleSpec] {
    static CATALOGUE: OnceLock<Vec<ModuleSpec>> = OnceLock::new();
    // The file is part of this crate, and a test reads it; where it is broken there are no builtin modules.
    CATALOGUE.get_or_init(|| serde_json::from_str(TEXT).unwrap_or_default())
}

/// The builtin module called `name`, by any of its names.
pub fn find(name: &str) -> Option<&'static ModuleSpec> {
    let name = names::canonical(name);
    let has = |spec: &&ModuleSpec| spec.name == name || spec.aliases.iter().any(|alias| alias == name);
    builtin().iter().find(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_can_be_read() {
        let modules: Vec<ModuleSpec> = serde_json::from_str(TEXT).unwrap();
        let names: Vec<&str> = modules.iter().map(|spec| spec.name.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        assert_eq!(builtin(), modules);
    }
}
