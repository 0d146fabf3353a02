//! What one application of a module did.

use rustle_value::{Map, Value};
use serde::{Deserialize, Serialize};

/// What one application of a module did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Whether the host changed, or would have in check mode.
    pub changed: bool,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it was not done.
    pub skipped: bool,
    /// A message for the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<String>,
    /// What it returns beside that, in the order in which it shall be shown.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map,
    /// Differences, in diff mode. In the task's result one stands as a mapping, several as a list; where `data` has a
    /// list under `diff`, they are added to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<Diff>,
    /// What it does to the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Warnings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether it shall be shown to people in full whatever the verbosity is, as that of `debug`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verbose: bool,
}

/// One difference: two texts, or a text that is a difference already.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diff {
    /// The heading of what was before: a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_header: Option<String>,
    /// The heading of what is after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_header: Option<String>,
    /// What was before: text, or a mapping of attributes.
    #[serde(skip_serializing_if = "Value::is_none")]
    pub before: Value,
    /// What is after.
    #[serde(skip_serializing_if = "Value::is_none")]
    pub after: Value,
    /// A difference that the module wrote itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<String>,
}

/// What a module does to the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Sets variables with the precedence of `set_fact`.
    SetVariables(Map),
    /// Sets variables with the precedence of `include_vars`. Text that holds a template stands as
    /// [`Value::Template`] and is rendered where it is used.
    IncludeVariables(Map),
    /// Sets facts: `ansible_facts.<name>`, and `ansible_<name>` beside it.
    SetFacts(Map),
}

impl Outcome {
    /// Nothing had to be done.
    pub fn ok() -> Outcome {
        Outcome::default()
    }

    /// The host changed.
    pub fn changed() -> Outcome {
        Outcome { changed: true, ..Outcome::default() }
    }

    /// Changed or not.
    pub fn of(changed: bool) -> Outcome {
        Outcome { changed, ..Outcome::default() }
    }

    /// It failed, and why.
    pub fn failed(msg: impl Into<String>) -> Outcome {
        Outcome { failed: true, msg: Some(msg.into()), ..Outcome::default() }
    }

    /// It was not done, and why.
    pub fn skipped(msg: impl Into<String>) -> Outcome {
        Outcome { skipped: true, msg: Some(msg.into()), ..Outcome::default() }
    }

    /// With a message.
    #[must_use]
    pub fn msg(mut self, msg: impl Into<String>) -> Outcome {
        self.msg = Some(msg.into());
        self
    }

    /// With a returned value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Outcome {
        self.data.insert(key, value);
        self
    }

    /// With a difference.
    #[must_use]
    pub fn diff(mut self, diff: Diff) -> Outcome {
        self.diff.push(diff);
        self
    }

    /// With an effect on the run.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Outcome {
        self.effects.push(effect);
        self
    }

    /// With a warning.
    #[must_use]
    pub fn warn(mut self, warning: impl Into<String>) -> Outcome {
        self.warnings.push(warning.into());
        self
    }
}
