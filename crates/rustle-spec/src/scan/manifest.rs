//! What Cargo.toml says of a package, as far as a scan must know.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::ScanError;

/// A package.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The files in which its crates begin, relative to its folder.
    pub roots: Vec<PathBuf>,
}

/// Reads the Cargo.toml in `folder`.
///
/// # Errors
/// If there is none, or it names no package, or no crate begins anywhere.
pub fn read(folder: &Path) -> Result<Package, ScanError> {
    let table = table(&folder.join("Cargo.toml")).map_err(wrong)?;
    let package =
        table.get("package").and_then(Value::as_table).ok_or_else(|| wrong("it names no package"))?;
    let name = package.get("name").and_then(Value::as_str).ok_or_else(|| wrong("the package has no name"))?;
    let version = match package.get("version") {
        Some(Value::String(version)) => version.clone(),
        None => "0.0.0".to_owned(),
        Some(_) => inherited(folder).ok_or_else(|| wrong("no workspace gives the package its version"))?,
    };
    let library =
        table.get("lib").and_then(|lib| lib.get("path")).and_then(Value::as_str).unwrap_or("src/lib.rs");
    let programs = table.get("bin").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let programs = programs.iter().filter_map(|bin| bin.get("path").and_then(Value::as_str));
    let mut roots: Vec<PathBuf> =
        [library, "src/main.rs"].into_iter().chain(programs).map(PathBuf::from).collect();
    roots.retain(|root| folder.join(root).is_file());
    roots.sort();
    roots.dedup();
    if roots.is_empty() {
        return Err(wrong("there is neither src/lib.rs nor src/main.rs"));
    }
    Ok(Package { name: name.to_owned(), version, roots })
}

/// The version that the workspace gives to its members.
fn inherited(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find_map(|folder| {
        let table = table(&folder.join("Cargo.toml")).ok()?;
        let version = table.get("workspace")?.get("package")?.get("version")?;
        version.as_str().map(str::to_owned)
    })
}

fn table(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    text.parse().map_err(|error: toml::de::Error| error.message().to_owned())
}

fn wrong(message: impl Into<String>) -> ScanError {
    ScanError { file: PathBuf::from("Cargo.toml"), line: 1, col: 1, message: message.into() }
}
