//! The ansible-core side of a case.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use rustle_schema::names::BUNDLE_ROOT;
use rustle_tests::conformance::ANSIBLE_CORE;
use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::event;
use rustle_tests::conformance::model::Recording;
use rustle_tests::conformance::normalise::Normaliser;
use rustle_tests::conformance::scratch::Scratch;
use rustle_tests::conformance::tree;

/// The callback plugin that writes the results down.
const CALLBACK: &str = include_str!("../../assets/rustle_record.py");

/// Settings that keep ansible-core from depending on the machine, and from being slower than it has to be.
const SETTINGS: [(&str, &str); 6] = [
    ("ANSIBLE_CALLBACKS_ENABLED", "rustle_record"),
    ("ANSIBLE_INVENTORY_UNPARSED_WARNING", "False"),
    ("ANSIBLE_LOCALHOST_WARNING", "False"),
    ("ANSIBLE_NOCOLOR", "True"),
    ("ANSIBLE_PIPELINING", "True"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
];

/// An installed ansible-core.
#[derive(Debug)]
pub struct Ansible {
    venv: PathBuf,
    callbacks: PathBuf,
}

impl Ansible {
    /// Uses the environment in this folder.
    pub fn new(venv: PathBuf) -> io::Result<Ansible> {
        let callbacks = venv.join("callbacks");
        std::fs::create_dir_all(&callbacks)?;
        write_if_changed(&callbacks.join("rustle_record.py"), CALLBACK)?;
        // An empty configuration, so that neither /etc nor a folder above the case has a say.
        write_if_changed(&venv.join("ansible.cfg"), "")?;
        Ok(Ansible { venv, callbacks })
    }

    /// Runs a case as often as it asks for, each time on the same output folder.
    pub fn run(&self, case: &Case) -> io::Result<Recording> {
        let scratch = Scratch::prepare(case)?;
        let normaliser = Normaliser::new(case, BUNDLE_ROOT, &scratch)?;
        let program = self.venv.join("bin/ansible-playbook");
        let args = self.arguments(case, &scratch)?;
        let mut runs = Vec::new();
        for index in 0..case.config.runs {
            let record = scratch.side(&format!("record{index}"));
            let mut env = self.settings(&scratch);
            env.insert("RUSTLE_RECORD_FILE".to_owned(), record.clone().into_os_string());
            let done = scratch.run(program.as_os_str(), &args, &scratch.cwd(), &env)?;
            let broken = |problem: &dyn std::fmt::Display| {
                io::Error::other(format!("{problem}\n{}{}", done.stdout, done.stderr))
            };
            let exit_code = done.status.code().ok_or_else(|| broken(&done.status))?;
            let events = std::fs::read_to_string(&record).map_err(|problem| broken(&problem))?;
            let stream = event::read(&events).map_err(|problem| broken(&problem))?;
            runs.push(normaliser.run(exit_code, stream, tree::snapshot(&scratch.out())?));
        }
        Ok(Recording { ansible_core: ANSIBLE_CORE.to_owned(), runs })
    }

    fn arguments(&self, case: &Case, scratch: &Scratch) -> io::Result<Vec<OsString>> {
        let mut args: Vec<OsString> = vec![case.dir.join("playbook.yml").into()];
        match case.inventory() {
            Some(inventory) => {
                args.extend(["-i".into(), inventory.into(), "--limit".into(), case.host().into()])
            }
            // No inventory at all: the implicit localhost, not that of /etc/ansible/hosts.
            None => args.extend(["-i".into(), "/dev/null".into()]),
        }
        args.extend(case.arguments(&scratch.out())?);
        Ok(args)
    }

    fn settings(&self, scratch: &Scratch) -> BTreeMap<String, OsString> {
        let mut env: BTreeMap<String, OsString> =
            SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        env.insert("ANSIBLE_HOME".to_owned(), scratch.side("ansible").into());
        env.insert("ANSIBLE_CONFIG".to_owned(), self.venv.join("ansible.cfg").into());
        env.insert("ANSIBLE_CALLBACK_PLUGINS".to_owned(), self.callbacks.clone().into());
        env.insert("ANSIBLE_PYTHON_INTERPRETER".to_owned(), self.venv.join("bin/python").into());
        // ANSIBLE_HOME does not move the folder that modules are copied to; nothing may appear in the case's home.
        env.insert("ANSIBLE_REMOTE_TMP".to_owned(), scratch.side("remote").into());
        env
    }
}

/// The environment may belong to somebody else who has prepared it; then nothing needs to be written.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        Ok(())
    } else {
        std::fs::write(path, text)
    }
}
