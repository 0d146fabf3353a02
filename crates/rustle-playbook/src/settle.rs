//! Finished lists of steps, which need not be in memory until all of a plan is.

use rustle_schema::task::Step;

use crate::loader::Loader;
use crate::origins::{Mark, Occurrence, Origins};
use crate::scope::Scope;

/// How many steps of a long list are settled together.
const PORTION: usize = 512;

/// Takes lists of steps from whoever reads a playbook as soon as they are finished, so that neither they nor what is known of
/// where they were written must be in memory together.
pub trait Settle {
    /// Takes the steps of `list` away and puts in their place what stands for them: a [`Step::Chunk`], which only the taker
    /// can read. Whether it did; it may leave them. What was taken is known to [`Origins`] by the number of lists that were
    /// taken before, and is found only among what [`Origins::again`] reads again from then on.
    fn settle(&mut self, list: &FinishedList<'_>, steps: &mut Vec<Step>) -> bool;
}

/// A list of steps that was read, or a part of a long one, with everything that is known of it but what surrounds it. Lists
/// that it imports are finished before.
pub struct FinishedList<'a> {
    /// Where the tasks were written.
    pub origins: &'a Origins,
    /// Whether the list stands in a block, or in what an import stands for.
    pub nested: bool,
    from: Mark,
}

impl<'a> FinishedList<'a> {
    /// Visits every template and every bare condition of the list that [`Origins::visit`] will not visit once it is taken.
    pub fn visit(&self, visit: &mut dyn FnMut(&Occurrence<'a, '_>)) {
        self.origins.visit_from(self.from, visit);
    }
}

impl Loader<'_> {
    /// Whether lists of this scope are settled. Handlers are looked at once more where they are put together.
    fn settles(&self, scope: &Scope) -> bool {
        self.settle.is_some() && !scope.handlers
    }

    /// Settles `steps`, all that was read since `from`, if they can be.
    pub(crate) fn settled(&mut self, scope: &Scope, from: Mark, steps: &mut Vec<Step>) {
        if !self.settles(scope) || steps.is_empty() {
            return;
        }
        let Some(settle) = self.settle.as_deref_mut() else { return };
        let list = FinishedList { origins: &self.origins, nested: scope.depth > 0, from };
        if settle.settle(&list, steps) {
            self.origins.settle(from, scope.doc.made);
        }
    }

    /// The same with a list that is all of a file.
    pub(crate) fn settled_file(&mut self, scope: &Scope, from: Mark, steps: &mut Vec<Step>) {
        self.settled(scope, from, steps);
        self.spare(scope);
    }

    /// Notes that everything was read in the file of the scope.
    pub(crate) fn spare(&mut self, scope: &Scope) {
        if self.settle.is_some() {
            self.project.documents.spare(&scope.doc.path);
        }
    }

    /// Settles what stands in `steps` behind the first `done` of them if that is much; how many steps are done then.
    pub(crate) fn settled_portion(
        &mut self,
        scope: &Scope,
        from: &mut Mark,
        steps: &mut Vec<Step>,
        done: usize,
    ) -> usize {
        if steps.len() < done + PORTION || !self.settles(scope) {
            return done;
        }
        let mut portion = steps.split_off(done);
        self.settled(scope, *from, &mut portion);
        steps.append(&mut portion);
        *from = self.mark();
        steps.len()
    }

    /// Where a list begins that is about to be read.
    pub(crate) fn mark(&self) -> Mark {
        self.origins.mark(self.next_task)
    }
}
