//! The command line of a runner.

mod definition;
mod extra_vars;
mod host;
pub mod listing;

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use rustle_schema::settings::RunDefaults;

pub use definition::{INSTEAD, command};
pub use extra_vars::parse as parse_extra_vars;
pub use host::{NoHost, choose as choose_host};
pub use listing::Listing;

use crate::settings::Settings;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the plan is run.
    pub settings: Settings,
    /// The host of the inventory that this machine is.
    pub host: Option<String>,
    /// What shall be listed instead of a run.
    pub listings: Vec<Listing>,
    /// Whether the bundle shall be verified instead of a run.
    pub verify: bool,
    /// The shell for which completions shall be written instead of a run.
    pub completions: Option<clap_complete::Shell>,
    /// Events as JSON on standard output.
    pub json: bool,
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// No colours.
    pub no_color: bool,
    /// The slowest tasks at the end.
    pub timings: bool,
    /// The longest time that the run may take.
    pub timeout: Option<Duration>,
    /// The lock.
    pub lock: LockChoice,
    /// The folder that the run is in; that in which the runner was started, where there is none.
    pub working_dir: Option<PathBuf>,
    /// Whether what earlier runs could not deliver shall be delivered instead of a run.
    pub send_spool: bool,
    /// The folder of the job that the run shall be.
    pub job: Option<PathBuf>,
    /// The folder that becomes the root.
    pub chroot: Option<PathBuf>,
    /// Whether this process is the job itself.
    pub detached: bool,
    /// The folder of the job that shall be followed instead of a run, and the byte from which on.
    pub follow: Option<(PathBuf, u64)>,
    /// Whether the executable's own digest shall be printed instead of a run.
    pub self_digest: bool,
}

/// Which lock a run takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockChoice {
    /// That of the plan.
    Default,
    /// This file.
    File(PathBuf),
    /// None.
    None,
}

impl Options {
    /// What `matches` asks for, where it says nothing what the bundle says.
    ///
    /// # Errors
    /// If extra variables cannot be read.
    pub fn new(matches: &ArgMatches, defaults: &RunDefaults) -> Result<Options, String> {
        let flag = |name: &str| matches.get_flag(name);
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let words = |name: &str, otherwise: &[String]| -> Vec<String> {
            let given: Vec<String> =
                matches.get_many::<String>(name).into_iter().flatten().cloned().collect();
            if given.is_empty() { otherwise.to_vec() } else { given }
        };
        let seconds = |name: &str| matches.get_one::<u64>(name).copied();
        let on = |name: &str, default: bool| flag(name) || default && !flag(&format!("no-{name}"));
        let mut tags = words("tags", &defaults.tags);
        if tags.is_empty() {
            tags.push("all".into());
        }
        let extra: Vec<String> =
            matches.get_many::<String>("extra-vars").into_iter().flatten().cloned().collect();
        let settings = Settings {
            check: on("check", defaults.check),
            diff: on("diff", defaults.diff),
            verbosity: Some(matches.get_count("verbose")).filter(|it| *it > 0).unwrap_or(defaults.verbosity),
            tags,
            skip_tags: words("skip-tags", &defaults.skip_tags),
            extra_vars: parse_extra_vars(&extra)?,
            start_at_task: text("start-at-task"),
            step: flag("step"),
            force_handlers: flag("force-handlers"),
            task_timeout: seconds("task-timeout")
                .or(defaults.task_timeout)
                .filter(|it| *it > 0)
                .map(Duration::from_secs),
            interactive: std::io::IsTerminal::is_terminal(&std::io::stdin()),
            limit: text("host"),
        };
        let lock = match (text("lock-file").or_else(|| defaults.lock.clone()), flag("no-lock")) {
            (_, true) => LockChoice::None,
            (Some(file), _) => LockChoice::File(file.into()),
            (None, _) => LockChoice::Default,
        };
        Ok(Options {
            settings,
            host: text("host").or_else(|| defaults.host.clone()),
            listings: Listing::ALL.into_iter().filter(|listing| flag(listing.flag())).collect(),
            verify: flag("verify"),
            completions: matches.get_one::<clap_complete::Shell>("completions").copied(),
            json: flag("json"),
            report: text("report").map(|file| here(PathBuf::from(file))),
            no_color: flag("no-color"),
            timings: flag("timings"),
            timeout: seconds("timeout").or(defaults.timeout).filter(|it| *it > 0).map(Duration::from_secs),
            lock,
            working_dir: text("working-dir").or_else(|| defaults.working_dir.clone()).map(PathBuf::from),
            send_spool: flag("send-spool"),
            job: text("job").map(|folder| here(PathBuf::from(folder))),
            chroot: text("chroot").map(PathBuf::from),
            detached: flag("detached"),
            follow: text("follow")
                .map(|folder| (folder.into(), matches.get_one::<u64>("from").copied().unwrap_or(0))),
            self_digest: flag("self-digest"),
        })
    }
}

/// A path of the command line, which is meant from where the command was given.
fn here(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(args: &[&str], defaults: &RunDefaults) -> Options {
        let matches = command("site", "1.0.0").try_get_matches_from([&["site"], args].concat()).unwrap();
        Options::new(&matches, defaults).unwrap()
    }

    #[test]
    fn ansibles_options_mean_what_they_mean_there() {
        let args = [
            "-CDvv",
            "-t",
            "a,b",
            "-t",
            "c",
            "--skip-tags=d",
            "-e",
            "x=1",
            "-l",
            "web1",
            "--task-timeout",
            "5",
        ];
        let options = options(&args, &RunDefaults::default());
        let settings = &options.settings;
        assert!(settings.check && settings.diff);
        assert_eq!(settings.verbosity, 2);
        assert_eq!(settings.tags, ["a", "b", "c"]);
        assert_eq!(settings.skip_tags, ["d"]);
        assert_eq!(settings.task_timeout, Some(Duration::from_secs(5)));
        assert_eq!(options.host.as_deref(), Some("web1"));
        assert_eq!(options.lock, LockChoice::Default);
    }

    #[test]
    fn the_command_line_comes_before_the_bundle() {
        let defaults = RunDefaults {
            check: true,
            tags: vec!["x".into()],
            host: Some("db1".into()),
            timeout: Some(9),
            ..RunDefaults::default()
        };
        let silent = options(&[], &defaults);
        assert!(silent.settings.check);
        assert_eq!(
            (silent.settings.tags.as_slice(), silent.timeout),
            (&["x".to_string()][..], Some(Duration::from_secs(9)))
        );
        let loud = options(&["--no-check", "--tags", "y", "--host", "web1", "--timeout", "1"], &defaults);
        assert!(!loud.settings.check);
        assert_eq!((loud.settings.tags[0].as_str(), loud.host.as_deref()), ("y", Some("web1")));
        assert_eq!(loud.timeout, Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_wrong_option_is_refused_with_2() {
        let error = command("site", "1").try_get_matches_from(["site", "--chek"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("--check"), "{error}");
    }
}
