//! What goes wrong: in the text of a template, and while it is evaluated.

use std::fmt;

/// What kind of thing went wrong in an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A name, attribute or item that is not there was used.
    Undefined,
    /// A value has the wrong type for what was asked of it: Python's `TypeError`.
    Type,
    /// A value has the right type but cannot be used: Python's `ValueError`, `KeyError`, `ZeroDivisionError` …
    Value,
    /// A text that was to be rendered is no template.
    Syntax,
    /// There is no filter, test or lookup of that name.
    Unknown,
    /// A file or process that a lookup or an include asked for.
    Io,
    /// The author of the playbook asked for it: `mandatory`, `undef(hint=…)`, an assertion of a filter.
    User,
    /// Variables that need themselves, or nesting that does not end.
    Recursion,
}

/// An evaluation that failed. Its text is what ansible-core says.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    offset: Option<usize>,
    /// Whether the message says all that Ansible would say.
    whole: bool,
}

impl Error {
    /// An error of `kind` that says `message`.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), offset: None, whole: false }))
    }

    /// Something undefined was used; `message` is for example `'nope' is undefined`.
    #[cold]
    pub fn undefined(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Undefined, message)
    }

    /// Python's `TypeError`.
    #[cold]
    pub fn type_error(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Type, message)
    }

    /// Python's `ValueError`.
    #[cold]
    pub fn value_error(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Value, message)
    }

    /// An error that the author of the playbook asked for.
    #[cold]
    pub fn user(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::User, message)
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in a sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where, in bytes from the start of the template, if that is known.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The same error at `offset`, unless it already has a place.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Error {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// The same error without its place: what it spoke of is another text than the one that is evaluated now.
    #[must_use]
    pub fn elsewhere(mut self) -> Error {
        self.0.offset = None;
        self
    }

    /// The same error, `bytes` further on.
    #[must_use]
    pub(crate) fn shifted(mut self, bytes: usize) -> Error {
        self.0.offset = self.0.offset.map(|offset| offset + bytes);
        self
    }

    /// The same error, whose message needs nothing around it.
    #[must_use]
    pub fn whole(mut self) -> Error {
        self.0.whole = true;
        self
    }

    /// Whether the message needs nothing around it.
    pub fn is_whole(&self) -> bool {
        self.0.whole
    }

    /// The same error with `prefix` before its message.
    #[must_use]
    pub fn within(mut self, prefix: impl fmt::Display) -> Error {
        self.0.message = format!("{prefix}{}", self.0.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl std::error::Error for Error {}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, as Jinja2 says it.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
    /// How many bytes it concerns.
    pub len: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Error {
        Error::new(ErrorKind::Syntax, format!("Syntax error in template: {}", error.message))
            .at(error.offset)
            .whole()
    }
}
