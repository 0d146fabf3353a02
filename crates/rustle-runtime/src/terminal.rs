//! The terminal, where a module must ask.

use std::io;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Standard input does not show what is typed for as long as this lives.
pub struct HiddenInput(Termios);

/// Stops standard input from showing what is typed.
///
/// # Errors
/// If standard input is no terminal.
pub fn hide_input() -> io::Result<HiddenInput> {
    let before = tcgetattr(io::stdin())?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
    Ok(HiddenInput(before))
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        // There is nobody to tell if the terminal has gone away.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
