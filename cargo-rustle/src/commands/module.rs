//! `cargo rustle module new`: the crate of a module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use toml_edit::{DocumentMut, Item};

use crate::failure::{Context, Failure, Result};
use crate::rustle_source::RustleSource;

pub fn command() -> Command {
    Command::new("module")
        .about("Makes modules")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
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
                .arg(
                    Arg::new("rustle")
                        .long("rustle")
                        .value_name("SOURCE")
                        .help("Where Rustle comes from: `path=DIR`, `git=URL` or `version=V`"),
                ),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(("new", matches)) = matches.subcommand() else {
        return Err(Failure::Usage("there is no such command".into()));
    };
    let name = Name::parse(matches.get_one::<String>("name").map(String::as_str).unwrap_or_default())?;
    let source = match matches.get_one::<String>("rustle") {
        Some(text) => RustleSource::parse(text)?,
        None => RustleSource::own(),
    };
    let folder = matches.get_one::<PathBuf>("dir").cloned().unwrap_or_else(|| name.package.clone().into());
    if folder.join("Cargo.toml").exists() {
        return Err(Failure::new(format!("{} is a crate already", folder.display())));
    }
    write(&folder, &name, &source)?;
    if let Some(lock) = source.lock_file() {
        fs::copy(&lock, folder.join("Cargo.lock")).context(lock.display())?;
    }
    println!("made the module `{}` in {}", name.full, folder.display());
    println!("  try it:         cargo test --manifest-path {}/Cargo.toml", folder.display());
    println!("  for a runner:   cargo add --path {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// The names of a module.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// `acme.greet`.
    full: String,
    /// `acme-greet`.
    package: String,
    /// `rustle_acme_greet`.
    links: String,
    /// `Greet`.
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
            package: full.replace(['.', '_'], "-"),
            links: format!("rustle_{}", full.replace('.', "_")),
            structure: last.split('_').map(capital).collect(),
        })
    }
}

/// The files of a module's crate, with its names to be put in.
const FILES: [(&str, &str); 3] = [
    ("build.rs", include_str!("../../module-template/build.rs")),
    ("src/lib.rs", include_str!("../../module-template/src/lib.rs")),
    ("Cargo.toml", include_str!("../../module-template/Cargo.toml.in")),
];

fn write(folder: &Path, name: &Name, source: &RustleSource) -> Result<()> {
    for (file, text) in FILES {
        let text = text
            .replace("example.greet", &name.full)
            .replace("example-greet", &name.package)
            .replace("rustle_example_greet", &name.links)
            .replace("Greet", &name.structure);
        let text = if file == "Cargo.toml" { manifest(&text, source)? } else { text };
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
        dependencies.insert("rustle-runtime", Item::Value(source.dependency("rustle-runtime")));
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
                package: "acme-web-server".into(),
                links: "rustle_acme_web_server".into(),
                structure: "WebServer".into(),
            }
        );
        for bad in ["greet", "Acme.greet", "acme.", "acme.1x", "a b.c"] {
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
        assert!(read("src/lib.rs").contains("name = \"acme.hello\""));
        assert!(read("src/lib.rs").contains("pub struct Hello"));
        assert!(!FILES.iter().any(|(file, _)| read(file).to_lowercase().contains("greet")));
    }
}
