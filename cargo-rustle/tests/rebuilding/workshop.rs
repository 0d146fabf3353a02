//! Folders with playbooks, executables that are none but look like one, and the program itself.

use std::fs;
use std::path::{Path, PathBuf};

use rustle_schema::linked::{LINKED_FORMAT, Linked, LinkedCrate, LinkedModule};
use tempfile::TempDir;

use crate::program::{self, Ran};

/// A folder to work in.
pub struct Workshop {
    folder: TempDir,
}

/// A playbook that says `message`.
pub fn saying(message: &str) -> String {
    format!(
        "- name: Greet\n  hosts: all\n  gather_facts: false\n  tasks:\n    - name: Say it\n      debug:\n        msg: {message}\n"
    )
}

impl Workshop {
    pub fn new() -> Workshop {
        Workshop { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn rustle(&self, args: &[&str]) -> Ran {
        program::rustle(self.folder.path(), args, &[])
    }

    /// The same, and it must succeed.
    pub fn done(&self, args: &[&str]) -> String {
        let ran = self.rustle(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// The same, and what it prints is JSON.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.rustle(args).out).unwrap()
    }

    /// A runner of `playbook`: an executable by its first bytes alone, with these modules linked. The bundle is appended.
    pub fn runner(&self, name: &str, playbook: &str, modules: &[&str]) {
        self.put(name, executable(modules));
        self.put("first.yml", saying("first"));
        let first = self.bundle("first.yml");
        rustle_bundle::append(&self.path(name), &self.path(name), &first).unwrap();
        self.done(&["repack", name, "--playbook", playbook, "--in-place"]);
    }

    /// A bundle of `playbook` with a name and a version.
    pub fn bundle(&self, playbook: &str) -> Vec<u8> {
        let mut options = rustle_build::BuildOptions {
            folder: self.folder.path().to_owned(),
            name: "web".into(),
            version: "1.2.3".into(),
            ..Default::default()
        };
        options.config.runner.source = Some(rustle_build::PlanSource::Playbook(playbook.into()));
        rustle_build::build_bundle(&options).unwrap().bundle.bytes().unwrap().into_owned()
    }
}

/// What looks like an executable, in which the list of `modules` lies somewhere.
pub fn executable(modules: &[&str]) -> Vec<u8> {
    pinned(modules, None)
}

/// The same, and it says that it is pinned to the key of `signer`.
pub fn pinned(modules: &[&str], signer: Option<&str>) -> Vec<u8> {
    let module = |name: &&str| {
        let spec = rustle_build::catalogue::find(name);
        LinkedModule {
            name: (*name).to_owned(),
            krate: spec.map(|spec| spec.krate.clone()).unwrap_or_default(),
            version: "0.1.0".into(),
            spec: rustle_build::linked::of_base("", "")
                .module(name)
                .map(|it| it.spec.clone())
                .unwrap_or_default(),
            ..LinkedModule::default()
        }
    };
    let crates =
        vec![LinkedCrate { name: "zstd".into(), version: "0.14.0".into(), ..LinkedCrate::default() }];
    let signer = signer.map(str::to_owned);
    let modules = modules.iter().map(module).collect();
    let linked = Linked { format: LINKED_FORMAT, modules, crates, signer };
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(18, 0);
    bytes.extend([183, 0]);
    bytes.resize(5000, 7);
    bytes.extend(rustle_bundle::pack_linked(&linked).unwrap());
    bytes.extend([9; 100]);
    bytes
}

/// Whether two files have the same bytes up to the length of the first.
pub fn begins_with(file: &Path, start: &[u8]) -> bool {
    fs::read(file).unwrap().starts_with(start)
}
