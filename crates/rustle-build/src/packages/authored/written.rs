//! A file of TOML in a package, and where things stand in it.

use std::path::Path;
use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use toml::Value;
use toml::de::{DeTable, DeValue};

/// A file of TOML: what it says, and its text, for the places of problems.
#[derive(Clone, Debug)]
pub(super) struct Written {
    file: Arc<SourceFile>,
    table: toml::Table,
}

impl Written {
    /// Reads `text`, which messages call `shown`.
    ///
    /// # Errors
    /// If it is no TOML.
    pub(super) fn parse(shown: String, text: String) -> Result<Written, Box<Problem>> {
        let file = Arc::new(SourceFile { path: shown, text });
        match file.text.parse() {
            Ok(table) => Ok(Written { file, table }),
            Err(error) => {
                let error: toml::de::Error = error;
                let message =
                    format!("{} cannot be read: {}", file.path, error.message().replace('\n', ", "));
                let problem = Problem::error("module-manifest", message);
                Err(Box::new(match error.span() {
                    Some(span) => problem.at(Location::new(&file, span)),
                    None => problem,
                }))
            }
        }
    }

    /// The value at this path of keys.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.table.get(*first)?, |value, key| value.get(*key))
    }

    /// The table at this path, entry by entry.
    pub(super) fn entries(&self, path: &[&str]) -> impl Iterator<Item = (&str, &Value)> {
        let table = self.get(path).and_then(Value::as_table);
        table.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// The problem, at the value at this path, or at the nearest table around where it should be.
    pub(super) fn mark(&self, problem: Problem, path: &[&str]) -> Problem {
        let parsed = DeTable::parse(&self.file.text);
        let span = parsed.ok().and_then(|table| {
            (1..=path.len()).rev().find_map(|length| span_of(table.get_ref(), path.get(..length)?))
        });
        problem.at(Location::new(&self.file, span.unwrap_or(0..0)))
    }
}

/// The span of the value at `path`; of its key if it is a table, which may be as long as the file.
fn span_of(table: &DeTable<'_>, path: &[&str]) -> Option<std::ops::Range<usize>> {
    let (first, rest) = path.split_first()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref().as_ref() == *first)?;
    match (value.get_ref(), rest.is_empty()) {
        (DeValue::Table(_), true) => Some(key.span()),
        (_, true) => Some(value.span()),
        (DeValue::Table(inner), false) => span_of(inner, rest),
        (_, false) => None,
    }
}

/// A key of `[package]` that may be inherited from the workspace around the folder.
pub(super) fn package_key(cargo: &Written, folder: &Path, key: &str) -> Option<Value> {
    let value = cargo.get(&["package", key])?;
    if value.get("workspace").and_then(Value::as_bool) != Some(true) {
        return Some(value.clone());
    }
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        let table: toml::Table = text.parse().ok()?;
        table.get("workspace")?.get("package")?.get(key).cloned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::parse("Cargo.toml".into(), text.into()).unwrap()
    }

    fn marked(written: &Written, path: &[&str]) -> String {
        written.mark(Problem::error("e", ""), path).primary.unwrap().text().to_owned()
    }

    #[test]
    fn places_are_found_or_those_around_them() {
        let cargo =
            written("[package]\nname = \"x\"\n[dependencies]\na = { path = \"../a\" }\nb.path = \"b\"\n");
        assert_eq!(marked(&cargo, &["package", "name"]), "\"x\"");
        assert_eq!(marked(&cargo, &["package", "version"]), "package");
        assert_eq!(marked(&cargo, &["dependencies", "a", "path"]), "\"../a\"");
        assert_eq!(marked(&cargo, &["dependencies", "b", "path"]), "\"b\"");
        assert_eq!(marked(&cargo, &["features", "x"]), "");
        assert_eq!(cargo.get(&["dependencies", "a", "path"]).and_then(Value::as_str), Some("../a"));
    }

    #[test]
    fn no_toml_is_told_where_it_ends_being_one() {
        let problem = Written::parse("Cargo.toml".into(), "[package\n".into()).unwrap_err();
        assert!(problem.primary.is_some() && problem.message.starts_with("Cargo.toml cannot be read"));
    }

    #[test]
    fn what_the_workspace_says_counts() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("modules/x");
        std::fs::create_dir_all(&inner).unwrap();
        let root = "[workspace.package]\nversion = \"2.0.0\"\nauthors = [\"A\"]\n";
        std::fs::write(folder.path().join("Cargo.toml"), root).unwrap();
        let cargo =
            written("[package]\nversion.workspace = true\nlicense = \"MIT\"\nedition.workspace = true\n");
        let key = |key| package_key(&cargo, &inner, key).and_then(|value| value.as_str().map(str::to_owned));
        assert_eq!(key("version").as_deref(), Some("2.0.0"));
        assert_eq!(key("license").as_deref(), Some("MIT"));
        assert_eq!((key("edition"), key("name")), (None, None));
    }
}
