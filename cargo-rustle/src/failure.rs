//! Why a command did not do what it was asked, and the exit code of that.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use rustle_build::{Problem, Problems};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The playbook, a configuration or a file has problems: exit code 1.
    Problems(Problems),
    /// What was asked for has problems, and these words say what was not done: exit code 1.
    Refused(&'static str, Problems),
    /// Something else went wrong; a message and advice: exit code 1.
    Message(String, Vec<String>),
    /// The command line asks for something that cannot be: exit code 2.
    Usage(String),
    /// A program that was started has failed, and said why itself: its exit code.
    Child(u8),
}

/// What a command returns.
pub type Result<T = ExitCode> = std::result::Result<T, Failure>;

impl Failure {
    /// Something went wrong.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure::Message(message.into(), Vec::new())
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        if let Failure::Message(_, list) = &mut self {
            list.push(help.into());
        }
        self
    }

    /// The same with words before the message: whom it befell.
    #[must_use]
    pub fn of(self, what: impl Display) -> Failure {
        match self {
            Failure::Message(message, help) => Failure::Message(format!("{what}: {message}"), help),
            Failure::Usage(message) => Failure::Usage(format!("{what}: {message}")),
            other => other,
        }
    }

    /// Tells it, and gives the exit code.
    pub fn report(self) -> ExitCode {
        let colour = colour();
        // Where standard error is closed there is nobody to tell.
        let mut stderr = std::io::stderr().lock();
        let _ = match &self {
            Failure::Problems(problems) => write!(stderr, "{}", problems.render(colour)),
            Failure::Refused(kept, problems) => write!(stderr, "{}", problems.render_as(kept, colour)),
            Failure::Message(message, help) => {
                let problem = Problem::error("", message.as_str());
                let problem = help.iter().fold(problem, |problem, help| problem.with_help(help));
                writeln!(stderr, "{}", plain(&problem, colour))
            }
            Failure::Usage(message) => {
                writeln!(stderr, "{}", plain(&Problem::error("", message.as_str()), colour))
            }
            Failure::Child(_) => Ok(()),
        };
        match self {
            Failure::Problems(_) | Failure::Refused(..) | Failure::Message(..) => ExitCode::from(1),
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Child(code) => ExitCode::from(code),
        }
    }
}

fn plain(problem: &Problem, colour: bool) -> String {
    let text = rustle_build::diagnostics::render(problem, colour);
    text.replacen("error[]", "error", 1).replacen("warning[]", "warning", 1)
}

/// Whether standard error gets colour: a terminal that wants it, as the rest of Cargo decides it.
pub fn colour() -> bool {
    match std::env::var("CARGO_TERM_COLOR").as_deref() {
        Ok("always") => true,
        Ok("never") => false,
        _ => std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal(),
    }
}

/// Tells warnings.
pub fn warn(problems: &Problems) {
    if !problems.is_empty() {
        let _ = write!(std::io::stderr().lock(), "{}", problems.render(colour()));
    }
}

/// One problem that kept something from being done.
pub fn refused(kept: &'static str) -> impl Fn(Box<Problem>) -> Failure {
    move |problem| Failure::Refused(kept, Problems::one(*problem))
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        Failure::Problems(problems)
    }
}

/// Puts words before an error.
pub trait Context<T> {
    /// The failure `what: error`.
    fn context(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}
