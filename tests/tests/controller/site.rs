//! A runner with a table `[controller]`, in surroundings of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustle_build::{BuildOptions, Config, build_bundle};
use rustle_fetch::testserver::Authority;

/// A folder with a runner, its spool, and the authority that it believes.
pub struct Site {
    folder: tempfile::TempDir,
    pub authority: Authority,
}

/// What a runner said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// A playbook whose task runs `count` times.
pub fn looping(count: usize) -> String {
    format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: first\n      debug:\n        msg: hello\n    - name: again\n      debug:\n        msg: \"{{{{ item }}}}\"\n      loop: \"{{{{ range({count}) | list }}}}\"\n"
    )
}

impl Site {
    pub fn new() -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        Site { folder, authority: Authority::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn spool(&self) -> PathBuf {
        self.disk().join("spool")
    }

    /// Where the spool lies: the place for a file system of its own.
    pub fn disk(&self) -> PathBuf {
        self.path("disk")
    }

    /// Builds the runner of `playbook`, which reports to `url`; `more` are lines of `[controller]`.
    pub fn build(&self, playbook: &str, url: &str, more: &str) -> PathBuf {
        self.build_with(playbook, url, more, "[controller]\n")
    }

    /// The same, with what stands before the keys of `[controller]`.
    pub fn build_with(&self, playbook: &str, url: &str, more: &str, before: &str) -> PathBuf {
        self.build_config(playbook, url, more, before, |_, _| {})
    }

    /// The same, with what `change` makes of configuration and project.
    pub fn build_config(
        &self,
        playbook: &str,
        url: &str,
        more: &str,
        before: &str,
        change: impl FnOnce(&mut Config, &Path),
    ) -> PathBuf {
        let project = self.path("project");
        fs::create_dir_all(&project).expect("made");
        fs::write(project.join("site.yml"), playbook).expect("written");
        self.authority.write_pem(&project.join("ca.pem"));
        // What `more` says is not said twice.
        let unless = |key: &str, line: String| if more.contains(key) { String::new() } else { line };
        let text = format!(
            "{before}url = \"{url}\"\n{}{}{}{}{more}",
            unless("ca_file", "ca_file = \"ca.pem\"\n".into()),
            unless("interval", "interval = 0\n".into()),
            unless("spool =", format!("spool = \"{}\"\n", self.spool().display())),
            unless("wait", "wait = 20\n".into()),
        );
        let mut problems = Vec::new();
        let mut config = Config::of_text(text, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        change(&mut config, &project);
        let options =
            BuildOptions { folder: project, config, name: "site".into(), ..BuildOptions::default() };
        let bundle = build_bundle(&options).map_err(|it| it.to_string()).expect("a bundle").bundle;
        let runner = self.path("runner");
        bundle.append(Path::new(env!("CARGO_BIN_EXE_base")), &runner).expect("appended");
        rustle_tests::startable(&runner);
        runner
    }

    /// The runner, in a folder where a task that writes cannot do harm.
    pub fn command(&self, runner: &Path) -> Command {
        let mut command = Command::new(runner);
        command.arg("--no-lock").current_dir(self.folder.path()).stdin(Stdio::null());
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "STATE_DIRECTORY"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run(&self, runner: &Path) -> Ran {
        self.command(runner).output().expect("it runs").into()
    }

    pub fn send_spool(&self, runner: &Path) -> Ran {
        self.command(runner).arg("--send-spool").output().expect("it runs").into()
    }

    /// How many runs are in the spool.
    pub fn spooled(&self) -> usize {
        fs::read_dir(self.spool()).map_or(0, |entries| {
            entries.flatten().filter(|it| !it.file_name().to_string_lossy().starts_with('.')).count()
        })
    }
}
