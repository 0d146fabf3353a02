//! Asks whoever sits at the terminal for something secret.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use rustle_seal::SecretBytes;

use crate::failure::{Context, Failure, Result};

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks. `instead` says what to do where there is no terminal.
///
/// # Errors
/// If there is no terminal.
pub fn ask(question: &str, instead: &str) -> Result<SecretBytes> {
    if !is_possible() {
        return Err(Failure::new(format!("there is no terminal to ask for: {question}")).help(instead));
    }
    let hidden = Hidden::new().context("the terminal")?;
    let mut stderr = io::stderr();
    write!(stderr, "{question}: ").and_then(|()| stderr.flush()).context("the terminal")?;
    let mut line = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut line).context("the terminal");
    drop(hidden);
    let _ = writeln!(stderr);
    read?;
    while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
        line.pop();
    }
    Ok(SecretBytes::new(line))
}

/// Asks twice, for what is new.
///
/// # Errors
/// If there is no terminal, nothing is answered, or the answers differ.
pub fn ask_new(question: &str, instead: &str) -> Result<SecretBytes> {
    twice(question, instead, |question| ask(question, instead))
}

fn twice(
    question: &str,
    instead: &str,
    mut ask: impl FnMut(&str) -> Result<SecretBytes>,
) -> Result<SecretBytes> {
    let answer = ask(question)?;
    if answer.is_empty() {
        return Err(Failure::new(format!("nothing was typed for: {question}")).help(instead));
    }
    if ask("The same again")? != answer {
        return Err(Failure::new("these are two different answers"));
    }
    Ok(answer)
}

/// The terminal does not show what is typed for as long as this lives.
struct Hidden(Termios);

impl Hidden {
    fn new() -> io::Result<Hidden> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
        Ok(Hidden(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // There is nobody to tell if the terminal has gone away.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_typed_twice_and_is_not_nothing() {
        let asked = |answers: [&str; 2]| {
            let mut left = answers.into_iter();
            let mut next = |_: &str| Ok(SecretBytes::new(left.next().unwrap_or_default().into()));
            twice("db_password", "`--from-file FILE` gives it", &mut next)
        };
        assert_eq!(asked(["a", "a"]).unwrap().expose(), b"a");
        assert!(matches!(asked(["a", "b"]), Err(Failure::Message(why, _)) if why.contains("two different")));
        let nothing = asked(["", ""]);
        assert!(matches!(nothing, Err(Failure::Message(why, help))
            if why == "nothing was typed for: db_password" && help == ["`--from-file FILE` gives it"]));
    }
}
