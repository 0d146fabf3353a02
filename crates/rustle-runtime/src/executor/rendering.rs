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

    /// The text of a template of which some expression fails: each that does stands as its error.
    pub(super) fn text_with_errors(&self, value: &Value, world: &dyn World) -> String {
        let text = value.to_string();
        let mut rest = text.as_str();
        let (mut out, mut errors) = (String::new(), 0);
        while let Some((before, (inner, after))) =
            rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
        {
            out.push_str(before);
            let expression = Value::Template(format!("{{{{{inner}}}}}").into());
            match self.text_in(&expression, world) {
                Ok(text) => out.push_str(&text),
                Err(error) => {
                    errors += 1;
                    out.push_str(&format!("<< error {errors} - {} >>", error.message()));
                }
            }
            rest = after;
        }
        out + rest
    }
}

/// A task's part of what its templates see, where there is no task.
#[derive(Debug, Default)]
pub(super) struct Nothing {
    vars: Map,
    locals: Locals,
}
