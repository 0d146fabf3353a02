//! The README's commands run, and print what the README says they print.
//!
//! A fenced block that begins with ```` ```console ```` is a session: a line `$ command` is run from the root of the
//! repository, and the lines below it are what it prints, standard output and standard error together. A line that is
//! `...` stands for any lines; within a line, `…` stands for any text. A block marked ```` ```console,no-run ```` is
//! one that needs what a bare machine lacks; it is only looked at.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// One command of the README.
#[derive(Debug, PartialEq)]
struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// Every command whose output is not what the README says.
pub fn check(root: &Path) -> Vec<String> {
    let text = match std::fs::read_to_string(root.join("README.md")) {
        Ok(text) => text,
        Err(error) => return vec![format!("README.md: {error}")],
    };
    let steps = steps(&text);
    if steps.is_empty() {
        return vec!["README.md shows no command".into()];
    }
    remove_leftovers(root);
    // What is installed goes beside the build, and is found first.
    let installed = root.join("target/readme");
    let mut path = installed.join("bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut faults = Vec::new();
    for step in steps {
        println!("tidy: README.md:{}: {}", step.line, step.command);
        let begun = Instant::now();
        let output = Command::new("bash")
            .args(["-c", &format!("set -o pipefail; {{ {}\n}} 2>&1", step.command)])
            .current_dir(root)
            .env("NO_COLOR", "1")
            .env("PATH", &path)
            .env("CARGO_INSTALL_ROOT", &installed)
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_QUIET", "true")
            .output();
        println!("tidy: … {:.1} s", begun.elapsed().as_secs_f64());
        let printed = match output {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(error) => {
                faults.push(format!("README.md:{}: bash: {error}", step.line));
                continue;
            }
        };
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let wanted: Vec<&str> = step.output.iter().map(|line| line.trim_end()).collect();
        if !matches(&wanted, &printed) {
            faults.push(format!(
                "README.md:{}: `{}` does not print what is shown, but:\n{}",
                step.line,
                step.command,
                printed.join("\n")
            ));
        }
    }
    remove_leftovers(root);
    faults
}

/// Removes what the README's commands make: it begins where none of them has run.
fn remove_leftovers(root: &Path) {
    for made in ["app-out", "rustle-example", "motd-out", "/tmp/rustle-ledger", "/tmp/rustle-rotation"] {
        let _ = std::fs::remove_dir_all(root.join(made));
    }
}

/// The commands of every `console` block, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line.trim_end() == "```console";
        } else if inside {
            match line.strip_prefix("$ ") {
                Some(command) => {
                    steps.push(Step { line: index + 1, command: command.to_owned(), output: Vec::new() });
                }
                None => {
                    if let Some(step) = steps.last_mut() {
                        step.output.push(line.to_owned());
                    }
                }
            }
        }
    }
    steps
}

/// Whether the `printed` lines are the `wanted` ones; an ellipsis stands for anything.
fn matches(wanted: &[&str], printed: &[&str]) -> bool {
    match wanted.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skip| matches(rest, &printed[skip..])),
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others)),
    }
}

fn line_matches(wanted: &str, printed: &str) -> bool {
    let mut parts = wanted.split('…');
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read() {
        let text = "a\n```console\n$ one\n1\n$ two\n```\n```sh\n$ no\n```\n```console,no-run\n$ no\n```\n";
        assert_eq!(
            steps(text),
            [
                Step { line: 3, command: "one".into(), output: vec!["1".into()] },
                Step { line: 5, command: "two".into(), output: vec![] },
            ]
        );
    }

    #[test]
    fn an_ellipsis_stands_for_anything_and_the_rest_for_itself() {
        assert!(matches(&["a", "...", "z"], &["a", "b", "c", "z"]));
        assert!(matches(&["took … s"], &["took 1.5 s"]));
        assert!(!matches(&["took … s"], &["took 1.5 m"]));
        assert!(!matches(&["a"], &["a", "b"]));
        assert!(!matches(&["a", "..."], &["b"]));
        assert!(matches(&[], &[]));
    }
}
