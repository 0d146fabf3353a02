//! A folder with everything that a runner's project needs, and nothing of the user's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use tempfile::TempDir;
use walkdir::WalkDir;

use super::surroundings::{Confined, cargo};
use super::{Package, cargo_rustle};

/// A project, a home, a store, and a home of Cargo's that knows no public registry: whatever asks for one is refused.
pub struct World {
    folder: TempDir,
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// The files of a project by their paths in it: content and the time of the last change.
pub type Snapshot = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// The runtime, as far as Cargo needs it to know what depends on what. Nothing here is compiled.
const RUNTIME: &str =
    "[package]\nname = \"rustle-runtime\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";

const MANIFEST: &str = "[package]\nname = \"runner\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
    [dependencies]\n# What every runner needs.\nrustle-runtime = { version = \"0.1.0\", path = \"../runtime\" } # this one\n\n\
    [workspace]\n";

const CARGO_CONFIG: &str = "[source.crates-io]\nreplace-with = \"nothing\"\n[source.nothing]\ndirectory = \"NOTHING\"\n\
    [net]\nretry = 0\n";

impl World {
    /// A project whose playbook does nothing yet.
    pub fn new() -> World {
        let world =
            World { folder: tempfile::Builder::new().prefix("anywhere-").tempdir().expect("a folder") };
        for folder in ["home", "cargo/nothing", "project/src", "runtime/src"] {
            fs::create_dir_all(world.path(folder)).expect("a folder");
        }
        let put = |name: &str, text: &str| fs::write(world.path(name), text).expect("a file");
        let nothing = world.path("cargo/nothing");
        put("cargo/config.toml", &CARGO_CONFIG.replace("NOTHING", &nothing.to_string_lossy()));
        put("runtime/Cargo.toml", RUNTIME);
        put("runtime/src/lib.rs", "");
        put("project/Cargo.toml", MANIFEST);
        put("project/src/main.rs", "fn main() {}\n");
        world.config("");
        world.plays(&[]);
        world
    }

    /// A world where Cargo knows the public registry, with what the user's own Cargo has of it, and whose project is not
    /// made yet. Nothing that it fetches from elsewhere goes into the user's home.
    pub fn with_public_registry() -> World {
        let world = World::new();
        for folder in ["project", "runtime", "cargo"] {
            fs::remove_dir_all(world.path(folder)).expect("it was made");
        }
        let home = std::env::home_dir().expect("a home");
        let theirs = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
        for part in ["index", "cache", "src"] {
            let ours = world.path("cargo/registry").join(part);
            fs::create_dir_all(&ours).expect("a folder");
            for entry in fs::read_dir(theirs.join("registry").join(part)).into_iter().flatten().flatten() {
                if !entry.file_name().to_string_lossy().starts_with("127.0.0.1") {
                    std::os::unix::fs::symlink(entry.path(), ours.join(entry.file_name())).expect("a link");
                }
            }
        }
        let config = theirs.join("config.toml");
        if config.exists() {
            std::os::unix::fs::symlink(config, world.path("cargo/config.toml")).expect("a link");
        }
        world
    }

    /// A path in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The project's folder.
    pub fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// The user's store.
    pub fn store(&self) -> PathBuf {
        self.path("store")
    }

    /// Writes a file of the project.
    pub fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The text of a file of the project.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.project().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes `rustle.toml`: the playbook, and these tables.
    pub fn config(&self, tables: &str) {
        self.put("rustle.toml", format!("[runner]\nplaybook = \"site.yml\"\n\n{tables}"));
    }

    /// Writes a playbook with a task for each of these modules.
    pub fn plays(&self, modules: &[&str]) {
        let mut text = String::from("- hosts: all\n  gather_facts: false\n  tasks:\n");
        for module in modules {
            text.push_str(&format!("    - {module}:\n        path: /tmp/{module}\n"));
        }
        if modules.is_empty() {
            text.push_str("    []\n");
        }
        self.put("site.yml", text);
    }

    /// Wants a file module and an inline module, beside what the tables say.
    pub fn local_modules(&self) -> String {
        self.put("modules/one.rs", Package::new("acme.file", "1.0.0").source());
        let inline = Package::new("acme.inline", "1.0.0").source();
        format!(
            "\"acme.file\" = {{ file = \"modules/one.rs\" }}\n\"acme.inline\" = {{ inline = '''{inline}''' }}\n"
        )
    }

    /// `cargo rustle` with these arguments, in the project, with an environment that holds what it needs and no more.
    pub fn command(&self, args: &[&str]) -> Command {
        self.confined(&Confined::new(), args)
    }

    /// The same in other surroundings.
    pub fn confined(&self, confined: &Confined, args: &[&str]) -> Command {
        let mut command = self.program(confined, cargo_rustle());
        command.arg("rustle").args(args);
        command
    }

    /// Cargo itself, in these surroundings.
    pub fn cargo(&self, confined: &Confined, args: &[&str]) -> Command {
        let mut command = self.program(confined, Path::new(&cargo()));
        command.args(args);
        command
    }

    fn program(&self, confined: &Confined, program: &Path) -> Command {
        let words = confined.words();
        let mut command = Command::new(words.first().map_or("sh", String::as_str));
        command.args(words.iter().skip(1)).arg(program);
        command.current_dir(self.project()).stdin(Stdio::null()).env_clear();
        command.env("CARGO", cargo());
        for name in ["PATH", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "RUSTC", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        // Where the toolchain lies is what HOME says, to those who come by rustup.
        if std::env::var_os("RUSTUP_HOME").is_none()
            && let Some(home) = std::env::home_dir()
        {
            command.env("RUSTUP_HOME", home.join(".rustup"));
        }
        command
            .env("HOME", self.path("home"))
            .env("CARGO_HOME", self.path("cargo"))
            .env("RUSTLE_CACHE", self.store())
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    /// Runs it.
    pub fn rustle(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// Runs it, and it succeeds: its standard output.
    #[track_caller]
    pub fn succeeds(&self, args: &[&str]) -> String {
        self.rustle(args).succeeded()
    }

    /// Runs it, and it refuses: with exit code 1, saying all of this, and with nothing written.
    #[track_caller]
    pub fn refuses(&self, args: &[&str], says: &[&str]) -> Ran {
        self.refused(&mut self.command(args), says)
    }

    /// Runs a command of this world; it refuses.
    #[track_caller]
    pub fn refused(&self, command: &mut Command, says: &[&str]) -> Ran {
        let before = self.snapshot();
        let ran = Ran::of(command);
        assert_eq!(ran.code, Some(1), "{command:?}\n{}{}", ran.out, ran.err);
        for text in says {
            assert!(ran.err.contains(text), "`{text}` is not in:\n{}", ran.err);
        }
        self.is_still(&before);
        ran
    }

    /// Every file of the project, but what Cargo writes.
    pub fn snapshot(&self) -> Snapshot {
        let files = WalkDir::new(self.project()).into_iter().map(|entry| entry.expect("readable"));
        let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != "Cargo.lock");
        files
            .map(|entry| {
                let path =
                    entry.path().strip_prefix(self.project()).expect("below").to_string_lossy().into_owned();
                let changed = entry.metadata().expect("readable").modified().expect("known");
                (path, (fs::read(entry.path()).expect("readable"), changed))
            })
            .collect()
    }

    /// No byte of the project differs, and no file was written anew.
    #[track_caller]
    pub fn is_still(&self, before: &Snapshot) {
        let after = self.snapshot();
        let names = |it: &Snapshot| it.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(before), names(&after));
        for (path, was) in before {
            assert!(after.get(path) == Some(was), "{path} was written");
        }
    }

    /// Forgets everything that was fetched, also what lies in the project.
    pub fn forget(&self) {
        self.forget_fetched();
        let _ = fs::remove_dir_all(self.project().join(".rustle"));
    }

    /// Forgets everything that was fetched into the user's store and into Cargo's home.
    pub fn forget_fetched(&self) {
        for folder in ["store", "cargo/registry"] {
            let _ = fs::remove_dir_all(self.path(folder));
        }
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

impl Ran {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn of(command: &mut Command) -> Ran {
        Ran::from(command.output().expect("it can be started"))
    }

    /// It has succeeded: its standard output.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}
