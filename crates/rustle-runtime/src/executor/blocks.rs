//! Steps and blocks.

use std::rc::Rc;

use rustle_schema::task::{Block, Chunk, Step};

use super::{Executor, Flow};
use crate::variables::Scope;

/// How deep chunks may lie in chunks; a list of any length needs a few levels, and blocks in blocks may each have some.
const CHUNK_DEPTH: u32 = 256;

impl<'p> Executor<'p> {
    /// Carries out steps until one of them does not simply go on.
    pub(super) fn steps(&mut self, steps: &[Step], scope: &Rc<Scope<'p>>) -> Flow {
        for step in steps {
            let flow = match step {
                Step::Task(task) => self.task(task, scope),
                Step::Block(block) => self.block(block, scope),
                Step::Role(role) => self.import_role(role, scope),
                Step::Chunk(chunk) => self.chunk(chunk, scope),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    /// Carries out a list of its own, a task file or the tasks of a role: its chunks do not lie in those of what brought it
    /// in, which may do so as often as it wants.
    pub(super) fn list(&mut self, steps: &[Step], scope: &Rc<Scope<'p>>) -> Flow {
        let chunks = std::mem::take(&mut self.chunks);
        let flow = self.steps(steps, scope);
        self.chunks = chunks;
        flow
    }

    /// Reads the steps of a chunk and carries them out. What outlives them (scopes, roles, handlers) holds what it needs.
    fn chunk(&mut self, chunk: &Chunk, scope: &Rc<Scope<'p>>) -> Flow {
        if self.chunks >= CHUNK_DEPTH {
            return self.stop_with_error("the plan is damaged: its chunks nest too deeply".into());
        }
        let steps = match self.state.files.steps(chunk) {
            Ok(steps) => steps,
            Err(error) => return self.stop_with_error(error),
        };
        self.chunks += 1;
        let flow = self.steps(&steps, scope);
        self.chunks -= 1;
        flow
    }

    fn block(&mut self, block: &Block, scope: &Rc<Scope<'p>>) -> Flow {
        let scope = scope.child(&block.directives, &block.notify);
        // A rescue section whose tasks are all left out by their tags is none.
        let all = self.state.settings.takes_all_tags();
        let rescues = match block.rescue.is_empty() {
            true => Ok(false),
            false if all => Ok(true),
            false => self.state.any_selected(&block.rescue, &scope),
        };
        let rescues = match rescues {
            Ok(rescues) => rescues,
            Err(error) => return self.stop_with_error(error),
        };
        self.guarded(rescues, &block.rescue, &block.always, &scope, |executor| {
            executor.steps(&block.block, &scope)
        })
    }

    /// Runs `body`, then `rescue` if it failed, then `always` in any case but an end of the play, role or run.
    fn guarded(
        &mut self,
        rescues: bool,
        rescue: &[Step],
        always: &[Step],
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
