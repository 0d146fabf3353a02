//! Asks whoever sits at the terminal for something secret.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::retry_on_intr;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use rustle_seal::SecretBytes;
use zeroize::Zeroizing;

use crate::failure::{Context, Failure, Result};

/// The longest answer, in bytes: what a terminal takes as a line.
const LONGEST: usize = 4096;

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks. `instead` says what to do where there is no terminal.
///
/// # Errors
/// If there is no terminal, or Ctrl-C is pressed.
pub fn ask(question: &str, instead: &str) -> Result<SecretBytes> {
    if !is_possible() {
        return Err(Failure::new(format!("there is no terminal to ask for: {question}")).help(instead));
    }
    ask_on(io::stdin().as_fd(), question)
}

/// Asks whoever sits at `terminal`.
fn ask_on(terminal: BorrowedFd<'_>, question: &str) -> Result<SecretBytes> {
    let hidden = Hidden::new(terminal).context("the terminal")?;
    let mut stderr = io::stderr();
    write!(stderr, "{question}: ").and_then(|()| stderr.flush()).context("the terminal")?;
    // Room for all of it at once, and no other buffer: a copy would stay in memory.
    let mut line = Zeroizing::new(vec![0; LONGEST]);
    let length = retry_on_intr(|| rustix::io::read(terminal, line.as_mut_slice()));
    drop(hidden);
    let _ = writeln!(stderr);
    line.truncate(length.map_err(io::Error::from).context("the terminal")?);
    if line.last() == Some(&INTERRUPT) {
        return Err(Failure::new(format!("interrupted; nothing was given for: {question}")));
    }
    while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
        line.pop();
    }
    Ok(SecretBytes::new(std::mem::take(&mut *line)))
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

/// The terminal does not show what is typed for as long as this lives. Ctrl-C ends the line and kills nobody, so that nobody is
/// left with a terminal that stays silent.
struct Hidden<'a> {
    terminal: BorrowedFd<'a>,
    before: Termios,
}

impl Hidden<'_> {
    fn new(terminal: BorrowedFd<'_>) -> io::Result<Hidden<'_>> {
        let before = tcgetattr(terminal)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        hidden.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(terminal, OptionalActions::Now, &hidden)?;
        Ok(Hidden { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // There is nobody to tell if the terminal has gone away.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// A keyboard, and the terminal that it belongs to.
    fn terminal() -> (File, OwnedFd) {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
        (File::from(keyboard), rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap())
    }

    /// What is answered if `typed` is typed as soon as the terminal is silent; whether it shows what is typed afterwards.
    fn answer(typed: &[u8]) -> (Result<Vec<u8>>, bool) {
        let (mut keyboard, terminal) = terminal();
        let shows = || tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO);
        assert!(shows());
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| ask_on(terminal.as_fd(), "Word"));
            while shows() {
                std::thread::sleep(Duration::from_millis(1));
            }
            keyboard.write_all(typed).unwrap();
            asked.join().unwrap()
        });
        (answer.map(|answer| answer.expose().to_vec()), shows())
    }

    #[test]
    fn an_answer_is_a_line() {
        let (answer, shows) = answer(b"two words \n");
        assert_eq!(answer.ok().as_deref(), Some(&b"two words "[..]));
        assert!(shows);
    }

    #[test]
    fn an_interrupt_gives_the_terminal_back() {
        for typed in [&b"secret\x03\n"[..], b"\x03\n"] {
            let (answer, shows) = answer(typed);
            assert!(matches!(answer, Err(Failure::Message(..))), "{answer:?}");
            assert!(shows);
        }
    }

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
