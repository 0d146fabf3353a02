//! Where a generated crate takes Rustle from: a checkout, a git repository, or the registry.

use std::path::{Path, PathBuf};

use toml_edit::{InlineTable, Value};

use crate::failure::{Failure, Result};

/// Where a generated crate takes Rustle from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RustleSource {
    /// A checkout on this machine.
    Path(PathBuf),
    /// A git repository.
    Git(String),
    /// Published packages.
    Version(String),
}

/// The version of all of Rustle's packages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

impl RustleSource {
    /// The source that this program comes from: the checkout that it was built in, if that is still there, else the
    /// packages of its version.
    pub fn own() -> RustleSource {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        match checkout.filter(|checkout| is_checkout(checkout)) {
            Some(checkout) => RustleSource::Path(checkout.to_owned()),
            None => RustleSource::Version(VERSION.to_owned()),
        }
    }

    /// Reads `path=DIR`, `git=URL` or `version=V`.
    ///
    /// # Errors
    /// If it is none of them, or no checkout lies there.
    pub fn parse(text: &str) -> Result<RustleSource> {
        match text.split_once('=') {
            Some(("path", path)) => {
                let checkout = std::path::absolute(path)
                    .map_err(|error| Failure::Usage(format!("--rustle {text}: {error}")))?;
                if is_checkout(&checkout) {
                    return Ok(RustleSource::Path(checkout));
                }
                Err(Failure::Usage(format!("--rustle {text}: there is no checkout of Rustle in that folder")))
            }
            Some(("git", url)) if !url.is_empty() => Ok(RustleSource::Git(url.to_owned())),
            Some(("version", version)) if !version.is_empty() => {
                Ok(RustleSource::Version(version.to_owned()))
            }
            _ => Err(Failure::Usage(format!(
                "--rustle {text}: should be `path=DIR`, `git=URL` or `version=V`"
            ))),
        }
    }

    /// The dependency on one of Rustle's packages, as Cargo.toml writes it.
    pub fn dependency(&self, package: &str) -> Value {
        let table = |entries: &[(&str, &str)]| {
            let mut table = InlineTable::new();
            for (key, value) in entries {
                table.insert(*key, Value::from(*value));
            }
            Value::InlineTable(table)
        };
        match self {
            RustleSource::Version(version) => Value::from(version.as_str()),
            RustleSource::Git(url) => table(&[("git", url)]),
            RustleSource::Path(checkout) => {
                let path = checkout.join(folder_of(package));
                table(&[("version", VERSION), ("path", &path.to_string_lossy())])
            }
        }
    }

    /// The lock file that fits: a checkout's, so that a generated crate builds with the versions that it was tested with.
    pub fn lock_file(&self) -> Option<PathBuf> {
        match self {
            RustleSource::Path(checkout) => Some(checkout.join("Cargo.lock")).filter(|lock| lock.exists()),
            _ => None,
        }
    }
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("crates/rustle-runtime/Cargo.toml").exists()
}

/// The folder of a package in a checkout.
fn folder_of(package: &str) -> PathBuf {
    match package.strip_prefix("rustle-module-") {
        Some(name) => Path::new("modules").join(name),
        None => Path::new("crates").join(package),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read() {
        assert_eq!(RustleSource::parse("version=1.2.3").unwrap(), RustleSource::Version("1.2.3".into()));
        assert_eq!(
            RustleSource::parse("git=https://example.org/r.git").unwrap(),
            RustleSource::Git("https://example.org/r.git".into())
        );
        for bad in ["", "path", "git=", "path=/nowhere/at/all", "svn=x"] {
            assert!(matches!(RustleSource::parse(bad), Err(Failure::Usage(_))), "{bad}");
        }
    }

    #[test]
    fn a_checkout_gives_paths() {
        let RustleSource::Path(checkout) = RustleSource::own() else { panic!("tests run in a checkout") };
        let dependency = RustleSource::Path(checkout.clone()).dependency("rustle-module-file").to_string();
        assert!(dependency.contains("modules/file") && dependency.contains("version"), "{dependency}");
        assert!(checkout.join(folder_of("rustle-build")).join("Cargo.toml").exists());
    }
}
