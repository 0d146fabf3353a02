//! A passphrase that somebody types.

use std::io::{self, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use rustle_runtime::secrets::KeyText;
use zeroize::Zeroizing;

/// The longest passphrase, in bytes: what a terminal takes as a line.
const LONGEST: usize = 4096;

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// Asks for the passphrase, and does not show it; none if nothing is typed.
///
/// # Errors
/// If there is nobody to ask, or Ctrl-C is pressed.
pub(super) fn typed() -> Result<Option<KeyText>, String> {
    if !io::stdin().is_terminal() {
        return Err(
            "a passphrase can be asked for on a terminal only; --secret-key-file takes one from a file, and \
                    --secret-key-fd from a file descriptor"
                .into(),
        );
    }
    let failed = |error: io::Error| format!("the passphrase cannot be read: {error}");
    let quiet = Quiet::begin().map_err(failed)?;
    let mut out = io::stderr();
    let _ = write!(out, "Passphrase of the secrets: ").and_then(|()| out.flush());
    // Room for all of it at once, and no other buffer: a copy would stay in memory.
    let mut line = Zeroizing::new(vec![0; LONGEST]);
    let length = rustix::io::read(io::stdin(), line.as_mut_slice());
    drop(quiet);
    let _ = writeln!(out);
    line.truncate(length.map_err(|error| failed(error.into()))?);
    match line.last() {
        Some(&INTERRUPT) => return Err("no passphrase was given".into()),
        Some(b'\n') => drop(line.pop()),
        _ => {}
    }
    Ok((!line.is_empty()).then_some(line))
}

/// A terminal that shows nothing of what is typed, for as long as this lives. Ctrl-C ends the line, so that nobody is left
/// with a terminal that stays silent.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> io::Result<Quiet> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        // What was typed before somebody was asked is no answer.
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Quiet(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // There is nobody to tell if the terminal has gone away.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
