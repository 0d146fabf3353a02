//! Steps and blocks.

use std::rc::Rc;

use rustle_schema::task::{Block, Step};

use super::{Executor, Flow};
use crate::variables::Scope;

impl<'p> Executor<'p> {
    /// Carries out steps until one of them does not simply go on.
    pub(super) fn steps(&mut self, steps: &'p [Step], scope: &Rc<Scope<'p>>) -> Flow {
        for step in steps {
            let flow = match step {
                Step::Task(task) => self.task(task, scope),
                Step::Block(block) => self.block(block, scope),
                Step::Role(role) => self.import_role(role, scope),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn block(&mut self, block: &'p Block, scope: &Rc<Scope<'p>>) -> Flow {
        let scope = scope.child(&block.directives, &block.notify);
        // A rescue section whose tasks are all left out by their tags is none.
        let rescues = !block.rescue.is_empty()
            && (self.state.settings.takes_all_tags() || self.state.any_selected(&block.rescue, &scope));
        self.guarded(rescues, &block.rescue, &block.always, &scope, |executor| {
            executor.steps(&block.block, &scope)
        })
    }

    /// Runs `body`, then `rescue` if it failed, then `always` in any case but an end of the play, role or run.
    fn guarded(
        &mut self,
        rescues: bool,
        rescue: &'p [Step],
        always: &'p [Step],
        scope: &Rc<Scope<'p>>,
        body: impl FnOnce(&mut Self) -> Flow,
    ) -> Flow {
        self.rescuing += u32::from(rescues);
        let mut flow = body(self);
        self.rescuing -= u32::from(rescues);
        if flow == Flow::Failed && rescues {
            self.state.play.removed = false;
            flow = self.steps(rescue, scope);
        }
        if always.is_empty() {
            return flow;
        }
        self.finally(flow, |executor| executor.steps(always, scope))
    }

    /// Runs `last` unless the play, role or run has ended; what came before it is kept where it goes well.
    pub(super) fn finally(&mut self, before: Flow, last: impl FnOnce(&mut Self) -> Flow) -> Flow {
        if !matches!(before, Flow::Next | Flow::Failed) {
            return before;
        }
        self.errors_cleared = false;
        match last(self) {
            Flow::Next if std::mem::take(&mut self.errors_cleared) => Flow::Next,
            Flow::Next => before,
            other => other,
        }
    }
}
