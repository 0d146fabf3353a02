//! Runners of some tasks, started as any other program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use rustle_bundle::Writer;
use rustle_runtime::schema::plan::{Plan, Play};
use rustle_runtime::schema::task::{Action, Directives, Step, Task};
use rustle_runtime::value::Map;

/// A runner of some tasks.
pub struct Runner {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

/// How a runner ended, and what it said.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

pub fn task(module: &str, args: Map, change: impl FnOnce(&mut Directives)) -> Step {
    let mut directives = Directives::default();
    change(&mut directives);
    let action = Action::Module { module: module.into(), written: module.into(), args: args.into() };
    Step::Task(Box::new(Task::new(Some(module.into()), action, directives)))
}

pub fn say(text: &str) -> Step {
    task("say", Map::from([("msg", text)]), |_| {})
}

pub fn script(text: &str) -> Map {
    Map::from([("script", text)])
}

pub fn plan(tasks: Vec<Step>) -> Plan {
    let play = Play {
        name: "play".into(),
        hosts: vec!["localhost".into()],
        gather_facts: false.into(),
        tasks,
        ..Play::default()
    };
    let modules = vec!["say".into()];
    Plan { format: 1, name: "site.yml".into(), plays: vec![play], modules, ..Plan::default() }
}

impl Runner {
    pub fn new(tasks: Vec<Step>) -> Runner {
        Runner::of(&plan(tasks), Writer::default())
    }

    pub fn of(plan: &Plan, writer: Writer) -> Runner {
        let bundle = writer.finish(plan, &Default::default()).expect("a bundle");
        let folder = tempfile::tempdir().expect("a folder");
        // Other users must be able to start what lies in it.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("mode");
        let path = folder.path().join("runner");
        let base = std::env::current_exe().expect("this executable");
        rustle_bundle::append(&base, &path, &bundle).expect("appended");
        Runner { folder, path }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args).stdin(Stdio::null()).env("NO_COLOR", "1");
        command.args(if args.iter().any(|it| it.contains("lock")) { &[][..] } else { &["--no-lock"] });
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        done(self.command(args).output().expect("started"))
    }

    /// The results of a run with `--json`, by task; and its exit code.
    pub fn results(&self, args: &[&str]) -> (BTreeMap<String, serde_json::Value>, Option<i32>) {
        let done = self.run(&[&["--json"], args].concat());
        let results =
            done.events().into_iter().filter(|event| event["event"] == "task_result").map(|event| {
                (event["task"].as_str().unwrap_or_default().to_owned(), event["result"].clone())
            });
        (results.collect(), done.code)
    }
}

pub fn done(output: Output) -> Done {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Done { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

impl Done {
    pub fn events(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
            .collect()
    }
}
