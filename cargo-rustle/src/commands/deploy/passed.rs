//! What stands behind `--`: the runner's own options, but for those that are a deployment's own.

use clap::{Arg, Command};
use rustle_runtime::command_line;

/// Says why these words cannot be told to a runner that is deployed.
///
/// An option that is not known here may be that of a crate which is linked into the runner: the runner judges it.
pub fn check<'a>(words: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut command = command_line::command("runner", "0");
    // Only then it has --help and --version.
    command.build();
    // Behind a `--` there are no options, and a runner takes nothing else.
    for word in words.take_while(|word| *word != "--") {
        let refused = match word.strip_prefix("--") {
            Some(long) => by_long(&command, long).and_then(why_not),
            // A value never begins with `-`: clap takes what does for an option.
            None => word.strip_prefix('-').and_then(|letters| in_letters(&command, letters)),
        };
        if let Some(why) = refused {
            return Err(format!("`{word}` cannot stand behind `--` here: {why}"));
        }
    }
    Ok(())
}

fn by_long<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    let name = long.split_once('=').map_or(long, |(name, _)| name);
    command.get_arguments().find(|arg| {
        arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// Why `-abc` is refused: letters are options up to the first one that takes a value, which is the rest.
fn in_letters(command: &Command, letters: &str) -> Option<&'static str> {
    for letter in letters.chars() {
        let arg = command.get_arguments().find(|arg| arg.get_short() == Some(letter))?;
        if let Some(why) = why_not(arg) {
            return Some(why);
        }
        if arg.get_action().takes_values() {
            return None;
        }
    }
    None
}

/// Why a deployment cannot do with this option of a runner; `None` where it can.
fn why_not(arg: &Arg) -> Option<&'static str> {
    let why = match arg.get_id().as_str() {
        "host" => {
            "a deployment tells each runner itself which host it is on. --limit before the `--` chooses the hosts"
        }
        "job" | "detached" => {
            "a deployment begins each run as a job in a folder of its own, by which it finds it again"
        }
        "chroot" => "a deployment begins each run as a job, and a job changes no root",
        "step" => "a deployment begins each run as a job, which has nobody whom it could ask",
        "help" | "version" => "it is no run. Ask the runner itself, here: RUNNER --help",
        // All the others that are no run.
        _ if arg.get_help_heading() == Some(command_line::INSTEAD) => {
            "it takes the place of a run, and a deployment waits for one. Ask the runner itself, on this machine or on \
             the host"
        }
        _ => return None,
    };
    Some(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &[&str]) -> Option<String> {
        check(words.iter().copied()).err()
    }

    #[test]
    fn what_a_deployment_does_itself_is_refused_however_it_is_written() {
        for words in [
            &["--host", "b"][..],
            &["--host=b"],
            &["--limit=b"],
            &["--limit", "b"],
            &["-l", "b"],
            &["-lb"],
            &["-vl", "b"],
            &["-CDvlb"],
            &["--check", "-l=b"],
        ] {
            let why = refused(words).unwrap_or_else(|| panic!("{words:?} is taken"));
            assert!(why.contains("--limit before the `--`"), "{why}");
        }
        for word in ["--job=/x", "--detached", "--step", "--chroot=/x"] {
            assert!(refused(&[word]).is_some_and(|why| why.contains("as a job")), "{word}");
        }
    }

    #[test]
    fn what_is_no_run_is_refused() {
        for word in [
            "--list-tasks",
            "--list-hosts",
            "--list-tags",
            "--list-modules",
            "--verify",
            "--self-digest",
            "--send-spool",
            "--completions=bash",
            "--follow",
            "--from=1",
            "--help",
            "-h",
            "--version",
            "-V",
            "-vV",
        ] {
            let why = refused(&["--diff", word]).unwrap_or_else(|| panic!("{word} is taken"));
            assert!(why.starts_with(&format!("`{word}` cannot stand behind `--` here: it ")), "{why}");
        }
    }

    #[test]
    fn what_a_run_is_told_is_passed_on() {
        for words in [
            &["--no-lock"][..],
            &["--start-at-task", "host"],
            &["--start-at-task=--host", "-CDvv"],
            &["-tlive", "-vt", "help", "-el=1", "-e", "host=1"],
            &["--skip-tags=l", "--report", "/r.json", "--json", "--timeout", "5"],
            // Of a crate that is linked in, or of nobody.
            &["--secrets-key", "/k", "--hostile"],
            &["--nonsense", "--", "--host"],
            &["-"],
            &[],
        ] {
            assert_eq!(refused(words), None, "{words:?}");
        }
    }
}
