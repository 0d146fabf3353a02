//! What a base executable is made of, as one digest.
//!
//! In it: the compiler (`rustc -vV`), target, profile and features; Cargo.toml, Cargo.lock and rustle.lock; the sources of
//! the runner and of every package that Cargo takes from a path; the crates and files of modules that the glue names;
//! environment variables and configuration of Cargo, rustup and C compilers; and this program. Packages from registries
//! and git are what Cargo.lock says. The playbook is not in it: that is in the bundle.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_build::packages::verify::FileModule;
use rustle_package::Digest;

use crate::base::surroundings;
use crate::base::toolchain::Toolchain;
use crate::base::trees::{Trees, is_apart, look};
use crate::cargo_view::View;

/// The build script of every runner that was generated. Another one may read what nobody knows.
const BUILD_SCRIPT: &str = "fnmain(){rustle_build::prepare();}";

/// What is to be built.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The runner's folder.
    pub folder: &'a Path,
    /// What Cargo knows of it.
    pub view: &'a View,
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// The target, where one is named.
    pub target: Option<&'a str>,
    /// Cargo's options that choose profile and features.
    pub options: &'a [String],
    /// The crates of modules that the glue names.
    pub crates: &'a [String],
    /// The files of modules that the glue names.
    pub files: &'a [FileModule],
    /// The key that the executable is pinned to.
    pub signer: Option<&'a str>,
    /// Whether the executable embeds a bundle of its own.
    pub embeds: bool,
}

/// The key of `subject`.
///
/// # Errors
/// Why there is none: then nothing may be taken again.
pub fn of(subject: &Subject<'_>, trees: &mut Trees) -> Result<Digest, String> {
    if subject.target.is_some_and(|target| target.ends_with(".json")) {
        return Err("the target is described by a file of its own".into());
    }
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}\t{value:?}");
    };
    line("program", &program()?);
    line("compiler", &subject.toolchain.version);
    line("target", subject.target.unwrap_or_default());
    line("options", &subject.options.join("\0"));
    line("crates", &subject.crates.join("\0"));
    line("signer", subject.signer.unwrap_or_default());
    line("embeds", if subject.embeds { "yes" } else { "no" });
    for file in subject.files {
        line("file", &format!("{} {} {}", file.id, file.version, Digest::of(file.text.text.as_bytes())));
        line("path", &file.path.as_deref().unwrap_or(Path::new("")).display().to_string());
    }
    line("environment", &surroundings::variables(surroundings::environment()));
    for file in surroundings::configurations(subject.folder) {
        let Ok(bytes) = fs::read(&file) else { continue };
        // A compiler that stands there is not the one that was asked.
        if file.ends_with("config.toml") || file.ends_with("config") {
            match std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<toml::Table>().ok()) {
                Some(table) if table.get("build").and_then(|build| build.get("rustc")).is_none() => {}
                _ => return Err(format!("{} may name a compiler", file.display())),
            }
        }
        line(&file.display().to_string(), &Digest::of(&bytes).to_string());
    }
    sources(subject, trees, &mut line)?;
    Ok(Digest::of(text.as_bytes()))
}

/// This program: it packs, and it says what counts.
fn program() -> Result<String, String> {
    let path = std::env::current_exe().and_then(|path| Ok((fs::metadata(&path)?, path)));
    let (metadata, path) = path.map_err(|error| format!("this program cannot be found: {error}"))?;
    Ok(format!("{} {} {}", env!("CARGO_PKG_VERSION"), path.display(), look(&metadata)))
}

fn sources(
    subject: &Subject<'_>,
    trees: &mut Trees,
    line: &mut impl FnMut(&str, &str),
) -> Result<(), String> {
    let Subject { folder, view, .. } = subject;
    let script = folder.join("build.rs");
    match fs::read_to_string(&script) {
        Ok(text) if is_plain(&text) => line("build.rs", ""),
        Ok(_) => return Err("build.rs does more than `rustle_build::prepare()`".into()),
        Err(_) if subject.embeds => return Err("there is no build.rs".into()),
        Err(_) => {}
    }
    let mut add = |path: &Path, must: bool| -> Result<(), String> {
        if !must && !path.exists() {
            return Ok(());
        }
        let digest = trees.digest(path).map_err(|error| format!("{}: {error}", path.display()))?;
        line(&path.display().to_string(), &digest.to_string());
        Ok(())
    };
    add(&folder.join("Cargo.toml"), true)?;
    add(&folder.join("src"), true)?;
    add(&folder.join("rustle.lock"), false)?;
    add(&view.workspace.join("Cargo.toml"), true)?;
    add(&view.workspace.join("Cargo.lock"), true)?;
    for package in &view.local {
        let digest =
            trees.digest_package(package).map_err(|error| format!("{}: {error}", package.display()))?;
        line(&package.display().to_string(), &digest.to_string());
    }
    Ok(())
}

/// Those of `files` that are not in the key of `subject`.
///
/// # Errors
/// If one is a folder: of those no digest is kept.
pub fn uncovered(subject: &Subject<'_>, files: BTreeSet<PathBuf>) -> Result<BTreeSet<PathBuf>, String> {
    let files: BTreeSet<PathBuf> = files.into_iter().filter(|file| !covers(subject, file)).collect();
    match files.iter().find(|file| file.is_dir()) {
        Some(folder) => Err(format!("a build script watches the folder {}", folder.display())),
        None => Ok(files),
    }
}

/// Whether the content of `file`, or of all that is in it if it is a folder, is in the key of `subject`.
pub fn covers(subject: &Subject<'_>, file: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Subject { folder, view, .. } = subject;
    let names = ["build.rs", "Cargo.toml", "rustle.lock"].map(|name| folder.join(name));
    let locks = ["Cargo.toml", "Cargo.lock"].map(|name| view.workspace.join(name));
    if names.iter().chain(&locks).any(|path| canonical(path) == file)
        || file.starts_with(canonical(&folder.join("src")))
    {
        return true;
    }
    view.local.iter().map(|package| canonical(package)).any(|package| {
        let Ok(below) = file.strip_prefix(&package) else { return false };
        let mut names = below.iter();
        match (names.next(), names.next()) {
            // Nobody knows what somebody who watches all of a package reads there.
            (None, _) => fs::read_dir(&package)
                .is_ok_and(|entries| !entries.flatten().any(|entry| is_apart(&entry.file_name()))),
            (Some(name), None) => !(is_apart(name) && file.is_dir()),
            (Some(name), Some(_)) => !is_apart(name),
        }
    })
}

/// Whether a build script only calls `prepare`.
fn is_plain(text: &str) -> bool {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    code == BUILD_SCRIPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_generated_build_script_is_plain() {
        assert!(is_plain(include_str!("../../template/build.rs")));
        assert!(is_plain("//! Mine.\nfn main() {\n    rustle_build::prepare(); // all\n}\n"));
        assert!(!is_plain(
            "fn main() {\n    rustle_build::prepare();\n    println!(\"cargo::rustc-cfg=x\");\n}\n"
        ));
        assert!(!is_plain(""));
    }

    #[test]
    fn the_key_covers_what_is_in_the_digests() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        for name in
            ["web/src/tests/a.rs", "web/motd", "dep/src/tests/x", "dep/examples/x.json", "plain/lib.rs"]
        {
            fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
            fs::write(home.join(name), "").unwrap();
        }
        let mut view = View::default();
        view.local = ["dep", "plain"].map(|name| home.join(name)).into();
        view.workspace = home.join("web");
        let folder = home.join("web");
        let toolchain = Toolchain::find(&folder, &home, None).unwrap();
        let subject = Subject {
            folder: &folder,
            view: &view,
            toolchain: &toolchain,
            target: None,
            options: &[],
            crates: &[],
            files: &[],
            signer: None,
            embeds: true,
        };
        for name in ["web/src/tests/a.rs", "web/Cargo.lock", "dep/src/tests/x", "dep/src", "plain"] {
            assert!(covers(&subject, &home.join(name)), "{name}");
        }
        for name in
            ["web", "web/motd", "web/rustle.toml", "dep", "dep/examples", "dep/examples/x.json", "else"]
        {
            assert!(!covers(&subject, &home.join(name)), "{name}");
        }
    }
}
