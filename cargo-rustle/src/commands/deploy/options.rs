//! The command line of `cargo rustle deploy`.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::batches::Serial;
use crate::commands::{inventory, passed};
use crate::failure::{Failure, Result};

/// What a deployment is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// A runner's executable, or a project's folder; the current project where absent.
    pub what: Option<PathBuf>,
    /// Inventories; what the runner carries where there is none.
    pub inventory: Vec<PathBuf>,
    /// Which hosts.
    pub limit: Option<String>,
    /// How many hosts at the same time, if it was said.
    pub forks: Option<usize>,
    /// How many hosts a batch has.
    pub serial: Option<Vec<Serial>>,
    /// A batch in which more than this part of the hosts fails is the last one.
    pub max_fail_percentage: Option<f64>,
    /// Where reports go.
    pub reports: Option<PathBuf>,
    /// Rustle's folder on a host; relative to the home folder.
    pub remote_dir: String,
    /// Goes on with the last deployment.
    pub resume: bool,
    /// Fetches the reports of the last deployment, and begins nothing.
    pub collect: bool,
    /// Events as JSON.
    pub json: bool,
    /// Compresses what goes over the network.
    pub compress: bool,
    /// How long a connection may take to come about.
    pub timeout: u64,
    /// For how long a lost connection is sought again.
    pub reconnect: Duration,
    /// What to build for, where a project is built.
    pub target: Option<String>,
    /// How many `-v`.
    pub verbosity: u8,
    /// No colours.
    pub no_color: bool,
    /// What the runner is told.
    pub arguments: Arguments,
}

/// What the runner is told on each host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Its options, in order.
    pub words: Vec<String>,
    /// Files of extra variables here, which each host gets a copy of.
    pub files: Vec<PathBuf>,
}

/// The subcommand.
pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let path = |arg: Arg| arg.value_parser(value_parser!(PathBuf));
    Command::new("deploy")
        .about("Runs one runner on every host of an inventory, over OpenSSH")
        .arg(path(
            Arg::new("what")
                .value_name("RUNNER")
                .help("A runner's executable, or a project to build [default: the current project]"),
        ))
        .arg(inventory())
        .arg(option("limit", "PATTERN", "Only hosts that the pattern means").short('l'))
        .arg(
            option("forks", "N", "How many hosts at the same time [default: 5; with --resume as before]")
                .short('f')
                .value_parser(value_parser!(u16).range(1..)),
        )
        .arg(option("serial", "N|N%,…", "How many hosts a batch has [default: the play's `serial`, or all]"))
        .arg(
            option("max-fail-percentage", "P", "Stops behind a batch in which more hosts fail than this")
                .value_parser(value_parser!(f64)),
        )
        .arg(flag("check", "Changes nothing, and predicts what would change").short('C'))
        .arg(flag("diff", "Shows differences of files").short('D'))
        .arg(option("tags", "TAGS", "Only tasks with one of these tags").short('t').action(ArgAction::Append))
        .arg(option("skip-tags", "TAGS", "No tasks with one of these tags").action(ArgAction::Append))
        .arg(
            option("extra-vars", "VARS", "Variables: key=value, YAML, JSON, or @FILE; may be repeated")
                .short('e')
                .action(ArgAction::Append),
        )
        .arg(path(option("reports", "DIR", "Where the reports go [default: rustle/deploy in the target folder]")))
        .arg(
            option("remote-dir", "DIR", "Rustle's folder on a host, relative to the home folder")
                .default_value(".rustle")
                .value_parser(remote_dir),
        )
        .arg(flag("resume", "Goes on with the last deployment, where it was cut off").conflicts_with_all([
            "limit", "serial", "check", "diff", "tags", "skip-tags", "extra-vars", "options",
        ]))
        .arg(
            flag("collect", "Fetches what the last deployment has lost; begins nothing")
                .conflicts_with("resume"),
        )
        .arg(flag("json", "Writes the events of all hosts as JSON, one a line"))
        .arg(flag("compress", "Compresses what goes over the network: for slow ones"))
        .arg(
            option("timeout", "SECS", "How long a connection may take to come about")
                .short('T')
                .default_value("10")
                .value_parser(value_parser!(u64)),
        )
        .arg(
            option("reconnect", "SECS", "For how long a lost connection is sought again")
                .default_value("300")
                .value_parser(value_parser!(u64)),
        )
        .arg(option("target", "TRIPLE", "What to build a project for [default: as `cargo rustle build`]"))
        .arg(Arg::new("verbose").short('v').long("verbose").action(ArgAction::Count).help("Tells more"))
        .arg(flag("no-color", "Without colours, as with NO_COLOR in the environment"))
        .arg(passed("The runner's own: `-- --start-at-task Restart`"))
        .after_help(
            "The runner is copied to each host that does not have it yet, and runs there by itself: a lost connection \
             does not stop it. docs/FLEETS.md tells the rest.",
        )
}

/// A folder of Rustle's own: what it keeps there is cleared away from time to time.
fn remote_dir(text: &str) -> std::result::Result<String, String> {
    let depth = Path::new(text.trim()).components().fold(0_usize, |depth, part| match part {
        Component::Normal(_) => depth + 1,
        Component::ParentDir => depth.saturating_sub(1),
        _ => depth,
    });
    match depth {
        0 => Err("this is no folder of Rustle's own: name one below the home folder, as .rustle".into()),
        _ => Ok(text.to_owned()),
    }
}

impl Options {
    /// What `matches` asks for.
    ///
    /// # Errors
    /// If an option cannot mean anything.
    pub fn of(matches: &ArgMatches) -> Result<Options> {
        let flag = |name: &str| matches.get_flag(name);
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let number = |name: &str| matches.get_one::<u64>(name).copied().unwrap_or_default();
        let serial = match text("serial") {
            Some(text) => Some(Serial::parse_list(&text).map_err(Failure::Usage)?),
            None => None,
        };
        let max_fail_percentage = matches.get_one::<f64>("max-fail-percentage").copied();
        if max_fail_percentage.is_some_and(|part| !(0.0..=100.0).contains(&part)) {
            return Err(Failure::Usage("--max-fail-percentage is a number from 0 to 100".into()));
        }
        Ok(Options {
            what: matches.get_one("what").cloned(),
            inventory: crate::commands::inventories(matches),
            limit: text("limit"),
            forks: matches.get_one::<u16>("forks").copied().map(usize::from),
            serial,
            max_fail_percentage,
            reports: matches.get_one("reports").cloned(),
            remote_dir: text("remote-dir").unwrap_or_default(),
            resume: flag("resume"),
            collect: flag("collect"),
            json: flag("json"),
            compress: flag("compress"),
            timeout: number("timeout"),
            reconnect: Duration::from_secs(number("reconnect")),
            target: text("target"),
            verbosity: matches.get_count("verbose"),
            no_color: flag("no-color") || std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty()),
            arguments: Arguments::of(matches)?,
        })
    }
}

impl Arguments {
    fn of(matches: &ArgMatches) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        let many = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
        for name in ["check", "diff"] {
            if matches.get_flag(name) {
                arguments.words.push(format!("--{name}"));
            }
        }
        for name in ["tags", "skip-tags"] {
            arguments.words.extend(many(name).map(|value| format!("--{name}={value}")));
        }
        for value in many("extra-vars") {
            match value.trim().strip_prefix('@') {
                // The host has no such file: it gets a copy, and the place keeps the order.
                Some(path) => {
                    arguments.words.push(Arguments::file(arguments.files.len()));
                    arguments.files.push(std::path::absolute(path).unwrap_or_else(|_| path.into()));
                }
                None => arguments.words.push(format!("--extra-vars={value}")),
            }
        }
        let own = arguments.words.len();
        for word in matches.get_many::<OsString>("options").into_iter().flatten() {
            let word = word.to_str().ok_or_else(|| {
                Failure::Usage(format!("{} is not UTF-8, and cannot be told to a host", word.display()))
            })?;
            arguments.words.push(word.to_owned());
        }
        super::passed::check(arguments.words.iter().skip(own).map(String::as_str)).map_err(Failure::Usage)?;
        Ok(arguments)
    }

    /// What stands for the file of this number until its place on the host is known. No command line can hold it.
    fn file(number: usize) -> String {
        format!("\0{number}")
    }

    /// The words as a host in whose folder `vars` the files lie is told them.
    pub fn with_files_in(&self, vars: &str) -> Vec<String> {
        let word = |word: &String| match word.strip_prefix('\0') {
            Some(number) => format!("--extra-vars=@{vars}/{number}"),
            None => word.clone(),
        };
        self.words.iter().map(word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(args: &[&str]) -> Options {
        let matches = command().try_get_matches_from([&["deploy"], args].concat()).unwrap();
        Options::of(&matches).unwrap()
    }

    #[test]
    fn ansibles_options_are_told_to_the_runner() {
        let options = options(&[
            "-CD",
            "-t",
            "a,b",
            "-e",
            "x=1",
            "-e",
            "@v.yml",
            "-e",
            "y=2",
            "-f",
            "20",
            "--",
            "--start-at-task",
            "T",
        ]);
        assert_eq!(options.forks, Some(20));
        let words = options.arguments.with_files_in("/h/vars");
        let wanted = [
            "--check",
            "--diff",
            "--tags=a,b",
            "--extra-vars=x=1",
            "--extra-vars=@/h/vars/0",
            "--extra-vars=y=2",
            "--start-at-task",
            "T",
        ];
        assert_eq!(words, wanted);
        assert!(options.arguments.files[0].ends_with("v.yml"));
    }

    #[test]
    fn what_was_said_at_first_is_not_said_again() {
        assert!(command().try_get_matches_from(["deploy", "--resume", "--check"]).is_err());
        assert!(command().try_get_matches_from(["deploy", "--forks", "0"]).is_err());
    }
    #[test]
    fn the_home_folder_is_not_rustles() {
        for dir in ["", " ", ".", "./", "x/..", "..", "/"] {
            let refused =
                command().try_get_matches_from(["deploy", &format!("--remote-dir={dir}")]).unwrap_err();
            assert_eq!(refused.exit_code(), 2);
            assert!(refused.to_string().contains("name one below the home folder"), "{dir:?}: {refused}");
        }
        for dir in [".rustle", "a/b", "/opt/rustle", "../shared"] {
            assert_eq!(options(&["--remote-dir", dir]).remote_dir, dir);
        }
    }

    #[test]
    fn what_is_a_deployments_own_is_refused_behind_the_dashes() {
        let matches = command().try_get_matches_from(["deploy", "--check", "--", "-vl", "b"]).unwrap();
        let refused = Options::of(&matches).unwrap_err();
        assert!(matches!(&refused, Failure::Usage(why) if why.starts_with("`-vl` cannot")), "{refused:?}");
    }
}
