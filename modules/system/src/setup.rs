//! `setup`: gathers facts.

use rustle_runtime::prelude::*;

use crate::facts::{Groups, gather};

/// Gathers facts about the machine: its distribution, hardware, network, users and environment.
///
/// A runner gathers only those facts that its playbook refers to, unless the playbook uses the whole dictionary or this
/// module is called with arguments.
///
/// # Examples
/// ```yaml
/// - setup:
///     gather_subset: ["!all", network]
/// - setup:
///     filter: ansible_distribution*
/// ```
///
/// # Returns
/// - `ansible_facts` (dict): the facts, each with `ansible_` before its name
#[rustle_module(
    name = "setup",
    aliases = ["gather_facts"],
    check_mode = "full",
    permissions = ["fs:read", "process:exec", "env:read", "net:connect"]
)]
pub struct Setup {
    /// Groups of facts: `all`, `min`, `hardware`, `network`, `virtual`, or one fact's group; `!` leaves a group out.
    #[arg(default = ["all"])]
    gather_subset: Vec<String>,
    /// Accepted; nothing here takes that long.
    #[arg(default = 10)]
    gather_timeout: u64,
    /// Patterns (`*`, `?`) of the facts to return.
    #[arg(default = [])]
    filter: Vec<String>,
    /// The folder of the machine's own facts.
    #[arg(default = "/etc/ansible/facts.d")]
    fact_path: PathBuf,
}

impl Module for Setup {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = self.gather_timeout;
        let groups = Groups::of(&self.gather_subset)?;
        let plain = self.filter.is_empty() && self.gather_subset == ["all"];
        let wanted = ctx.snapshot().facts.as_deref().filter(|_| plain);
        let mut facts = gather(&groups, wanted, &self.fact_path, ctx);
        if !self.filter.is_empty() {
            facts.retain(|name, _| self.filter.iter().any(|pattern| matches(pattern, &name.to_string())));
        }
        let named: Map = facts.iter().map(|(name, value)| (prefixed(name), value.clone())).collect();
        Ok(Outcome::ok().with("ansible_facts", named).effect(Effect::SetFacts(facts)))
    }
}

/// The name under which a fact is returned.
fn prefixed(name: &Value) -> String {
    match name.as_str() {
        Some(plain @ ("gather_subset" | "module_setup")) => plain.to_owned(),
        _ => format!("ansible_{name}"),
    }
}

/// Whether a fact's name, with or without `ansible_`, matches a pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let Ok(pattern) = glob::Pattern::new(pattern) else { return false };
    pattern.matches(name) || pattern.matches(&format!("ansible_{name}"))
}
