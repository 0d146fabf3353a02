//! Which variables can have but one value: the names of files that are made of others are known only when all is read.

use std::collections::{HashMap, HashSet};

use rustle_schema::plan::RoleFrom;
use rustle_value::{Map, Value};

use crate::loader::Loader;
use crate::scope::Scope;
use crate::source::Location;

/// The values that variables are given anywhere.
#[derive(Default)]
pub(crate) struct Definitions {
    once: HashMap<String, Value>,
    many: HashSet<String>,
    /// Whether files of variables are read whose names are known at run time only.
    anything: bool,
}

impl Definitions {
    /// Notes that `name` is given `value` somewhere.
    pub fn add(&mut self, name: &str, value: &Value) {
        let differs = self.once.get(name).is_some_and(|known| known != value);
        if differs || value.has_template() {
            self.add_unknown(name);
        } else if !self.once.contains_key(name) {
            self.once.insert(name.to_owned(), value.clone());
        }
    }

    /// Notes the variables in a mapping.
    pub fn add_all(&mut self, vars: &Map) {
        for (name, value) in vars {
            self.add(name.as_str().unwrap_or_default(), value);
        }
    }

    /// Notes that `name` is given a value that is not known now.
    pub fn add_unknown(&mut self, name: &str) {
        if !self.many.contains(name) {
            self.many.insert(name.to_owned());
        }
    }

    /// Notes that variables of any name may be given.
    pub fn add_anything(&mut self) {
        self.anything = true;
    }

    /// Whether `name` may have a value other than the one that is known.
    pub fn varies(&self, name: &str) -> bool {
        self.anything || self.many.contains(name)
    }
}

/// An include whose name is made of variables with values that are known, unless something else sets them.
pub(crate) struct Guess {
    /// The variables.
    pub names: Vec<String>,
    /// Where the include stands.
    pub scope: Box<Scope>,
    /// The name that was written.
    pub text: String,
    /// The parts of a role, and where it is called; `None` for a task file.
    pub role: Option<(RoleFrom, Location)>,
}

impl Loader<'_> {
    /// Reads what can be reached. A guess is widened to all that its name can mean as soon as one of its variables turns
    /// out to vary, which what is read then may cause again.
    pub(crate) fn read_all(&mut self) {
        self.options.given.iter().for_each(|name| self.definitions.add_unknown(name));
        for host in self.plan.inventory.hosts.values() {
            self.definitions.add_all(&host.vars);
        }
        for group in self.plan.inventory.groups.values() {
            self.definitions.add_all(&group.vars);
            self.definitions.add_all(&group.file_vars);
        }
        loop {
            while let Some(job) = self.jobs.pop_front() {
                self.run(job);
            }
            let varies = |guess: &Guess| guess.names.iter().any(|name| self.definitions.varies(name));
            let (wrong, right): (Vec<Guess>, Vec<Guess>) =
                std::mem::take(&mut self.guesses).into_iter().partition(varies);
            self.guesses = right;
            if wrong.is_empty() {
                return;
            }
            for guess in wrong {
                match guess.role {
                    None => drop(self.reach_candidates(&guess.scope, &guess.text, None)),
                    Some((from, at)) => {
                        self.reach_candidate_roles(&guess.scope, &guess.text, &from, &|_| at.clone(), None);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_varies_if_it_is_given_two_values_or_one_that_is_computed() {
        let mut all = Definitions::default();
        all.add_all(&Map::from([("same", Value::str("x")), ("other", Value::str("y"))]));
        all.add("same", &Value::str("x"));
        all.add("other", &Value::str("z"));
        all.add("computed", &Value::Template("{{ x }}".into()));
        all.add_unknown("registered");
        assert!(!all.varies("same") && !all.varies("nobody"));
        assert!(["other", "computed", "registered"].iter().all(|name| all.varies(name)));
        all.add_anything();
        assert!(all.varies("same"));
    }
}
