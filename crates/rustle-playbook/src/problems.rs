//! The problems found so far.

use std::collections::HashSet;

use crate::problem::Problem;

/// Collects problems. One that was told before is not told again: a file that is imported twice is read once for its
/// author.
#[derive(Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    seen: HashSet<Told>,
}

/// What makes two problems the same: code, message, and the place.
type Told = (&'static str, String, Option<(String, usize, usize)>);

impl Problems {
    /// Notes `problem` unless the same one was noted before.
    pub fn add(&mut self, problem: Problem) {
        let place = problem.primary.as_ref().map(|at| (at.file.path.clone(), at.span.start, at.span.end));
        if self.seen.insert((problem.code, problem.message.clone(), place)) {
            self.list.push(problem);
        }
    }

    /// All of them, in the order in which they were found.
    pub fn into_list(self) -> Vec<Problem> {
        self.list
    }
}
