//! Which tasks their tags select.

use std::rc::Rc;

use rustle_schema::task::{Directives, Step};
use rustle_value::Value;

use super::State;
use crate::variables::Scope;

impl<'p> State<'p> {
    /// Whether a task with these keywords at `scope` shall run.
    pub(super) fn selected(&self, directives: &Directives, scope: &Scope<'p>) -> bool {
        if directives.tags.is_empty() && scope.keywords.tags.is_empty() {
            return self.settings.takes_all_tags() || self.settings.selects(&[]);
        }
        let mut tags: Vec<String> = Vec::new();
        for tag in scope.keywords.tags.iter().chain(&directives.tags) {
            self.flatten(tag, scope, &mut tags);
        }
        self.settings.selects(&tags)
    }

    /// The tags that one entry stands for: a template may give a list.
    fn flatten(&self, tag: &Value, scope: &Scope<'p>, tags: &mut Vec<String>) {
        match tag {
            Value::Str(text) => tags.push(text.to_string()),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().for_each(|item| self.flatten(item, scope, tags));
            }
            Value::Template(_) => {
                let nothing = super::rendering::Nothing::default();
                match self.engine.resolve(tag, &self.world(scope, &nothing)) {
                    Ok(Value::Template(_)) => {}
                    Ok(value) => self.flatten(&value, scope, tags),
                    Err(error) => self.warn(&format!("a tag cannot be rendered: {error}")),
                }
            }
            Value::None | Value::Undefined(_) | Value::Omit => {}
            other => tags.push(other.to_string()),
        }
    }

    /// Whether any task among `steps` shall run; what is included is not looked into.
    ///
    /// # Errors
    /// If a part of the plan cannot be read.
    pub(super) fn any_selected(&self, steps: &[Step], scope: &Rc<Scope<'p>>) -> Result<bool, String> {
        for step in steps {
            let selected = match step {
                Step::Task(task) => self.selected(&task.directives, scope),
                Step::Block(block) => {
                    let scope = scope.child(&block.directives, &block.notify);
                    self.any_selected(&block.block, &scope)?
                        || self.any_selected(&block.rescue, &scope)?
                        || self.any_selected(&block.always, &scope)?
                }
                Step::Role(_) => true,
                Step::Chunk(chunk) => self.any_selected(&self.files.steps(chunk)?, scope)?,
            };
            if selected {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
