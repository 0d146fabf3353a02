//! Listings on standard output.

use std::io::{self, ErrorKind, Write};

use rustle_schema::plan::Plan;

use super::{ERROR, Refusal, refuse};
use crate::command_line::{Options, listing};
use crate::hosts::Hosts;

/// Prints what shall be listed.
pub(super) fn print(plan: &Plan, hosts: &Hosts<'_>, options: &Options) -> Result<u8, Refusal> {
    write(&listing::text(plan, hosts, &options.settings, &options.listings))?;
    Ok(0)
}

/// Writes to standard output.
pub(super) fn write(text: &str) -> Result<(), Refusal> {
    write_to(&mut io::stdout(), text)
}

fn write_to(out: &mut dyn Write, text: &str) -> Result<(), Refusal> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads may have seen enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(refuse(ERROR)(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error_unless_nobody_reads() {
        let refusal = write_to(&mut Failing(ErrorKind::StorageFull), "a").unwrap_err();
        assert_eq!(refusal.code, ERROR);
        assert!(refusal.message.starts_with("standard output cannot be written: "), "{}", refusal.message);
        assert!(write_to(&mut Failing(ErrorKind::BrokenPipe), "a").is_ok());
    }
}
