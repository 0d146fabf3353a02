//! [`Store`]: the variables that outlive a play.

use rustle_schema::outcome::Effect;
use rustle_value::Map;

use super::facts;
use crate::hosts::Hosts;
use crate::secrets;

/// The variables that outlive a play, by layer.
#[derive(Debug, Default)]
pub struct Store {
    /// `--extra-vars`.
    pub extra: Map,
    /// Secrets of the runner, opened when it started.
    pub secrets: Map,
    /// `set_fact` and `register`.
    pub set_facts: Map,
    /// `include_vars`.
    pub included: Map,
    /// `ansible_facts`: the facts by their short names.
    pub facts: Map,
    /// The facts as variables of their own: `ansible_<name>`.
    pub injected: Map,
    /// The host's own variables.
    pub host: Map,
    /// Those of its groups, the nearest first.
    pub groups: Vec<Map>,
}

impl Store {
    /// The variables at the start of a run.
    pub fn new(hosts: &Hosts, extra: Map) -> Store {
        let secrets = secrets::opened().variables.clone();
        Store { extra, secrets, host: hosts.own_vars(), groups: hosts.own_group_vars(), ..Store::default() }
    }

    /// Carries out what a module does to the variables.
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::SetVariables(vars) => self.set_facts.extend_from(vars),
            Effect::IncludeVariables(vars) => self.included.extend_from(vars),
            Effect::SetFacts(new) => {
                facts::merge(&mut self.facts, new, facts::short);
                facts::merge(&mut self.injected, new, facts::long);
            }
        }
    }

    /// Sets what `register` names.
    pub fn register(&mut self, name: &str, result: Map) {
        self.set_facts.insert(name, result);
    }

    /// Forgets all facts.
    pub fn clear_facts(&mut self) {
        self.facts.clear();
        self.injected.clear();
    }
}
