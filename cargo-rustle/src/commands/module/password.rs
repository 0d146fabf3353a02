//! The password of a secret key: from the environment, or from whoever sits at the terminal.

use crate::failure::{Context, Failure, Result};
use crate::prompt;

/// The environment variable with the password of a secret key.
pub const VARIABLE: &str = "RUSTLE_SIGN_PASSWORD";

/// The password of a key that is there already.
///
/// # Errors
/// If nobody can be asked for it.
pub fn of_key(key: &str) -> Result<String> {
    match std::env::var(VARIABLE) {
        Ok(password) => Ok(password),
        Err(_) => ask(&format!("Password of {key}")),
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
            let password = ask("Password of the new key")?;
            if ask("The same again")? != password {
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
    let answer = prompt::ask(question, &format!("set `{VARIABLE}`"))?;
    String::from_utf8(answer.expose().to_vec()).context("the password")
}
