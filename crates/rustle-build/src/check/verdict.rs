//! What is to be said of a text, whoever it belongs to: it is read once, and told wherever it stands.

use std::sync::Arc;

use rustle_playbook::Problem;
use rustle_template::SyntaxError;
use rustle_template::analysis::Analysis;

use crate::check::defined::Definitions;
use crate::check::names::{Names, UnknownName};
use crate::check::texts::{Place, Use};
use crate::check::variables::{Doubt, Variables};
use crate::facts::Facts;

/// What is to be said of a text.
pub(crate) enum Verdict {
    /// Nothing.
    Clean,
    /// It names what there is not, or may not be.
    Doubtful(Doubts),
    /// It is no template, or no expression.
    Malformed(SyntaxError),
}

/// What a text names that is not there, or may not be.
pub(crate) struct Doubts {
    names: Vec<UnknownName>,
    variables: Vec<Doubt>,
}

/// All that looks at texts.
pub(crate) struct Judge<'a> {
    pub(crate) names: &'a Names,
    pub(crate) definitions: &'a Definitions,
    pub(crate) variables: Variables<'a>,
    pub(crate) facts: &'a mut Facts,
}

impl Judge<'_> {
    /// The verdict on a text that was read.
    pub(crate) fn verdict(&mut self, read: Result<Analysis, SyntaxError>) -> Verdict {
        let analysis = match read {
            Ok(analysis) => analysis,
            Err(error) => return Verdict::Malformed(error),
        };
        self.facts.add(&analysis);
        let defined = |name: &str| self.definitions.get(name).is_some();
        let doubts = Doubts {
            names: self.names.unknown(&analysis, &defined),
            variables: self.variables.doubtful(&analysis),
        };
        match doubts.names.is_empty() && doubts.variables.is_empty() {
            true => Verdict::Clean,
            false => Verdict::Doubtful(doubts),
        }
    }

    /// Tells what is doubtful about the text at `place`.
    pub(crate) fn tell(
        &mut self,
        doubts: &Doubts,
        place: Place<'_, '_>,
        task: Option<u32>,
        use_: Use,
        problems: &mut Vec<Problem>,
    ) {
        let found = std::cell::LazyCell::new(|| place.found());
        problems.extend(doubts.names.iter().map(|name| self.names.problem(name, &found, use_)));
        for doubt in &doubts.variables {
            self.variables.note(doubt, &found, task, use_);
        }
    }
}

/// The name that a text uses at a place.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) name: Arc<str>,
    pub(crate) offset: usize,
    pub(crate) len: usize,
}
