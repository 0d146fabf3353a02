//! Writes a runner as a project that needs no build script: all that `rustle_build::prepare()` would generate, as sources
//! and text.

mod main_file;
mod manifest;
mod packages;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_build::Prepared;
use rustle_build::profiles::Profile;
use rustle_bundle::Bundle;
use rustle_bundle::folder::{self, Packing};
use rustle_schema::linked::LinkedModule;

use crate::copy;
use crate::failure::{Context, Failure, Result};
use crate::rustle_source::RustleSource;

/// The folder of the bundle in an ejected project.
const BUNDLE: &str = "bundle";

/// The list of modules in an ejected project.
const LINKED: &str = "linked.json";

/// The folder of the files of modules, below `src`.
const MODULES: &str = "rustle_modules";

/// What is ejected.
pub struct Subject<'a> {
    /// The runner's folder; `None` for a playbook alone.
    pub project: Option<&'a Path>,
    /// The text of its Cargo.toml.
    pub manifest: String,
    /// The text of its `src/main.rs`.
    pub main: String,
    /// What its build script would build.
    pub prepared: &'a Prepared,
    /// The modules that are linked.
    pub linked: Vec<LinkedModule>,
    /// How that was packed.
    pub packing: Packing,
    /// What it is built for.
    pub profile: Profile,
    /// Where Rustle comes from, for what the manifest does not say.
    pub source: &'a RustleSource,
}

/// Writes `subject` into `folder`, which must not be there or be empty. It appears as a whole or not at all.
///
/// # Errors
/// If there is something in the folder, the project has a shape that cannot be ejected, or a file cannot be written.
pub fn write(folder: &Path, subject: &Subject<'_>) -> Result<()> {
    refuse_taken(folder)?;
    let parent = folder.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).context(parent.display())?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let partial = tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".partial")
        .tempdir_in(parent)
        .context(parent.display())?;
    fill(partial.path(), folder, subject)?;
    let partial = partial.keep();
    let placed = open(&partial).and_then(|()| fs::rename(&partial, folder));
    if placed.is_err() {
        // What is left of it would be found by nobody.
        let _ = fs::remove_dir_all(&partial);
    }
    placed.context(folder.display())
}

/// A temporary folder is for its owner alone; a project is not.
#[cfg(unix)]
fn open(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn refuse_taken(folder: &Path) -> Result<()> {
    let taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(error).context(folder.display()),
    };
    match taken {
        true => Err(Failure::new(format!("{} is not empty", folder.display()))
            .help("an ejected runner gets a folder of its own")),
        false => Ok(()),
    }
}

/// Writes everything into `to`, which will become `folder`.
fn fill(to: &Path, folder: &Path, subject: &Subject<'_>) -> Result<()> {
    let manifest =
        manifest::Manifest { text: &subject.manifest, profile: subject.profile, source: subject.source };
    let (text, inside) = manifest.ejected(subject.project, folder)?;
    put(&to.join("Cargo.toml"), text.as_bytes())?;
    if let Some(project) = subject.project {
        copy::sources(&project.join("src"), &to.join("src"))?;
        packages::copy(&inside, project, to, folder)?;
    }
    let lock =
        subject.project.map(|project| project.join("Cargo.lock")).or_else(|| subject.source.lock_file());
    if let Some(lock) = lock.filter(|lock| lock.exists()) {
        fs::copy(&lock, to.join("Cargo.lock")).context(lock.display())?;
    }
    let modules: BTreeSet<String> =
        subject.prepared.compiled.iter().map(|file| file.id.rust_name()).collect();
    for file in &subject.prepared.compiled {
        let path = PathBuf::from("src").join(MODULES).join(format!("{}.rs", file.id.rust_name()));
        put(&to.join(path), file.text.text.as_bytes())?;
    }
    let signer = subject.prepared.signer.as_deref();
    let glue = main_file::Glue { crates: &subject.prepared.crates, modules: &modules, signer };
    put(&to.join("src/main.rs"), glue.in_place(&subject.main)?.as_bytes())?;
    put(&to.join(LINKED), &linked(&subject.linked)?)?;
    put(&to.join(".gitignore"), b"/target\n")?;
    let bundle = subject.prepared.bundle.open().context("the bundle")?;
    let bundle_folder = to.join(BUNDLE);
    folder::unpack(&bundle, &subject.packing, &bundle_folder)
        .map_err(|error| Failure::new(error.to_string()))?;
    // What was written is packed again as the compiler will, so that an ejected runner is never another one.
    let packed = folder::pack(&bundle_folder).map_err(|error| Failure::new(error.to_string()))?;
    let again = Bundle::open(packed.bundle).context("the bundle")?;
    if again.digest() != bundle.digest() {
        return Err(Failure::new(format!(
            "the ejected bundle would have the digest {}, and not {}: this is a fault of Rustle",
            again.digest(),
            bundle.digest()
        )));
    }
    Ok(())
}

/// The list of modules as text.
fn linked(modules: &[LinkedModule]) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(modules).context(LINKED)?;
    text.push(b'\n');
    Ok(text)
}

fn put(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).context(parent.display())?;
    }
    fs::write(path, content).context(path.display())
}
