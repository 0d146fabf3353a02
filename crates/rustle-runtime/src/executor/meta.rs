//! `meta`: what a task asks of the executor itself.

use std::rc::Rc;
use std::time::Instant;

use rustle_schema::task::{Meta, Task};
use rustle_value::{Map, Value};

use super::attempt::{Job, task_failed};
use super::result::Finished;
use super::{Executor, Flow};
use crate::variables::{Locals, Scope};

impl<'p> Executor<'p> {
    /// Carries out a `meta` task.
    pub(super) fn meta(&mut self, meta: Meta, task: &Task, scope: &Rc<Scope<'p>>) -> Flow {
        let stepping = std::mem::take(&mut self.stepping);
        let title = self.begin(task, scope);
        self.stepping = stepping;
        let Some(title) = title else { return Flow::Next };
        let job = Job { task, scope, title: &title, looped: false };
        if !matches!(meta, Meta::Noop | Meta::RefreshInventory | Meta::ResetConnection) {
            match self.meta_holds(job) {
                Ok(true) => {}
                Ok(false) => {
                    // Ansible shows a skipped meta task, and does not count it.
                    let finished =
                        Finished { result: skipped(meta, self.state.hosts.own()), ..Finished::default() };
                    self.tell(job, &finished, None, Instant::now());
                    return Flow::Next;
                }
                Err(finished) => return self.finish(job, finished, Instant::now()),
            }
        }
        match meta {
            Meta::Noop | Meta::RefreshInventory | Meta::ResetConnection => Flow::Next,
            Meta::FlushHandlers => self.flush_handlers(),
            Meta::ClearFacts => {
                self.state.store.clear_facts();
                Flow::Next
            }
            Meta::ClearHostErrors => {
                self.errors_cleared = true;
                self.state.play.removed = false;
                Flow::Next
            }
            Meta::EndPlay | Meta::EndHost | Meta::EndBatch => Flow::EndPlay,
            Meta::EndRole => Flow::EndRole,
        }
    }

    fn meta_holds(&self, job: Job<'_, 'p>) -> Result<bool, Finished> {
        let locals = Locals::default();
        let conditions = job.scope.keywords.when.iter().chain(&job.task.directives.when);
        let first_false = self.state.first_false(conditions, &job.world(self, &locals));
        first_false.map(|it| it.is_none()).map_err(|error| task_failed(&error))
    }
}

/// The result of a `meta` task whose condition is false, in Ansible's words.
fn skipped(meta: Meta, host: &str) -> Map {
    let (name, consequence) = match meta {
        Meta::FlushHandlers => ("flush_handlers", format!(", not running handlers for {host}")),
        Meta::ClearFacts => ("clear_facts", format!(", not clearing facts and fact cache for {host}")),
        Meta::ClearHostErrors => ("clear_host_errors", format!(", not clearing host error state for {host}")),
        Meta::EndPlay => ("end_play", ", continuing play".into()),
        Meta::EndHost => ("end_host", format!(", continuing execution for {host}")),
        Meta::EndBatch => ("end_batch", ", continuing current batch".into()),
        Meta::EndRole => ("end_role", format!("continuing role for {host}")),
        Meta::Noop => ("noop", String::new()),
        Meta::RefreshInventory => ("refresh_inventory", String::new()),
        Meta::ResetConnection => ("reset_connection", String::new()),
    };
    let message = match meta {
        Meta::EndHost => format!("end_host conditional evaluated to false, continuing execution for {host}"),
        _ => name.to_owned(),
    };
    let reason = format!("{name} conditional evaluated to False{consequence}");
    Map::from([
        ("msg", Value::from(message)),
        ("skipped", Value::Bool(true)),
        ("skip_reason", Value::from(reason)),
    ])
}
