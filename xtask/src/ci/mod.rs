//! `cargo xtask ci`: everything that must hold before a change lands, step by step with the time each took.

mod record;

use std::path::Path;
use std::process::{Command as Process, ExitCode};
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command};

/// The chore's name.
pub const NAME: &str = "ci";

/// One step: its name, the command line that must succeed, and what it leaves below `target/` that no later step reads.
struct Step {
    name: &'static str,
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    leaves: &'static [&'static str],
}

const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, environment: &[], leaves: &[] }
}

impl Step {
    const fn with(self, environment: &'static [(&'static str, &'static str)]) -> Step {
        Step { environment, ..self }
    }

    const fn leaving(self, leaves: &'static [&'static str]) -> Step {
        Step { leaves, ..self }
    }
}

/// `cargo test` of one ignored test. Of the whole workspace: with `-p` cargo unites other features, and builds all that
/// the tests are made of once more.
macro_rules! test {
    ($name:literal $(, $argument:literal)*) => {
        &["cargo", "test", "--locked", "--workspace", "--test", $name, "--", "--ignored" $(, $argument)*]
    };
}

/// What `cargo test --workspace` leaves that no step reads: the crates of the macros' tests.
const TESTS_LEAVE: &[&str] = &["tests"];

/// What runs at every change, after the tests.
const ALWAYS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    step("lints", &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    step("documentation", &["cargo", "doc", "--workspace", "--no-deps", "--locked"])
        .with(&[("RUSTDOCFLAGS", "-D warnings")])
        .leaving(&["doc"]),
    step("tidy", &["cargo", "xtask", "tidy"]).leaving(&[
        "release",
        "readme",
        concat!("rustle-base-", env!("CARGO_PKG_VERSION")),
    ]),
    step("catalogue", &["cargo", "xtask", "catalogue", "--check"]),
    step("live conformance, a sample", &["cargo", "xtask", "conformance", "--live", "--sample", "6"]),
    step("ejected runners", test!("ejected")).leaving(&["ejected-runners"]),
    step("built runners", test!("built_runners")),
    step("same runner", test!("rebuilding", "same_runner")),
    step("six sources", test!("six_sources")).leaving(&["six-sources"]),
    step("generated crates", test!("generated")).leaving(&["built-runners"]),
    step("aarch64", &["bash", "xtask/assets/aarch64.sh"]).leaving(&["aarch64"]),
];

/// What runs with `--full` besides: the slowest proofs.
const FULL: &[Step] = &[
    step("built runners, all", test!("built_runners")).with(&[("BUILT", "all")]).leaving(&["built-runners"]),
    step("ejected runners, all", test!("ejected")).with(&[("EJECT", "all")]).leaving(&["ejected-runners"]),
    step("limits in full", test!("huge", "fault_46_in_full")),
    step("nonces in full", test!("faults", "a_million_encryptions_repeat_no_nonce")),
    step("reproducible builds", &["bash", "xtask/assets/reproducible.sh"]),
    step("licences", &["bash", "xtask/assets/licences.sh"]),
    step("live conformance", &["cargo", "xtask", "conformance", "--live"]),
    step("fuzzing", &["bash", "xtask/assets/fuzz.sh", "60"]),
    step("cross", &["bash", "xtask/assets/cross.sh"]).leaving(&["cross"]),
    step("a thousand hosts", test!("fleet", "--nocapture")),
    step("twenty hosts with sshd", test!("fleet_network", "--nocapture", "--test-threads=1")),
];

/// Its command line.
pub fn command() -> Command {
    Command::new(NAME)
        .about("Runs every check that a change must pass; the tests themselves are `cargo test --workspace`")
        .arg(Arg::new("full").long("full").action(ArgAction::SetTrue).help("Runs the slowest proofs as well"))
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("STEP")
                .action(ArgAction::Append)
                .help("Runs these steps alone"),
        )
        .arg(
            Arg::new("write")
                .long("write")
                .action(ArgAction::SetTrue)
                .help("Writes the results to docs/CHECKS.md, dated; what did not run keeps its last one"),
        )
        .arg(
            Arg::new("sweep")
                .long("sweep")
                .action(ArgAction::SetTrue)
                .help("Removes what each step leaves below target/, for a disk that is small"),
        )
        .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help("Lists the steps"))
}

/// Runs the steps, all of them even where one fails.
pub fn run(matches: &ArgMatches) -> ExitCode {
    let root = crate::root();
    let only: Vec<&String> = matches.get_many("only").into_iter().flatten().collect();
    let full = matches.get_flag("full") || !only.is_empty();
    let steps: Vec<&Step> = ALWAYS
        .iter()
        .chain(FULL.iter().filter(|_| full))
        .filter(|step| only.is_empty() || only.iter().any(|name| *name == step.name))
        .collect();
    if matches.get_flag("list") {
        for step in ALWAYS.iter().chain(FULL) {
            println!("{:30} {}", step.name, step.command.join(" "));
        }
        return ExitCode::SUCCESS;
    }
    if steps.is_empty() {
        eprintln!("error: no step of that name; `cargo xtask ci --list` names them");
        return ExitCode::from(2);
    }
    let sweep = matches.get_flag("sweep");
    if sweep {
        remove(TESTS_LEAVE);
    }
    let mut results = Vec::new();
    for step in steps {
        println!("ci: {}: {}", step.name, step.command.join(" "));
        let begun = Instant::now();
        let passed = succeeds(step, &root);
        results.push((step.name, passed, begun.elapsed().as_secs_f64()));
        if sweep {
            remove(step.leaves);
        }
    }
    println!();
    for (name, passed, seconds) in &results {
        println!("ci: {:7} {seconds:7.1} s  {name}", if *passed { "passed" } else { "FAILED" });
    }
    let failed = results.iter().filter(|(_, passed, _)| !passed).count();
    println!("{} passed, {failed} failed", results.len() - failed);
    if matches.get_flag("write") {
        let steps = ALWAYS.iter().chain(FULL).map(|step| step.name);
        if let Err(error) = record::write(&root.join("docs/CHECKS.md"), steps, &results) {
            eprintln!("error: docs/CHECKS.md: {error}");
            return ExitCode::FAILURE;
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Removes these folders of the target folder. One that cannot be removed only takes room.
fn remove(folders: &[&str]) {
    for folder in folders {
        let _ = std::fs::remove_dir_all(crate::target().join(folder));
    }
}

fn succeeds(step: &Step, root: &Path) -> bool {
    let Some((program, arguments)) = step.command.split_first() else { return false };
    let status = Process::new(program)
        .args(arguments)
        .envs(step.environment.iter().copied())
        .current_dir(root)
        .status();
    match status {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("ci: {program}: {error}");
            false
        }
    }
}
