//! The password of a secret key: from the environment, or from whoever sits at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::failure::{Context, Failure, Result};

/// The environment variable with the password of a secret key.
pub const VARIABLE: &str = "RUSTLE_SIGN_PASSWORD";

/// The password of a key that is there already.
///
/// # Errors
/// If nobody can be asked for it.
pub fn of_key(key: &str) -> Result<String> {
    match std::env::var(VARIABLE) {
        Ok(password) => Ok(password),
        Err(_) => ask(&format!("Password of {key}: ")),
    }
}

/// The password of a key that is about to be made.
///
/// # Errors
/// If nobody can be asked for it, it is empty, or it was typed in two ways.
pub fn of_new_key() -> Result<String> {
    let password = match std::env::var(VARIABLE) {
        Ok(password) => password,
        Err(_) => {
            let password = ask("Password of the new key: ")?;
            if ask("The same again: ")? != password {
                return Err(Failure::new("these are two passwords"));
            }
            password
        }
    };
    if password.is_empty() {
        return Err(Failure::new("an empty password protects nothing")
            .help("`--no-password` makes a key that whoever reads its file can use"));
    }
    Ok(password)
}

fn ask(question: &str) -> Result<String> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new("the key needs a password, and there is no terminal to ask for it")
            .help(format!("set `{VARIABLE}`")));
    }
    let hidden = Hidden::new().context("the terminal")?;
    let mut stderr = io::stderr();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).context("the terminal")?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).context("the terminal");
    drop(hidden);
    let _ = writeln!(stderr);
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
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
