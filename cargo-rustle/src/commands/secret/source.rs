//! Where a secret is read from.

use std::env;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use rustle_seal::{MAX_SECRET, SecretBytes};
use zeroize::Zeroizing;

use super::opening;
use crate::failure::{Context, Failure, Result};

/// An environment variable.
///
/// # Errors
/// If it is not set.
pub fn env(name: &str) -> Result<SecretBytes> {
    use std::os::unix::ffi::OsStringExt;

    let value = env::var_os(name)
        .ok_or_else(|| Failure::new(format!("the environment variable `{name}` is not set")))?;
    Ok(SecretBytes::new(value.into_vec()))
}

/// The output of a program that is run in `folder`, without the end of its last line.
///
/// # Errors
/// If it cannot be run, fails, or says nothing. What it prints is not repeated.
pub fn command(words: &[String], folder: &Path) -> Result<SecretBytes> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| Failure::Usage("there is no program to run".into()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .spawn()
        .context(program)?;
    let mut output = Zeroizing::new(Vec::new());
    let most = u64::try_from(MAX_SECRET).unwrap_or(u64::MAX);
    if let Some(stdout) = child.stdout.take() {
        stdout.take(most + 1).read_to_end(&mut output).context(program)?;
    }
    let ended = child.wait().context(program)?;
    if !ended.success() {
        return Err(Failure::new(format!("`{program}` failed: {ended}")));
    }
    without_end(output, program)
}

/// Standard input, without the end of its last line.
///
/// # Errors
/// If it cannot be read, or is empty.
pub fn stdin() -> Result<SecretBytes> {
    let bytes = opening::read(Path::new("-"))?;
    without_end(Zeroizing::new(bytes.expose().to_vec()), "standard input")
}

/// Whether somebody sits at standard input.
pub fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

fn without_end(mut bytes: Zeroizing<Vec<u8>>, what: &str) -> Result<SecretBytes> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    if bytes.is_empty() {
        return Err(Failure::new(format!("{what} gives nothing")));
    }
    if bytes.len() > MAX_SECRET {
        return Err(Failure::new(format!("{what} gives more than a secret may have")));
    }
    Ok(SecretBytes::from(bytes))
}
