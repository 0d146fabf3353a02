//! The options of a runner, as clap knows them.

use clap::{Arg, ArgAction, Command, ValueHint, builder::EnumValueParser, value_parser};
use clap_complete::Shell;

use super::Listing;

/// The heading of the options with which a runner does something else than run.
pub const INSTEAD: &str = "Instead of a run";

/// The command line of the runner called `name`.
pub fn command(name: &str, version: &str) -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let many = |arg: Arg| arg.action(ArgAction::Append).value_delimiter(',');
    let seconds = |arg: Arg| arg.value_parser(value_parser!(u64));
    let run = "Run";
    let choice = "Which tasks, and where";
    let told = "What is told";
    Command::new(name.to_owned())
        .version(version.to_owned())
        .about("Brings this machine into the state that the embedded playbook describes")
        .args_override_self(true)
        .next_help_heading(run)
        .arg(
            flag("check", "Changes nothing, and predicts what would change")
                .short('C')
                .overrides_with("no-check"),
        )
        .arg(
            flag("no-check", "Changes things where the bundle says --check")
                .hide(true)
                .overrides_with("check"),
        )
        .arg(flag("diff", "Shows differences of files").short('D').overrides_with("no-diff"))
        .arg(flag("no-diff", "Shows none where the bundle says --diff").hide(true).overrides_with("diff"))
        .arg(
            option("extra-vars", "VARS", "Variables: key=value, YAML, JSON, or @FILE; may be repeated")
                .short('e')
                .action(ArgAction::Append),
        )
        .arg(flag("force-handlers", "Runs handlers even if a task fails"))
        .arg(flag("step", "Asks before each task"))
        .arg(seconds(option("timeout", "SECS", "Ends the whole run after this time")))
        .arg(seconds(option("task-timeout", "SECS", "Ends a task after this time, unless it says another")))
        .arg(
            option("lock-file", "FILE", "Locks this file, so that two runs do not meet")
                .value_hint(ValueHint::FilePath),
        )
        .arg(flag("no-lock", "Lets runs of this bundle meet"))
        .arg(option("working-dir", "DIR", "The folder that the run is in").value_hint(ValueHint::DirPath))
        .next_help_heading(choice)
        .arg(many(option("tags", "TAGS", "Only tasks with one of these tags").short('t')))
        .arg(many(option("skip-tags", "TAGS", "No tasks with one of these tags")))
        .arg(option("start-at-task", "NAME", "Begins at the task of this name; may be a pattern"))
        .arg(
            option("host", "NAME", "The host of the inventory that this machine is")
                .short('l')
                .visible_alias("limit"),
        )
        .next_help_heading(told)
        .arg(
            Arg::new("verbose")
                .short('v')
                .long("verbose")
                .action(ArgAction::Count)
                .help("Tells more; up to -vvvv"),
        )
        .arg(flag("json", "Writes one JSON event a line to standard output"))
        .arg(option("report", "FILE", "Writes a report of the run as JSON").value_hint(ValueHint::FilePath))
        .arg(flag("timings", "Shows the slowest tasks at the end"))
        .arg(flag("no-color", "Without colours, as with NO_COLOR in the environment"))
        .arg(
            option("job", "DIR", "Runs on by itself, and keeps events and report in this folder")
                .value_hint(ValueHint::DirPath)
                .conflicts_with_all(["step", "follow"]),
        )
        .arg(
            option(
                "chroot",
                "DIR",
                "Works in this folder as the root, as in a container that has its host there",
            )
            .value_hint(ValueHint::DirPath)
            .conflicts_with_all(["job", "follow"]),
        )
        .arg(flag("detached", "Is the job itself").hide(true).requires("job"))
        .next_help_heading(INSTEAD)
        .arg(
            option("follow", "DIR", "Writes the events of the job in this folder until it has ended")
                .value_hint(ValueHint::DirPath),
        )
        .arg(
            option("from", "BYTE", "With --follow: begins at this byte of the events")
                .value_parser(value_parser!(u64))
                .requires("follow"),
        )
        .arg(flag("self-digest", "Prints the SHA-256 of this executable"))
        .args(Listing::ALL.map(|listing| flag(listing.flag(), listing.help())))
        .arg(flag("verify", "Verifies every digest of the bundle and prints its own"))
        .arg(flag("send-spool", "Delivers what earlier runs could not tell the controller"))
        .arg(
            option("completions", "SHELL", "Prints completions for a shell")
                .value_parser(EnumValueParser::<Shell>::new()),
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command("site", "1.0.0").debug_assert();
    }
}
