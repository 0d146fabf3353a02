//! What the executor asks of the template engine.

use rustle_template::{Error, World};
use rustle_value::{Map, Value};

use super::State;
use crate::variables::{Locals, Scope, TaskWorld};

impl<'p> State<'p> {
    /// What templates at `scope` see, outside of any task.
    pub(super) fn world<'a>(&'a self, scope: &'a Scope<'p>, empty: &'a Nothing) -> TaskWorld<'a, 'p> {
        let Nothing { vars, locals } = empty;
        TaskWorld { state: self, scope, vars, include: None, locals, extra: None }
    }

    /// The text of a value that may be a template.
    pub(super) fn render_text(&self, value: &Value, scope: &Scope<'p>) -> Result<String, Error> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            other => {
                let nothing = Nothing::default();
                self.text_in(other, &self.world(scope, &nothing))
            }
        }
    }

    /// The text of a value that may be a template, as `world` sees it.
    pub(super) fn text_in(&self, value: &Value, world: &dyn World) -> Result<String, Error> {
        Ok(match value {
            Value::Str(text) => text.to_string(),
            other => self.engine.resolve(other, world)?.to_string(),
        })
    }

    /// The text of a name: where an expression in it fails, that is said in its place, as Ansible does.
    pub(super) fn text_with_marks(&self, value: &Value, world: &dyn World) -> String {
        let source = match (self.text_in(value, world), value) {
            (Ok(text), _) => return text,
            (Err(_), Value::Template(source)) if !source.contains("{%") && !source.contains("{#") => source,
            (Err(_), other) => return other.to_string(),
        };
        let mut text = String::new();
        let mut errors = 0;
        let mut rest: &str = source;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((expression, after)) = after.split_once("}}") else { break };
            text += before;
            let template = Value::Template(format!("{{{{{expression}}}}}").into());
            match self.text_in(&template, world) {
                Ok(rendered) => text += &rendered,
                Err(error) => {
                    errors += 1;
                    text += &format!("<< error {errors} - {} >>", error.message());
                }
            }
            rest = after;
        }
        text + rest
    }
}

/// A task's part of what its templates see, where there is no task.
#[derive(Debug, Default)]
pub(super) struct Nothing {
    vars: Map,
    locals: Locals,
}
