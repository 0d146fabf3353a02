//! `set_fact`: sets variables for the rest of the run.

use rustle_runtime::prelude::*;
use rustle_runtime::value::python;

/// Sets variables of this host for the rest of the run, above those of plays, roles and files.
///
/// In the form `set_fact: a=1 b=true` all values are text.
///
/// # Examples
/// ```yaml
/// - set_fact:
///     release: "{{ version }}-{{ build }}"
///     retries: 3
/// ```
///
/// # Returns
/// - `ansible_facts` (dict): the variables
#[rustle_module(name = "set_fact", check_mode = "full")]
pub struct SetFact {
    /// Makes facts of them as well, below the variables. A runner keeps no facts from one run to the next.
    #[arg(default = false)]
    cacheable: bool,
    /// The variables.
    #[arg(rest)]
    variables: Map,
}

impl Module for SetFact {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        if self.variables.is_empty() {
            return Err(Error::new(
                "No key/value pairs provided, at least one is required for this action to succeed",
            ));
        }
        if let Some(wrong) = self.variables.keys().find(|key| !is_variable_name(key)) {
            return Err(Error::new(format!("Task failed: {}.", invalid(wrong))));
        }
        let mut outcome = Outcome::ok().with("ansible_facts", self.variables.clone());
        if self.cacheable {
            outcome = outcome.effect(Effect::SetFacts(self.variables.clone()));
        }
        Ok(outcome.effect(Effect::SetVariables(self.variables.clone())))
    }
}

/// What is said of a key that cannot be a variable's name.
fn invalid(key: &Value) -> String {
    match key {
        Value::Str(name) => format!("Invalid variable name {}", python::repr(&Value::Str(name.clone()))),
        other => {
            let shown = python::repr(&Value::from(other.to_string()));
            format!("Invalid variable name {shown} of type '{}'", other.type_name())
        }
    }
}

/// Names that mean something else in templates.
const RESERVED: [&str; 7] = ["true", "false", "none", "True", "False", "None", "not"];

/// Whether a key is a name that a variable can have.
fn is_variable_name(key: &Value) -> bool {
    let Some(name) = key.as_str() else { return false };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, args};

    use super::*;

    #[test]
    fn variables_become_an_effect() {
        let outcome = testing::apply::<SetFact>(args! { "a": 1 });
        assert_eq!(outcome.effects, [Effect::SetVariables(Map::from([("a", 1)]))]);
        assert!(!outcome.changed);
        let cached = testing::apply::<SetFact>(args! { "a": 1, "cacheable": true });
        assert_eq!(cached.effects.first(), Some(&Effect::SetFacts(Map::from([("a", 1)]))));
    }

    #[test]
    fn names_must_be_names() {
        assert!(testing::fails::<SetFact>(args! { "a b": 1 }).contains("Invalid variable name 'a b'."));
        assert!(testing::fails::<SetFact>(args! { "None": 1 }).contains("Invalid variable name 'None'."));
        let mut number = args! {};
        number.insert(Value::Int(5), 1);
        assert!(testing::fails::<SetFact>(number).contains("Invalid variable name '5' of type 'int'."));
        assert!(testing::fails::<SetFact>(args! { "none": 1 }).contains("Invalid variable name 'none'."));
        assert!(testing::fails::<SetFact>(args! {}).starts_with("No key/value pairs"));
    }
}
