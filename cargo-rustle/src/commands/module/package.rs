//! `cargo rustle module package`: one file that stock Cargo and every source of ours takes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::packages::manifest::CANONICAL;
use rustle_build::packages::write_atomic;
use rustle_package::signature::{self, SignError};
use rustle_package::tree::is_left_out;
use rustle_package::{Digest, Tree, archive};
use rustle_schema::package::manifest::PackageManifest;

use super::check::{look, sound};
use super::{folder, folder_of, index_line, key, normalised, password};
use crate::failure::{Context, Failure, Result};
use crate::show::{count, size};

pub fn command() -> Command {
    Command::new("package")
        .about("Checks a module, and packs it into one file that every source takes")
        .arg(folder())
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("OUT")
                .value_parser(value_parser!(PathBuf))
                .help("The file, or the folder for it [default: target/package in the module's folder]"),
        )
        .arg(
            Arg::new("sign")
                .long("sign")
                .value_name("KEYFILE")
                .value_parser(value_parser!(PathBuf))
                .action(ArgAction::Append)
                .help("Signs it with this secret key; may be given more than once"),
        )
        .arg(
            Arg::new("index-line")
                .long("index-line")
                .action(ArgAction::SetTrue)
                .help("Prints the line for a registry's index and nothing else"),
        )
        .after_help(
            "The same files give the same bytes, but for signatures, which differ each time.\n\
             The password of a key comes from the terminal or from RUSTLE_SIGN_PASSWORD.",
        )
}

/// What errors keep from being done.
const KEPT: &str = "nothing was packed";

pub fn run(matches: &ArgMatches) -> Result {
    let folder = folder_of(matches);
    let keys: Vec<Key> = matches
        .get_many::<PathBuf>("sign")
        .into_iter()
        .flatten()
        .map(|path| Key::read(path))
        .collect::<Result<_>>()?;
    let (_, manifest) = sound(&folder, keys.is_empty())?;
    let name = format!("{}-{}", manifest.id.crate_name(), manifest.version);
    let output = output(matches, &folder, &name)?;
    let mut tree = normalised::files(&folder)?;
    tree.insert(CANONICAL, canonical(&manifest)?).context(CANONICAL)?;
    // What was packed must be a package itself: a file that Cargo leaves out may be missing.
    let scratch = tempfile::tempdir().context("a folder for the time being")?;
    let written = scratch.path().join(&name);
    tree.write(&written).context("the package")?;
    let packed = look(&written, keys.is_empty())?;
    if packed.problems.errors() > 0 {
        return Err(Failure::Refused(KEPT, packed.problems));
    }
    for key in &keys {
        let text = key.sign(&tree, &manifest)?;
        tree.insert(format!("{}.minisig", key.name), text).context("the signature")?;
    }
    let bytes = archive::pack(&tree, &name).context("the package")?;
    let digest = Digest::of(&bytes);
    let signers = signature::claimed(&tree);
    let line = index_line::of(
        &written,
        &index_line::Package {
            cksum: &digest.hex(),
            modules: manifest.dependencies.keys().chain(manifest.dev_dependencies.keys()).collect(),
            permissions: &packed.permissions,
            signers: &signers,
        },
    )?;
    if let Some(parent) = output.parent() {
        std::fs::create_dir_all(parent).context(parent.display())?;
    }
    write_atomic(&output, &bytes).context(output.display())?;
    if matches.get_flag("index-line") {
        println!("{line}");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", output.display());
    println!("  package  {} {}", manifest.id, manifest.version);
    println!("  holds    {}, {}", count(tree.files().len(), "file"), size(bytes.len() as u64));
    println!("  sha256   {}", digest.hex());
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    println!(
        "  signed   {}",
        if names.is_empty() { "by nobody".to_owned() } else { format!("by {}", names.join(", ")) }
    );
    println!("  index    {line}");
    Ok(ExitCode::SUCCESS)
}

/// The canonical form of the manifest.
fn canonical(manifest: &PackageManifest) -> Result<String> {
    let text = serde_json::to_string_pretty(manifest).context(CANONICAL)?;
    Ok(format!("{text}\n"))
}

/// Where the archive is written: nowhere where it would be part of the next one.
fn output(matches: &ArgMatches, folder: &Path, name: &str) -> Result<PathBuf> {
    let file = format!("{name}.crate");
    let output = match matches.get_one::<PathBuf>("output") {
        None => return Ok(folder.join("target/package").join(file)),
        Some(output) if output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/') => {
            output.join(file)
        }
        Some(output) => output.clone(),
    };
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let absolute = std::path::absolute(&output).context(output.display())?;
    let parent = absolute.parent().map(canonical).unwrap_or_default();
    if let Ok(inside) = parent.strip_prefix(canonical(folder))
        && !is_left_out(&inside.join("x").to_string_lossy())
    {
        return Err(Failure::Usage(format!(
            "{} lies in the package, and would be part of the next archive: choose a folder outside of it, or `target`",
            output.display()
        )));
    }
    Ok(output)
}

/// A secret key, as its file has it.
struct Key {
    name: String,
    path: PathBuf,
    secret: String,
}

impl Key {
    fn read(path: &Path) -> Result<Key> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if !key::is_name(&name) {
            return Err(Failure::Usage(format!(
                "--sign {}: the signature is called as the file: letters, digits, `-` and `_` before the ending",
                path.display()
            )));
        }
        let secret = std::fs::read_to_string(path).context(path.display())?;
        Ok(Key { name, path: path.to_owned(), secret })
    }

    /// Signs the package; asks for a password if the key has one.
    fn sign(&self, tree: &Tree, manifest: &PackageManifest) -> Result<String> {
        let (id, version) = (manifest.id.as_str(), manifest.version.to_string());
        let sign = |password: Option<&str>| {
            signature::sign(tree, id, &version, &self.secret, password, SystemTime::now())
        };
        let signed = match sign(None) {
            Err(SignError::Password) => sign(Some(&password::of_key(&self.path.to_string_lossy())?)),
            other => other,
        };
        signed.context(self.path.display())
    }
}
