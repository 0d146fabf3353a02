//! Standard error without secrets.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::redaction;

/// The longest line that is waited for.
const LONGEST: u64 = 64 << 10;

/// Writes a line to standard error, without the secrets in it.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{}", redaction().text(text));
}

/// Copies what another process says to standard error, by line and without secrets, until it says no more.
pub(crate) fn copy(from: impl Read) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut from).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let shown = redaction().bytes(&line);
        io::stderr().write_all(shown.as_deref().unwrap_or(&line))?;
    }
}
