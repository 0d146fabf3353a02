//! `cargo rustle export systemd`: a unit that runs once, and a timer that starts it.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{common, has_several_hosts, runner, words, write};
use crate::executable::Runner;
use crate::failure::{Failure, Result};

pub fn command() -> Command {
    common(Command::new("systemd").about("A unit and a timer"))
        .arg(
            Arg::new("path")
                .long("path")
                .value_name("FILE")
                .help("Where the runner lies on the host [default: /usr/local/sbin/NAME]"),
        )
        .arg(
            Arg::new("on-calendar")
                .long("on-calendar")
                .value_name("WHEN")
                .default_value("daily")
                .help("When the timer starts it, as systemd.time(7) has it"),
        )
        .arg(
            Arg::new("credential")
                .long("credential")
                .value_name("NAME[:PATH]")
                .action(ArgAction::Append)
                .help("A secret that systemd hands to the runner (LoadCredential)"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let runner = runner(matches)?;
    let name = runner.plain_name();
    let path =
        matches.get_one::<String>("path").cloned().unwrap_or_else(|| format!("/usr/local/sbin/{name}"));
    if !path.starts_with('/') || path.contains(char::is_control) {
        return Err(Failure::Usage("--path is the absolute path of a file".into()));
    }
    let when = matches.get_one::<String>("on-calendar").map_or("daily", String::as_str);
    let credentials: Vec<&String> = matches.get_many("credential").into_iter().flatten().collect();
    for text in credentials.iter().copied().map(String::as_str).chain([when]) {
        if text.is_empty() || text.contains(char::is_control) {
            return Err(Failure::Usage(format!("{text:?} cannot stand in a unit")));
        }
    }
    let unit = unit(&runner, &path, &words(matches)?, &credentials);
    let advice = format!(
        "put the runner at {path}, these into /etc/systemd/system, and say `systemctl enable --now {name}.timer`"
    );
    write(
        matches,
        &[(format!("{name}.service"), unit), (format!("{name}.timer"), timer(&runner, when))],
        &advice,
    )
}

fn unit(runner: &Runner, path: &str, words: &[String], credentials: &[&String]) -> String {
    let mut line = word(path);
    if has_several_hosts(runner) {
        // systemd's own name for the host.
        line.push_str(" --host=%H");
    }
    for argument in words {
        line.push(' ');
        line.push_str(&word(argument));
    }
    let credentials: String =
        credentials.iter().map(|it| format!("LoadCredential={}\n", it.replace('%', "%%"))).collect();
    format!(
        "# {digest}\n[Unit]\nDescription=Brings this host into the state of {plan}\nWants=network-online.target\n\
         After=network-online.target\n\n[Service]\nType=oneshot\nExecStart={line}\n{credentials}\
         # It changes the host, so it is not confined; what it starts ends with it.\nKillMode=mixed\nTimeoutStartSec=infinity\n",
        digest = runner.digest,
        plan = description(runner),
    )
}

fn timer(runner: &Runner, when: &str) -> String {
    format!(
        "[Unit]\nDescription=Starts the runner of {}\n\n[Timer]\nOnCalendar={when}\n# A fleet does not start all at once, and \
         a host that slept makes up for it.\nRandomizedDelaySec=15min\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        description(runner)
    )
}

/// The plan's name, as a line of a unit may hold it.
fn description(runner: &Runner) -> String {
    runner.plan.name.replace('%', "%%").replace(char::is_control, " ")
}

/// A word of a command line, as systemd.service(5) reads it: `%` begins a specifier, `$` a variable.
fn word(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+%$".contains(c);
    if !escaped.is_empty() && escaped.chars().all(plain) { escaped } else { format!("\"{escaped}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_systemd_reads_them() {
        assert_eq!(word("--tags=a,b"), "--tags=a,b");
        assert_eq!(word("100% $HOME"), "\"100%% $$HOME\"");
        assert_eq!(word("a\"b\\"), "\"a\\\"b\\\\\"");
        assert_eq!(word(""), "\"\"");
    }
}
