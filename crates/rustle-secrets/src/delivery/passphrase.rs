//! A passphrase that somebody types.

use std::io::{self, BufRead, IsTerminal, Write};

use rustle_runtime::secrets::KeyText;
use rustle_runtime::terminal::hide_input;
use zeroize::Zeroizing;

/// The longest passphrase, in bytes: what a terminal takes as a line.
const LONGEST: usize = 4096;

/// Asks for the passphrase, and does not show it; none if nothing is typed.
///
/// # Errors
/// If there is nobody to ask.
pub(super) fn typed() -> Result<Option<KeyText>, String> {
    if !io::stdin().is_terminal() {
        return Err(
            "a passphrase can be asked for on a terminal only; --secret-key-file takes one from a file, and \
                    --secret-key-fd from a file descriptor"
                .into(),
        );
    }
    let hidden = hide_input().map_err(|error| format!("the terminal cannot hide what is typed: {error}"))?;
    let mut out = io::stderr();
    let _ = write!(out, "Passphrase of the secrets: ").and_then(|()| out.flush());
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let read = io::Read::take(io::stdin().lock(), LONGEST as u64).read_until(b'\n', &mut line);
    drop(hidden);
    let _ = writeln!(out);
    read.map_err(|error| format!("the passphrase cannot be read: {error}"))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((!line.is_empty()).then_some(line))
}
