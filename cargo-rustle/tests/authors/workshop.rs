//! A place where modules are made, a runner that takes them, and a user's own folders, all of them thrown away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustle_package::archive::{self, Format};
use rustle_package::{Limits, Tree};
use serde_json::Value;
use tempfile::TempDir;

/// What a command did.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The same, if all went well.
    #[track_caller]
    pub fn well(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    /// That it was refused, with this code among those that were told.
    #[track_caller]
    pub fn refused(self, code: &str) -> Ran {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        assert!(self.err.contains(&format!("error[{code}]: ")), "{code} is not in\n{}", self.err);
        self
    }

    /// What was printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The sha256 that packing printed.
    pub fn sha256(&self) -> String {
        let line = self.out.lines().find_map(|line| line.strip_prefix("  sha256   "));
        line.expect("a sum").to_owned()
    }
}

pub struct Workshop {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

const SITE: &str = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n        msg: hi\n";

impl Workshop {
    /// An empty one.
    pub fn new() -> Workshop {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("no-policy.toml"), "").unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let environment = [
            ("RUSTLE_CACHE", at("store")),
            ("RUSTLE_POLICY", at("no-policy.toml")),
            ("XDG_CONFIG_HOME", at("config")),
            ("CARGO_TERM_COLOR", "never".to_owned()),
            ("CARGO_NET_OFFLINE", "true".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Workshop { folder, environment }
    }

    /// The same with another variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Workshop {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}: {text}");
        self.put(name, &text.replace(from, to));
    }

    /// Runs `cargo rustle …` in the workshop.
    pub fn rustle(&self, args: &[&str]) -> Ran {
        self.within("", args)
    }

    /// Runs `cargo rustle …` in the runner's folder.
    pub fn runner(&self, args: &[&str]) -> Ran {
        self.within("web", args)
    }

    fn within(&self, folder: &str, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-rustle"))
            .arg("rustle")
            .args(args)
            .current_dir(self.path(folder))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove("RUSTLE_SIGN_PASSWORD")
            .envs(self.environment.iter().filter(|(name, _)| name == "RUSTLE_SIGN_PASSWORD").cloned())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Makes the module `acme.hello`, in `hello`.
    pub fn hello(self) -> Workshop {
        self.rustle(&["module", "new", "acme.hello", "--dir", "hello"]).well();
        self
    }

    /// Makes a runner, in `web`.
    pub fn web(self) -> Workshop {
        self.put("site.yml", SITE);
        self.rustle(&["new", "web", "--playbook", "site.yml"]).well();
        self
    }

    /// Makes the key `name` for ids below `acme`, and gives its table for rustle.toml.
    pub fn key(&self, name: &str) -> String {
        let made =
            self.rustle(&["module", "key", name, "--dir", "keys", "--prefix", "acme", "--no-password"]);
        made.well().out
    }

    /// Packs `hello` as `name`, signed by these keys.
    pub fn pack(&self, name: &str, keys: &[&str]) -> Vec<u8> {
        let keys: Vec<String> = keys.iter().map(|key| format!("keys/{key}.key")).collect();
        let signs = keys.iter().flat_map(|key| ["--sign", key.as_str()]);
        let args: Vec<&str> = ["module", "package", "hello", "-o", name].into_iter().chain(signs).collect();
        self.rustle(&args).well();
        fs::read(self.path(name)).unwrap()
    }

    /// Puts these lines behind what rustle.toml of the runner has of itself.
    pub fn configure(&self, lines: &str) {
        let config = self.read("web/rustle.toml");
        let own = config.split("# tested\n").next().unwrap_or_default();
        self.put("web/rustle.toml", &format!("{own}# tested\n{lines}"));
    }
}

/// The files in an archive.
pub fn unpacked(archive: &[u8]) -> Tree {
    archive::unpack(archive, Format::TarGz, &Limits::default()).unwrap()
}

/// An archive of these files.
pub fn packed(tree: &Tree) -> Vec<u8> {
    archive::pack(tree, "acme-hello-0.1.0").unwrap()
}

/// The files without those that `leave` names.
pub fn without(tree: &Tree, leave: impl Fn(&str) -> bool) -> Tree {
    let files = tree.files().iter().filter(|(path, _)| !leave(path));
    let files = files.map(|(path, file)| (path.clone(), file.clone()));
    Tree::from_files(files, &Limits::default()).unwrap()
}

/// Whether anything is there, a link that leads nowhere too.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
