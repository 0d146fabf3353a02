//! What Cargo's configuration says of target and flags: the nearest file wins, and variables win over files.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// What is configured.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CargoConfig {
    /// `build.target`; several, where Cargo builds for each.
    pub targets: Vec<String>,
    /// Where flags for every target come from, if there are some.
    pub flags: Option<&'static str>,
}

impl CargoConfig {
    /// What Cargo reads when it is called here.
    pub fn here() -> CargoConfig {
        let home = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
        let mut folders: Vec<PathBuf> = Vec::new();
        if let Ok(current) = std::env::current_dir() {
            folders.extend(current.ancestors().map(|folder| folder.join(".cargo")));
        }
        folders.extend(home);
        CargoConfig::read(&folders, |name| std::env::var(name).ok())
    }

    /// Reads these folders, the nearest first.
    fn read(folders: &[PathBuf], variable: impl Fn(&str) -> Option<String>) -> CargoConfig {
        let mut config = CargoConfig::default();
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        config.targets.extend(set("CARGO_BUILD_TARGET"));
        config.flags = set("CARGO_BUILD_RUSTFLAGS").map(|_| "CARGO_BUILD_RUSTFLAGS");
        for folder in folders {
            // As Cargo does: the name without an ending wins.
            let files = ["config", "config.toml"].map(|name| folder.join(name));
            let text = files.iter().find_map(|file| fs::read_to_string(file).ok()).unwrap_or_default();
            // What is wrong with it, Cargo says.
            let Ok(table) = text.parse::<Table>() else { continue };
            let Some(build) = table.get("build") else { continue };
            if config.targets.is_empty() {
                config.targets = texts(build.get("target"), |target| match target.ends_with(".json") {
                    // It is relative to the folder in which `.cargo` is.
                    true => {
                        let base = folder.parent().unwrap_or(folder);
                        base.join(target).to_string_lossy().into_owned()
                    }
                    false => target.to_owned(),
                });
            }
            if config.flags.is_none() && !texts(build.get("rustflags"), str::to_owned).is_empty() {
                config.flags = Some("`[build] rustflags` of Cargo's configuration");
            }
        }
        config
    }
}

/// One text, or a list of them.
fn texts(value: Option<&Value>, of: impl Fn(&str) -> String) -> Vec<String> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_str).filter(|text| !text.trim().is_empty()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_wins_and_variables_win_over_files() {
        let home = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let folders = ["a/.cargo", ".cargo"].map(|name| home.path().join(name));
        let read = |name: &'static str| {
            CargoConfig::read(&folders, |asked| (asked == name).then(|| "set".to_owned()))
        };
        assert_eq!(read(""), CargoConfig::default());
        put(".cargo/config.toml", "[build]\ntarget = \"far\"\nrustflags = [\"-Cx\"]\n");
        put("a/.cargo/config.toml", "[build]\ntarget = [\"one\", \"own.json\"]\n");
        let own = home.path().join("a/own.json").to_string_lossy().into_owned();
        assert_eq!(read("").targets, ["one".to_owned(), own]);
        assert_eq!(read("").flags, Some("`[build] rustflags` of Cargo's configuration"));
        assert_eq!(read("CARGO_BUILD_TARGET").targets, ["set"]);
        assert_eq!(read("CARGO_BUILD_RUSTFLAGS").flags, Some("CARGO_BUILD_RUSTFLAGS"));
        put("a/.cargo/config", "[build]\ntarget = \"older\"\nrustflags = \"\"\n");
        assert_eq!(read("").targets, ["older"]);
    }
}
