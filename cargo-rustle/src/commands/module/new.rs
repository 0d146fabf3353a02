//! `cargo rustle module new`: the crate of a module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_build::packages::authored;
use rustle_schema::package::ModuleId;
use toml_edit::{DocumentMut, Item};

use crate::commands::{rustle, rustle_source};
use crate::failure::{Context, Failure, Result};
use crate::rustle_source::{RustleSource, VERSION};
use crate::show;

pub fn command() -> Command {
    Command::new("new")
        .about("Makes the crate of a module")
        .arg(Arg::new("name").value_name("NAME").required(true).help("In full: `acme.greet`"))
        .arg(
            Arg::new("dir")
                .long("dir")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Where [default: a folder of the package's name]"),
        )
        .arg(rustle())
}

pub fn run(matches: &ArgMatches) -> Result {
    let name = Name::parse(matches.get_one::<String>("name").map(String::as_str).unwrap_or_default())?;
    let source = rustle_source(matches)?;
    let folder = matches.get_one::<PathBuf>("dir").cloned().unwrap_or_else(|| name.package.clone().into());
    if folder.join("Cargo.toml").exists() {
        return Err(Failure::new(format!("{} is a crate already", folder.display())));
    }
    write(&folder, &name, &source)?;
    if let Some(lock) = source.lock_file() {
        fs::copy(&lock, folder.join("Cargo.lock")).context(lock.display())?;
    }
    println!("made the module `{}` in {}", name.full, folder.display());
    println!("  try it:         cargo test --manifest-path {}", show::in_shell(&folder.join("Cargo.toml")));
    println!("  look it over:   cargo rustle module check {}", show::in_shell(&folder));
    println!("  for a runner:   cargo rustle add --file {}", show::in_shell(&folder));
    Ok(ExitCode::SUCCESS)
}

/// The names of a module.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// `acme.web_server`: what a task calls it.
    full: String,
    /// `acme.webserver`: what its package is called, which has no underscores.
    id: ModuleId,
    /// `acme-webserver`.
    package: String,
    /// `rustle_acme_webserver`.
    links: String,
    /// `WebServer`.
    structure: String,
}

impl Name {
    fn parse(full: &str) -> Result<Name> {
        let parts: Vec<&str> = full.split('.').collect();
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if parts.len() < 2 || !parts.iter().all(|part| word(part)) {
            return Err(Failure::Usage(format!(
                "`{full}` is no name for a module: it should be in full, such as `acme.greet`, of lowercase letters, \
                 digits and `_`"
            )));
        }
        let id = authored::id_of(full).map_err(Failure::Usage)?;
        let last = parts.last().copied().unwrap_or_default();
        let capital = |word: &str| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
                .unwrap_or_default()
        };
        Ok(Name {
            full: full.to_owned(),
            package: id.crate_name(),
            links: id.links(),
            id,
            structure: last.split('_').map(capital).collect(),
        })
    }
}

/// The files of a module's crate, with its names to be put in.
const FILES: [(&str, &str); 5] = [
    (".gitignore", "/target\n"),
    ("build.rs", include_str!("../../../module-template/build.rs")),
    ("src/lib.rs", include_str!("../../../module-template/src/lib.rs")),
    ("module.toml", include_str!("../../../module-template/module.toml.in")),
    ("Cargo.toml", include_str!("../../../module-template/Cargo.toml.in")),
];

fn write(folder: &Path, name: &Name, source: &RustleSource) -> Result<()> {
    for (file, text) in FILES {
        let text = match file {
            "src/lib.rs" => text.replace("example.greet", &name.full).replace("Greet", &name.structure),
            "module.toml" => text
                .replace("example.greet", name.id.as_str())
                .replace("0.0.0", env!("CARGO_PKG_RUST_VERSION")),
            "Cargo.toml" => {
                let text = text
                    .replace("rustle_example_greet", &name.links)
                    .replace("example-greet", &name.package)
                    .replace("0.0.0", env!("CARGO_PKG_RUST_VERSION"));
                manifest(&text, source)?
            }
            _ => text.to_owned(),
        };
        let path = folder.join(file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).context(parent.display())?;
        }
        fs::write(&path, text).context(path.display())?;
    }
    Ok(())
}

fn manifest(text: &str, source: &RustleSource) -> Result<String> {
    let mut manifest: DocumentMut = text.parse().context("the module's manifest")?;
    if let Some(dependencies) = manifest.get_mut("dependencies").and_then(Item::as_table_mut) {
        let mut runtime = source.dependency("rustle-runtime");
        // A package is packed without the place that it had its runtime from: a version is what stays.
        if let Some(table) = runtime.as_inline_table_mut()
            && !table.contains_key("version")
        {
            table.insert("version", VERSION.into());
        }
        dependencies.insert("rustle-runtime", Item::Value(runtime));
    }
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(
            Name::parse("acme.web_server").unwrap(),
            Name {
                full: "acme.web_server".into(),
                id: "acme.webserver".parse().unwrap(),
                package: "acme-webserver".into(),
                links: "rustle_acme_webserver".into(),
                structure: "WebServer".into(),
            }
        );
        for bad in ["greet", "Acme.greet", "acme.", "acme.1x", "a b.c", "acme._", "a.b.c.d.e.f.g.h.i"] {
            assert!(matches!(Name::parse(bad), Err(Failure::Usage(_))), "{bad}");
        }
    }

    #[test]
    fn a_crate_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let name = Name::parse("acme.hello").unwrap();
        write(folder.path(), &name, &RustleSource::Version("1.0.0".into())).unwrap();
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(read("Cargo.toml").contains("links = \"rustle_acme_hello\""));
        assert!(read("Cargo.toml").contains("rustle-runtime = \"1.0.0\""));
        assert!(read("module.toml").contains("id = \"acme.hello\""));
        assert!(read("src/lib.rs").contains("name = \"acme.hello\""));
        assert!(read("src/lib.rs").contains("pub struct Hello"));
        write(folder.path(), &name, &RustleSource::Git("https://example.org/r.git".into())).unwrap();
        let git = format!("{{ git = \"https://example.org/r.git\", version = \"{VERSION}\" }}");
        assert!(read("Cargo.toml").contains(&git), "{}", read("Cargo.toml"));
        assert!(!FILES.iter().any(|(file, _)| read(file).to_lowercase().contains("greet")));
    }
}
