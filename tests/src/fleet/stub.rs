//! Hosts that are folders, reached through the program `stub_ssh`.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use rustle_schema::job::JobStatus;
use rustle_schema::report::{Recap, Report};

use super::recap::Ran;
use crate::conformance::compiled;

/// A fleet of such hosts, removed with everything when it is dropped.
#[derive(Debug)]
pub struct Fleet {
    folder: tempfile::TempDir,
    cargo_rustle: PathBuf,
    stub: PathBuf,
    names: Vec<String>,
}

impl Fleet {
    /// Hosts of these names, and a runner of the `playbook` for them. `base` is an executable with every builtin module,
    /// `stub` the program that stands for ssh. Each host has the variable `root`, its folder.
    ///
    /// # Panics
    /// If anything cannot be made.
    pub fn new(cargo_rustle: &Path, base: &Path, stub: &Path, names: &[String], playbook: &str) -> Fleet {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let mut inventory = String::from("all:\n  hosts:\n");
        for name in names {
            let host = path.join("hosts").join(name);
            fs::create_dir_all(&host).expect("a host");
            inventory += &format!("    {name:?}:\n      root: {host:?}\n");
        }
        inventory += &format!("  vars:\n    ansible_ssh_executable: {stub:?}\n");
        let source = path.join("source");
        fs::create_dir(&source).expect("made");
        fs::write(source.join("inventory"), &inventory).expect("written");
        fs::write(source.join("playbook.yml"), playbook).expect("written");
        let bundle = compiled::bundle(&source, vec!["given".into()]).expect("the playbook compiles");
        rustle_bundle::append(base, &path.join("runner"), &bundle).expect("appended");
        crate::startable(&path.join("runner"));
        Fleet { cargo_rustle: cargo_rustle.into(), stub: stub.into(), names: names.to_vec(), folder }
    }

    /// The folder of a host.
    pub fn host(&self, name: &str) -> PathBuf {
        self.folder.path().join("hosts").join(name)
    }

    /// The runner.
    pub fn runner(&self) -> PathBuf {
        self.folder.path().join("runner")
    }

    /// The folder of reports.
    pub fn reports(&self) -> PathBuf {
        self.folder.path().join("reports")
    }

    /// Lets things go wrong on a host, as `stub_ssh` knows them; nothing where the text is empty.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn faults(&self, name: &str, faults: &str) {
        fs::write(self.host(name).join("faults"), faults).expect("written");
    }

    /// `cargo rustle deploy` with these arguments, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.cargo_rustle);
        command.args(["rustle", "deploy"]).arg(self.runner()).args(["--reports"]).arg(self.reports());
        command.args(args);
        // All hosts are one machine, so their runs meet.
        if !args.iter().any(|arg| matches!(*arg, "--resume" | "--collect")) {
            command.args(["--", "--no-lock"]);
        }
        command.env("RUSTLE_STUB_HOSTS", self.folder.path().join("hosts")).env("NO_COLOR", "1");
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Deploys, and waits for the end.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn deploy(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("started");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Begins to deploy.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started")
    }

    /// Gives every host the runner, as if it had been copied before.
    ///
    /// # Panics
    /// If that cannot be done.
    pub fn seed(&self) {
        let digest = self.digest();
        for name in &self.names {
            let folder = self.runners(name);
            fs::hard_link(self.runner(), folder.join(&digest)).expect("linked");
        }
    }

    /// The folder of runners on a host, made if it is not there.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn runners(&self, name: &str) -> PathBuf {
        let folder = self.host(name).join(".rustle/runners");
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).expect("made");
        folder
    }

    /// What has arrived of the runner on a host and is not whole.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn partial(&self, name: &str) -> Option<PathBuf> {
        let entries = fs::read_dir(self.host(name).join(".rustle/runners")).expect("a folder");
        let mut paths = entries.map(|entry| entry.expect("an entry").path());
        paths.find(|path| path.extension().is_some_and(|it| it == "partial"))
    }

    /// The digest of the runner.
    ///
    /// # Panics
    /// If it cannot be asked.
    pub fn digest(&self) -> String {
        let output = Command::new(self.runner()).arg("--self-digest").output().expect("started");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The jobs of a host.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn jobs(&self, name: &str) -> Vec<PathBuf> {
        let folder = self.host(name).join(".rustle/jobs");
        let mut jobs: Vec<PathBuf> =
            fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()).collect();
        jobs.sort();
        jobs
    }

    /// How the last job of a host stands; `None` where it has not said so yet.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn status(&self, name: &str) -> Option<JobStatus> {
        let text = fs::read_to_string(self.jobs(name).pop()?.join("status.json")).ok()?;
        (!text.is_empty()).then(|| serde_json::from_str(&text).expect("a status"))
    }

    /// The numbers that the host itself has written into its report.
    ///
    /// # Panics
    /// If the report is none.
    pub fn own_recap(&self, name: &str) -> Option<Recap> {
        let text = fs::read_to_string(self.jobs(name).pop()?.join("report.json")).ok()?;
        let report: Report = serde_json::from_str(&text).expect("a report");
        report.recap.get(name).copied()
    }

    /// That the recap of `ran` is what each host itself says, for these hosts; and that the report that was fetched is the
    /// host's own.
    ///
    /// # Panics
    /// If it is not.
    pub fn is_true<'a>(&self, ran: &Ran, names: impl IntoIterator<Item = &'a String>) {
        let recap = ran.recap();
        for name in names {
            let own = self.own_recap(name);
            assert_eq!(recap.get(name), own.as_ref(), "{name}\n{}\n{}", ran.out, ran.err);
            let own = fs::read(self.jobs(name).pop().expect("a job").join("report.json")).expect("a report");
            let fetched = fs::read(self.reports().join(format!("{name}.json"))).expect("fetched");
            assert_eq!(own, fetched, "the report of {name}");
        }
    }

    /// The program that stands for ssh.
    pub fn stub(&self) -> &Path {
        &self.stub
    }
}

/// The executable without what only a debugger reads, made once: a thousand hosts get it.
pub fn stripped(executable: &Path) -> &'static Path {
    static SMALL: OnceLock<PathBuf> = OnceLock::new();
    SMALL.get_or_init(|| {
        let small = executable.with_file_name("base-small");
        let own = small.with_extension(std::process::id().to_string());
        let done = Command::new("strip").arg("-o").arg(&own).arg(executable).status();
        if done.is_ok_and(|status| status.success()) && fs::rename(&own, &small).is_ok() {
            small
        } else {
            executable.to_owned()
        }
    })
}
