//! `cargo xtask bench`: what a run costs, beside a hand-written program that makes the same system calls (the floor), an
//! equivalent shell script, and ansible-core. All are measured in one run, in CPU seconds of the process and its children,
//! and told as ratios: wall time on a busy machine says little.

mod aims;
mod build;
mod measure;
mod modules;
mod playbook;
mod scale;
mod subject;
mod table;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use measure::Cost;
use subject::{Kind, Subject};

/// The chore's name.
pub const NAME: &str = "bench";

/// Its command line.
pub fn command() -> Command {
    Command::new(NAME)
        .about("Measures a run beside the floor, a shell script and ansible-core, and the build")
        .arg(
            Arg::new("tasks")
                .long("tasks")
                .value_name("N")
                .default_value("1000")
                .value_parser(value_parser!(usize))
                .help("Tasks of a run; ansible-core gets a tenth"),
        )
        .arg(
            Arg::new("rounds")
                .long("rounds")
                .value_name("N")
                .default_value("5")
                .value_parser(value_parser!(usize))
                .help("Runs of each; the median is told"),
        )
        .arg(
            Arg::new("no-ansible")
                .long("no-ansible")
                .action(ArgAction::SetTrue)
                .help("Leaves ansible-core out"),
        )
        .arg(
            Arg::new("no-build")
                .long("no-build")
                .action(ArgAction::SetTrue)
                .help("Leaves builds and prepare() out"),
        )
        .arg(
            Arg::new("write")
                .long("write")
                .action(ArgAction::SetTrue)
                .help("Writes the table to docs/PERFORMANCE.md, dated"),
        )
        .arg(
            Arg::new("modules")
                .long("modules")
                .action(ArgAction::SetTrue)
                .help("Measures modules from elsewhere alone"),
        )
        .arg(
            Arg::new("scale")
                .long("scale")
                .value_name("PART")
                .num_args(0..)
                .value_parser(scale::PARTS)
                .help("Measures what grows with plans and files alone: all of it, or these parts"),
        )
        .arg(
            Arg::new("full")
                .long("full")
                .action(ArgAction::SetTrue)
                .requires("scale")
                .help("With what takes very long: a file of 1 GiB"),
        )
}

/// What the cost of one kind of task is, for each subject that was measured.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// In the order of [`Subject::ALL`]; none where it was left out.
    pub(crate) costs: Vec<Option<Cost>>,
}

impl Row {
    /// What `subject` needed, if it was measured.
    fn cost(&self, subject: Subject) -> Option<&Cost> {
        let index = Subject::ALL.iter().position(|it| *it == subject)?;
        self.costs.get(index)?.as_ref()
    }
}

/// Measures and prints the tables.
///
/// # Errors
/// If something cannot be built, or a run fails.
pub fn run(matches: &ArgMatches) -> io::Result<ExitCode> {
    let tasks = *matches.get_one::<usize>("tasks").unwrap_or(&1000);
    let rounds = *matches.get_one::<usize>("rounds").unwrap_or(&5);
    let root = crate::root();
    let work = root.join("target/bench");
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work)?;
    if matches.get_flag("modules") {
        build::cargo(&root, &["build", "--release", "-p", "cargo-rustle"])?;
        let program = root.join("target/release/cargo-rustle").display().to_string();
        print!("{}", table::modules(&modules::measure(&program, &work)?));
        return Ok(ExitCode::SUCCESS);
    }
    let page = root.join("docs/PERFORMANCE.md");
    if matches.contains_id("scale") {
        let parts: Vec<String> = matches.get_many("scale").into_iter().flatten().cloned().collect();
        let tables = scale::run(&root, &work, rounds, &parts, matches.get_flag("full"))?;
        print!("{tables}");
        if matches.get_flag("write") {
            scale::write(&page, &tables)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bench = Bench::new(root, work, !matches.get_flag("no-ansible"))?;
    let rows = bench.runs(tasks, rounds)?;
    let build =
        if matches.get_flag("no-build") { None } else { Some(build::measure(&bench.root, &bench.work)?) };
    let text = table::text(&rows, tasks, rounds, build.as_ref());
    println!("{text}");
    if matches.get_flag("write") {
        let scale = scale::standing(&page).unwrap_or_default();
        std::fs::write(&page, format!("{}\n\n{scale}", text.trim_end()).trim_end().to_owned() + "\n")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where everything is.
pub(crate) struct Bench {
    root: PathBuf,
    work: PathBuf,
    /// Where tasks leave their files.
    scratch: PathBuf,
    runner: PathBuf,
    floor: PathBuf,
    ansible: Option<PathBuf>,
}

impl Bench {
    fn new(root: PathBuf, work: PathBuf, ansible: bool) -> io::Result<Bench> {
        build::cargo(&root, &["build", "--release", "-p", "rustle-tests", "--bin", "base"])?;
        build::cargo(&root, &["build", "--release", "-p", "xtask", "--bin", "floor"])?;
        let release = root.join("target/release");
        let ansible = match ansible {
            true => Some(crate::conformance::ansible_playbook()?),
            false => None,
        };
        let scratch = measure::scratch(&work).to_owned();
        Ok(Bench { runner: release.join("base"), floor: release.join("floor"), root, work, scratch, ansible })
    }

    fn runs(&self, tasks: usize, rounds: usize) -> io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let mut costs = Vec::new();
            for subject in Subject::ALL {
                let cost = match subject {
                    Subject::Ansible if self.ansible.is_none() => None,
                    _ => Some(self.cost(*subject, *kind, tasks, rounds)?),
                };
                eprintln!("bench: {} {}: {cost:?}", kind.name(), subject.name());
                costs.push(cost);
            }
            rows.push(Row { kind: *kind, costs });
        }
        Ok(rows)
    }

    /// The cost of one task of a kind: the median of `rounds` runs over fresh folders, each run twice.
    fn cost(&self, subject: Subject, kind: Kind, tasks: usize, rounds: usize) -> io::Result<Cost> {
        let (tasks, rounds) = match subject {
            Subject::Ansible => ((tasks / 10).max(1), 1),
            _ => (tasks, rounds),
        };
        let tasks = if kind == Kind::Start { 1 } else { tasks };
        let mut first = Vec::new();
        let mut again = Vec::new();
        for _ in 0..rounds {
            let folder = tempfile::tempdir_in(&self.scratch)?;
            kind.prepare(folder.path(), tasks)?;
            let program = self.program(subject, kind, tasks, folder.path())?;
            first.push(measure::run(&program, folder.path())?);
            again.push(measure::run(&program, folder.path())?);
        }
        let per_task = |mut seconds: Vec<f64>| measure::median(&mut seconds) / tasks as f64 * 1000.0;
        Ok(Cost { first: per_task(first), again: per_task(again) })
    }

    /// The command line that does the tasks in the folder `place`, in which it is started.
    fn program(&self, subject: Subject, kind: Kind, tasks: usize, place: &Path) -> io::Result<Vec<String>> {
        let folder = self.work.join(format!("{}-{}", subject.name(), kind.name()));
        std::fs::create_dir_all(&folder)?;
        let text = |path: &Path| path.display().to_string();
        Ok(match subject {
            Subject::Floor => vec![text(&self.floor), kind.name().into(), tasks.to_string(), ".".into()],
            Subject::Shell => {
                let script = folder.join("script.sh");
                std::fs::write(&script, kind.script(tasks))?;
                vec!["sh".into(), text(&script)]
            }
            Subject::Rustle => {
                let playbook = playbook::write(&folder, kind, tasks)?;
                let runner = folder.join("runner");
                let bundle = build::bundle(&playbook)?;
                rustle_bundle::append(&self.runner, &runner, &bundle).map_err(io::Error::other)?;
                vec![text(&runner), "--no-lock".into()]
            }
            Subject::Ansible => {
                // Its modules are started where the playbook lies.
                let playbook = playbook::write(place, kind, tasks)?;
                let program = self.ansible.clone().unwrap_or_default();
                // The interpreter that it runs with itself, so that it does not look for one.
                let python =
                    format!("ansible_python_interpreter={}", text(&program.with_file_name("python")));
                let words = ["-i", "localhost,", "-c", "local", "-e", &python];
                let words = words.map(str::to_owned).into_iter();
                std::iter::once(text(&program)).chain(words).chain([text(&playbook)]).collect()
            }
        })
    }
}
