//! What is wrong with a playbook, and how it is mended.

use crate::source::Location;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be built.
    Error,
    /// It can be built, and probably does not do what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// One problem, as a compiler would show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The name of the check, in kebab case: `unknown-keyword`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where.
    pub primary: Option<Location>,
    /// What stands beside the marked text; may be empty.
    pub label: String,
    /// Other places that belong to it, each with what to say there.
    pub secondary: Vec<(Location, String)>,
    /// What else to know.
    pub notes: Vec<String>,
    /// How it is mended: "did you mean `name`?"
    pub help: Vec<String>,
}

impl Problem {
    /// A problem of `severity` that stands nowhere yet.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Problem {
        Problem {
            severity,
            code,
            message: message.into(),
            primary: None,
            label: String::new(),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Error, code, message)
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Warning, code, message)
    }

    /// A note.
    pub fn note(code: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Note, code, message)
    }

    /// The same, standing at `location`.
    #[must_use]
    pub fn at(mut self, location: Location) -> Problem {
        self.primary = Some(location);
        self
    }

    /// The same, with `label` beside the marked text.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// The same, pointing at another place too.
    #[must_use]
    pub fn and_at(mut self, location: Location, label: impl Into<String>) -> Problem {
        self.secondary.push((location, label.into()));
        self
    }

    /// The same, with one more thing to know.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Problem {
        self.notes.push(note.into());
        self
    }

    /// The same, with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }
}
