//! The options of `ansible-playbook`, by the same names: which of them the runner takes, which the build does, and which
//! mean nothing where a playbook runs on the machine itself.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches};
use rustle_build::Escalation;

use crate::failure::{Failure, Result};

/// Options without a value that the runner takes: name, letter, help.
const FLAGS: [(&str, Option<char>, &str); 11] = [
    ("check", Some('C'), "Changes nothing, and predicts what would change"),
    ("diff", Some('D'), "Shows differences of files"),
    ("step", None, "Asks before each task"),
    ("force-handlers", None, "Runs handlers even if a task fails"),
    ("list-hosts", None, "Lists the hosts, and runs nothing"),
    ("list-tags", None, "Lists the tags, and runs nothing"),
    ("list-tasks", None, "Lists the tasks, and runs nothing"),
    ("list-modules", None, "Lists the modules, and runs nothing"),
    ("json", None, "Writes one JSON event a line to standard output"),
    ("no-color", None, "Without colours"),
    ("no-lock", None, "Lets runs of the same plan meet"),
];

/// Options with a value that the runner takes: name, letter, what the value is, help.
const VALUES: [(&str, Option<char>, &str, &str); 8] = [
    ("tags", Some('t'), "TAGS", "Only tasks with one of these tags"),
    ("skip-tags", None, "TAGS", "No tasks with one of these tags"),
    ("extra-vars", Some('e'), "VARS", "Variables: key=value, YAML, JSON, or @FILE"),
    ("limit", Some('l'), "NAME", "The host of the inventory that this machine is"),
    ("start-at-task", None, "NAME", "Begins at the task of this name; may be a pattern"),
    ("task-timeout", None, "SECS", "Ends a task after this time, unless it says another"),
    ("report", None, "FILE", "Writes a report of the run as JSON"),
    ("lock-file", None, "FILE", "Locks this file, so that two runs do not meet"),
];

/// Options that cannot mean anything here: name, letter, whether a value follows, why.
const REFUSED: [(&str, Option<char>, bool, &str); 15] = [
    ("module-path", Some('M'), true, MODULES),
    ("user", Some('u'), true, LOCAL),
    (
        "timeout",
        Some('T'),
        true,
        "there is no connection that could time out; `-- --timeout` ends a run, `--task-timeout` a task",
    ),
    ("private-key", None, true, LOCAL),
    ("ask-pass", Some('k'), false, LOCAL),
    ("connection-password-file", None, true, LOCAL),
    ("ssh-common-args", None, true, LOCAL),
    ("ssh-extra-args", None, true, LOCAL),
    ("scp-extra-args", None, true, LOCAL),
    ("sftp-extra-args", None, true, LOCAL),
    ("ask-become-pass", Some('K'), false, PASSWORD),
    ("become-password-file", None, true, PASSWORD),
    ("ask-vault-password", Some('J'), false, VAULT),
    ("vault-password-file", None, true, VAULT),
    ("vault-id", None, true, VAULT),
];

/// Second names that ansible-playbook has for options: the first one, the second.
const ALIASES: [(&str, &str); 5] = [
    ("connection-password-file", "conn-pass-file"),
    ("become-password-file", "become-pass-file"),
    ("ask-vault-password", "ask-vault-pass"),
    ("vault-password-file", "vault-pass-file"),
    ("private-key", "key-file"),
];

const LOCAL: &str = "the playbook runs on this machine, and nobody logs in anywhere";
const MODULES: &str =
    "modules here are Rust crates: `cargo rustle new` makes a runner, and `cargo rustle add` brings modules";
const PASSWORD: &str =
    "a runner asks for no password: start it as the user that may become another, as with `sudo`";
const VAULT: &str = "`run` opens no vaults";

/// All of them.
pub fn args() -> Vec<Arg> {
    let named = |name: &'static str, letter: Option<char>| {
        let second = ALIASES.iter().filter(|(first, _)| *first == name).map(|(_, second)| *second);
        let arg = Arg::new(name).long(name).aliases(second);
        letter.into_iter().fold(arg, |arg, letter| arg.short(letter))
    };
    let flags =
        FLAGS.iter().map(|(name, letter, help)| named(name, *letter).action(ArgAction::SetTrue).help(*help));
    let values = VALUES.iter().map(|(name, letter, value, help)| {
        named(name, *letter)
            .value_name(*value)
            .action(ArgAction::Append)
            .allow_hyphen_values(true)
            .help(*help)
    });
    let refused = REFUSED.iter().map(|(name, letter, value, _)| {
        let arg = named(name, *letter).hide(true);
        if *value {
            arg.value_name("VALUE").action(ArgAction::Append).allow_hyphen_values(true)
        } else {
            arg.action(ArgAction::SetTrue)
        }
    });
    let mut args: Vec<Arg> = flags.chain(values).chain(refused).collect();
    args.extend([
        named("verbose", Some('v')).action(ArgAction::Count).help("Tells more; up to -vvvv"),
        named("become", Some('b'))
            .action(ArgAction::SetTrue)
            .help("Tasks become another user, unless the playbook says otherwise"),
        named("become-user", None).value_name("USER").help("The user that tasks become [default: root]"),
        named("become-method", None).value_name("METHOD").help("How they become that user"),
        named("connection", Some('c')).value_name("NAME").help("`local`; a runner knows no other"),
        named("syntax-check", None).action(ArgAction::SetTrue).help("Checks the playbook, and runs nothing"),
        named("flush-cache", None)
            .action(ArgAction::SetTrue)
            .help("Accepted: facts are gathered anew by every run"),
        named("forks", Some('f')).value_name("N").help("Accepted, and means nothing: there is one host"),
    ]);
    args
}

/// What the runner is told.
///
/// # Errors
/// If an option is given that cannot mean anything here.
pub fn for_runner(matches: &ArgMatches) -> Result<Vec<OsString>> {
    let given = |name: &str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
    if let Some((name, _, _, why)) = REFUSED.iter().find(|(name, ..)| given(name)) {
        return Err(Failure::Usage(format!("--{name}: {why}")));
    }
    if let Some(connection) = matches
        .get_one::<String>("connection")
        .filter(|it| !matches!(it.as_str(), "local" | "ansible.builtin.local"))
    {
        return Err(Failure::Usage(format!("--connection {connection}: {LOCAL}")));
    }
    if given("forks") {
        eprintln!("note: --forks means nothing here: a runner has one host");
    }
    let mut options: Vec<OsString> = Vec::new();
    options.extend(
        FLAGS.iter().filter(|(name, ..)| matches.get_flag(name)).map(|(name, ..)| format!("--{name}").into()),
    );
    for (name, ..) in VALUES {
        let values = matches.get_many::<String>(name).into_iter().flatten();
        options.extend(values.map(|value| format!("--{name}={value}").into()));
    }
    options.extend((0..matches.get_count("verbose")).map(|_| "-v".into()));
    Ok(options)
}

/// `-b` and its kin.
pub fn escalation(matches: &ArgMatches) -> Escalation {
    Escalation {
        on: matches.get_flag("become"),
        user: matches.get_one::<String>("become-user").cloned(),
        method: matches.get_one::<String>("become-method").cloned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn told(options: &[&str]) -> Result<Vec<String>> {
        let matches =
            Command::new("run").args(args()).try_get_matches_from([&["run"], options].concat()).unwrap();
        Ok(for_runner(&matches)?.into_iter().map(|option| option.into_string().unwrap()).collect())
    }

    #[test]
    fn options_reach_the_runner() {
        let options = [
            "-CDvv",
            "-t",
            "a,b",
            "-e",
            "x=1",
            "-e",
            "-y=2",
            "--limit",
            "web1",
            "--flush-cache",
            "-c",
            "local",
        ];
        let expected = [
            "--check",
            "--diff",
            "--tags=a,b",
            "--extra-vars=x=1",
            "--extra-vars=-y=2",
            "--limit=web1",
            "-v",
            "-v",
        ];
        assert_eq!(told(&options).unwrap(), expected);
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_reason() {
        for (option, word) in [
            (&["-M", "/m"][..], "Rust crates"),
            (&["-u", "root"], "nobody logs in"),
            (&["-K"], "password"),
            (&["--timeout", "10"], "--task-timeout"),
            (&["-c", "ssh"], "nobody logs in"),
            (&["--vault-id", "a@prompt"], "vaults"),
            (&["--ask-vault-pass"], "vaults"),
            (&["--vault-pass-file", "f"], "vaults"),
            (&["--become-pass-file", "f"], "password"),
            (&["--conn-pass-file", "f"], "nobody logs in"),
            (&["--key-file", "f"], "nobody logs in"),
        ] {
            let Err(Failure::Usage(message)) = told(option) else { panic!("{option:?} is taken") };
            assert!(message.starts_with("--") && message.contains(word), "{message}");
        }
    }

    #[test]
    fn become_is_a_matter_of_the_plan() {
        let matches =
            Command::new("run").args(args()).get_matches_from(["run", "-b", "--become-user", "web"]);
        let expected = Escalation { on: true, user: Some("web".into()), method: None };
        assert_eq!(escalation(&matches), expected);
        assert!(for_runner(&matches).unwrap().is_empty());
    }
}
