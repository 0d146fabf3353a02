//! That there is no answer, and why.

use std::fmt;

/// What kind of reason there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No choice of versions satisfies everybody.
    Conflict,
    /// Modules depend on each other in a ring.
    Cycle,
    /// A module that is needed is in no source.
    NotFound,
    /// The deadline came first. There may or may not be a solution.
    TooLong,
    /// A source could not be read.
    Index,
}

impl Kind {
    /// A name that scripts may rely on, such as `E-RESOLVE-CONFLICT`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Conflict => "E-RESOLVE-CONFLICT",
            Kind::Cycle => "E-RESOLVE-CYCLE",
            Kind::NotFound => "E-RESOLVE-NOT-FOUND",
            Kind::TooLong => "E-RESOLVE-TOO-LONG",
            Kind::Index => "E-RESOLVE-INDEX",
        }
    }
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsolvable {
    kind: Kind,
    text: String,
    ids: Vec<String>,
}

impl Unsolvable {
    pub(crate) fn new(kind: Kind, text: String, ids: Vec<String>) -> Unsolvable {
        Unsolvable { kind, text, ids }
    }

    /// What kind of reason it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The reason in plain words: a first line that says what, then lines that say why. Never ends with a line break.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The modules that it is about: of a cycle the ring in order, of a search that took too long those that were most
    /// fought over, most first; else those that the text names, sorted.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }
}

impl fmt::Display for Unsolvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Unsolvable {}
