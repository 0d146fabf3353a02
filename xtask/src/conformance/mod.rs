//! `cargo xtask conformance`: runs real ansible-core on the cases of the conformance suite.

mod ansible;
mod choose;
mod parallel;
mod venv;

use std::io;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::{ANSIBLE_CORE, compare};

use ansible::Ansible;
use choose::Choice;

/// ansible-playbook of the version that the suite records, installed if it is not there.
///
/// # Errors
/// If it cannot be installed.
pub fn ansible_playbook() -> io::Result<std::path::PathBuf> {
    Ok(venv::ensure()?.join("bin/ansible-playbook"))
}

/// The subcommand's name.
pub const NAME: &str = "conformance";

/// How the subcommand is called.
pub fn command() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new(NAME)
        .about("Record what ansible-core does, or compare it live with what is recorded")
        .arg(flag("record").help("Run ansible-core and write expected.json of each case"))
        .arg(flag("live").help("Run ansible-core and compare with expected.json"))
        .group(ArgGroup::new("mode").args(["record", "live"]).required(true))
        .arg(Arg::new("case").num_args(0..).help("The cases; all, if none is named"))
        .arg(
            Arg::new("sample")
                .long("sample")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .conflicts_with("case")
                .help("Take N cases at random"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("S")
                .value_parser(value_parser!(u64))
                .default_value("0")
                .help("The seed of --sample; the same seed takes the same cases"),
        )
        .arg(
            flag("changed")
                .conflicts_with_all(["case", "sample"])
                .help("Take the cases that differ from the branch main"),
        )
        .arg(
            Arg::new("jobs")
                .long("jobs")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .default_value("2")
                .help("How many cases run at the same time"),
        )
}

/// Runs the subcommand.
pub fn run(matches: &ArgMatches) -> io::Result<ExitCode> {
    let named: Vec<String> = matches.get_many::<String>("case").into_iter().flatten().cloned().collect();
    let choice = if let Some(&count) = matches.get_one::<usize>("sample") {
        Choice::Sample { count, seed: matches.get_one::<u64>("seed").copied().unwrap_or_default() }
    } else if matches.get_flag("changed") {
        Choice::Changed
    } else if named.is_empty() {
        Choice::All
    } else {
        Choice::Named(named)
    };
    let cases = choose::cases(&choice)?;
    let jobs = matches.get_one::<usize>("jobs").copied().unwrap_or(1);
    let ansible = Ansible::new(venv::ensure()?)?;
    let work: fn(&Ansible, &Case) -> io::Result<Verdict> =
        if matches.get_flag("record") { record } else { live };
    let mut failed = 0;
    parallel::each(
        jobs,
        &cases,
        |case| work(&ansible, case),
        |case, verdict| {
            failed += usize::from(!verdict.as_ref().is_ok_and(|verdict| verdict.good));
            match verdict {
                Ok(verdict) => println!("{}", verdict.text.trim_end()),
                Err(problem) => println!("{}: error: {problem}", case.name),
            }
        },
    );
    println!("{} case(s), {failed} failed, ansible-core {ANSIBLE_CORE}", cases.len());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is said about one case.
struct Verdict {
    good: bool,
    text: String,
}

fn record(ansible: &Ansible, case: &Case) -> io::Result<Verdict> {
    let text = ansible.run(case)?.to_json()?;
    let path = case.expected_path();
    let was = std::fs::read_to_string(&path).ok();
    let news = match &was {
        None => "new",
        Some(old) if *old == text => "unchanged",
        Some(_) => "CHANGED",
    };
    if was.as_ref() != Some(&text) {
        std::fs::write(path, text)?;
    }
    Ok(Verdict { good: true, text: format!("{}: {news}", case.name) })
}

fn live(ansible: &Ansible, case: &Case) -> io::Result<Verdict> {
    let expected = case.expected()?;
    let differences = compare::compare(&expected, &ansible.run(case)?);
    if expected.ansible_core != ANSIBLE_CORE {
        let text = format!("{}: recorded with ansible-core {}", case.name, expected.ansible_core);
        return Ok(Verdict { good: false, text });
    }
    if differences.is_empty() {
        return Ok(Verdict { good: true, text: format!("{}: as recorded", case.name) });
    }
    Ok(Verdict { good: false, text: compare::report(&case.name, &differences) })
}
