//! Rules over several arguments.

use rustle_value::{Map, Value};

use super::{FREE_FORM, FaultKind, Level, may_be_omitted};
use crate::module_spec::Rule;

impl Level<'_> {
    /// Checks each of `rules`. An argument counts as given if it stands there, be it with `None`, as in ansible-core.
    pub(super) fn rules<'r>(&mut self, rules: impl Iterator<Item = &'r Rule>, params: &Map) {
        for rule in rules {
            // The argument of the free form has a name that no playbook writes.
            let shown = |name: &String| match &self.spec.free_form {
                Some(free) if free == name && self.context.is_empty() => FREE_FORM.to_owned(),
                _ => name.clone(),
            };
            if let Some((names, message)) = broken(rule, params, &shown) {
                let message = self.found_in(message);
                self.fault(FaultKind::Rule, &names, message);
            }
        }
    }
}

/// The arguments concerned and the message, if `rule` is broken for certain.
fn broken(rule: &Rule, params: &Map, shown: &dyn Fn(&String) -> String) -> Option<(Vec<String>, String)> {
    let listed = |names: &[String], between: &str| names.iter().map(shown).collect::<Vec<_>>().join(between);
    let given = |name: &&String| params.get(name).is_some();
    let certain = |name: &&String| params.get(name).is_some_and(|value| !may_be_omitted(value));
    match rule {
        Rule::MutuallyExclusive(names) => {
            let both: Vec<String> = names.iter().filter(certain).cloned().collect();
            (both.len() > 1)
                .then(|| (both, format!("parameters are mutually exclusive: {}", listed(names, "|"))))
        }
        Rule::RequiredTogether(names) => {
            let some = names.iter().any(|name| certain(&name));
            let missing: Vec<String> = names.iter().filter(|name| !given(name)).cloned().collect();
            (some && !missing.is_empty())
                .then(|| (missing, format!("parameters are required together: {}", names.join(", "))))
        }
        Rule::RequiredOneOf(names) => (!names.iter().any(|name| given(&name)))
            .then(|| (names.clone(), format!("one of the following is required: {}", listed(names, ", ")))),
        Rule::RequiredIf { arg, value, required, any } => {
            if params.get(arg) != Some(value) {
                return None;
            }
            let missing: Vec<String> = required.iter().filter(|name| !given(name)).cloned().collect();
            let enough = if *any { missing.len() < required.len() } else { missing.is_empty() };
            (!enough).then(|| {
                let which = if *any { "any" } else { "all" };
                let list = missing.join(", ");
                (missing, format!("{arg} is {value} but {which} of the following are missing: {list}"))
            })
        }
        Rule::RequiredBy { arg, required } => {
            let value = params.get(arg)?;
            if value.is_none() || may_be_omitted(value) {
                return None;
            }
            let absent = |name: &&String| params.get(name).is_none_or(Value::is_none);
            let missing: Vec<String> = required.iter().filter(absent).cloned().collect();
            (!missing.is_empty()).then(|| {
                let list = missing.join(", ");
                (missing, format!("missing parameter(s) required by '{arg}': {list}"))
            })
        }
    }
}
