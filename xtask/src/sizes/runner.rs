//! Runners that are built to be measured: with the profile that a user's has, and without a bundle.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustle_build::linked;
use rustle_build::profiles::Profile;

/// The package's name.
const PACKAGE: &str = "runner";

/// A key of minisign: a runner that is pinned to one has what checks signatures.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

/// What a runner is made of beside the runtime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe<'a> {
    /// Packages of modules, and companions.
    pub(crate) packages: &'a [&'a str],
    /// Whether it is pinned to a key.
    pub(crate) signer: bool,
}

/// Where runners are built, one after another.
pub(crate) struct Workshop {
    root: PathBuf,
    folder: PathBuf,
    target: &'static str,
    profile: Profile,
}

impl Workshop {
    /// In the target folder of the repository `root`, so that a second measurement finds the dependencies compiled.
    pub(crate) fn new(root: &Path, target: &'static str, profile: Profile) -> io::Result<Workshop> {
        let folder = crate::target().join("sizes");
        fs::create_dir_all(folder.join("src"))?;
        Ok(Workshop { root: root.to_owned(), folder, target, profile })
    }

    /// The bytes of a finished executable.
    pub(crate) fn size(&self, recipe: &Recipe<'_>) -> io::Result<u64> {
        let length = fs::metadata(self.build(recipe, "target", &[])?)?.len();
        let signer = if recipe.signer { " and a signer" } else { "" };
        eprintln!("sizes: {length} bytes with {:?}{signer}", recipe.packages);
        Ok(length)
    }

    /// The same executable, with its symbols. Their names say for which types generic code was made, as they do not by
    /// default: so all of it is compiled once more, in a folder of its own.
    pub(crate) fn with_symbols(&self, recipe: &Recipe<'_>) -> io::Result<Vec<u8>> {
        fs::read(self.build(recipe, "named", &["-C", "symbol-mangling-version=v0", "-C", "strip=none"])?)
    }

    fn build(&self, recipe: &Recipe<'_>, target: &str, flags: &[&str]) -> io::Result<PathBuf> {
        fs::write(self.folder.join("Cargo.toml"), self.manifest(recipe))?;
        fs::write(self.folder.join("src/main.rs"), program(recipe))?;
        fs::copy(self.root.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        // Writes the crate into Cargo.lock, of which the list of what is linked is made.
        self.cargo(&["metadata", "--format-version", "1", "--offline"], target, &[])?;
        let lock = fs::read_to_string(self.folder.join("Cargo.lock"))?;
        let mut list = linked::of_base(&lock, PACKAGE);
        list.modules.retain(|module| recipe.packages.contains(&module.krate.as_str()));
        let list = rustle_bundle::pack_linked(&list).map_err(io::Error::other)?;
        fs::write(self.folder.join("src/linked"), list)?;
        let line = ["build", "--release", "--offline", "--quiet", "--target", self.target];
        self.cargo(&line, target, flags)?;
        Ok(self.folder.join(target).join(self.target).join("release").join(PACKAGE))
    }

    fn cargo(&self, arguments: &[&str], target: &str, flags: &[&str]) -> io::Result<()> {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(&self.folder).stdout(Stdio::null());
        command.env("CARGO_TARGET_DIR", self.folder.join(target)).env_remove("RUSTFLAGS");
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        let failed = || io::Error::other(format!("cargo {} failed", arguments.join(" ")));
        command.status()?.success().then_some(()).ok_or_else(failed)
    }

    fn manifest(&self, recipe: &Recipe<'_>) -> String {
        let mut text = format!(
            "[package]\nname = \"{PACKAGE}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.release]\n"
        );
        for (key, value) in self.profile.keys() {
            let _ = writeln!(text, "{key} = {value}");
        }
        text.push_str("\n[dependencies]\n");
        for package in ["rustle-runtime"].iter().chain(recipe.packages) {
            let folder = match package.strip_prefix("rustle-module-") {
                Some(name) => self.root.join("modules").join(name),
                None => self.root.join("crates").join(package),
            };
            let path = toml::Value::from(folder.to_string_lossy().into_owned());
            let _ = writeln!(text, "{package} = {{ path = {path} }}");
        }
        text
    }
}

fn program(recipe: &Recipe<'_>) -> String {
    let uses: String =
        recipe.packages.iter().map(|package| format!("use {} as _;\n", package.replace('-', "_"))).collect();
    let signer = match recipe.signer {
        true => format!("Some(rustle_runtime::runner::Signer::pinned({KEY:?}))"),
        false => "None".to_owned(),
    };
    format!(
        "{uses}use rustle_runtime::__private::include_dir::Dir;
use rustle_runtime::runner::{{Beside, Embedded, main_with}};

static BUNDLE: Dir<'static> = Dir::new(\"\", &[]);

fn main() -> std::process::ExitCode {{
    let embedded = Embedded {{ bundle: &BUNDLE, linked: include_bytes!(\"linked\"), signer: {signer}, name: {PACKAGE:?}, version: \"0.1.0\" }};
    main_with(&embedded, &Beside {{ object: None, live: &[] }})
}}
"
    )
}
