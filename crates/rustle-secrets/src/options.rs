//! The options that say where a key comes from.

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

use crate::delivery::{CREDENTIAL, HOST_KEY};

/// What the command line says of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// `--secret-credential`.
    pub credential: Option<String>,
    /// `--secret-key-file`.
    pub key_files: Vec<String>,
    /// `--secret-key-fd`.
    pub key_fd: Option<i32>,
    /// `--secret-identity`.
    pub identities: Vec<String>,
    /// `--ask-secret-passphrase`.
    pub ask: bool,
}

/// Adds them to a runner's command line.
pub(crate) fn add(command: Command) -> Command {
    let option = |name: &'static str, value: &'static str, help: String| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading("Secrets")
    };
    let file = |arg: Arg| arg.value_hint(ValueHint::FilePath).action(ArgAction::Append);
    command
        .arg(option(
            "secret-credential",
            "NAME",
            format!("The systemd credential that holds the key [default: {CREDENTIAL}]"),
        ))
        .arg(file(option(
            "secret-key-file",
            "FILE",
            "A file with the key or the passphrase, readable by its owner only".into(),
        )))
        .arg(
            option(
                "secret-key-fd",
                "N",
                "A file descriptor from which the key or the passphrase is read".into(),
            )
            .value_parser(value_parser!(i32).range(0..)),
        )
        .arg(file(option(
            "secret-identity",
            "FILE",
            format!("An age identity or a private key of SSH [default: {HOST_KEY}]"),
        )))
        .arg(
            option("ask-secret-passphrase", "", "Asks for the passphrase".into())
                .action(ArgAction::SetTrue)
                .num_args(0),
        )
}

impl Options {
    /// What was said.
    pub(crate) fn new(matches: &ArgMatches) -> Options {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let all = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect();
        Options {
            credential: text("secret-credential"),
            key_files: all("secret-key-file"),
            key_fd: matches.get_one::<i32>("secret-key-fd").copied(),
            identities: all("secret-identity"),
            ask: matches.get_flag("ask-secret-passphrase"),
        }
    }
}

impl Options {
    /// Whether a place was named that only the process can read which was started.
    pub(crate) fn is_carried(&self) -> bool {
        self.ask || self.key_fd == Some(0)
    }

    /// Leaves those places out.
    pub(crate) fn without_carried(&mut self) {
        self.ask = false;
        self.key_fd = self.key_fd.filter(|number| *number != 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_sound_beside_those_of_a_runner() {
        let mut command = add(rustle_runtime::command_line::command("site", "1"));
        command.clone().debug_assert();
        let args = ["site", "--secret-key-file", "a", "--secret-key-file", "b", "--secret-key-fd", "7"];
        let options = Options::new(&command.clone().try_get_matches_from(args).unwrap());
        assert_eq!((options.key_files.len(), options.key_fd, options.ask), (2, Some(7), false));
        assert!(command.clone().try_get_matches_from(["site", "--secret-key-fd", "-1"]).is_err());
        assert!(command.render_help().to_string().contains("Secrets:"));
    }
}
