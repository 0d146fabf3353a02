//! Plans written by hand: plays of batches of tasks, and nothing else.

use rustle_value::yaml::Node;

use crate::loader::Loader;
use crate::scope::Scope;

impl Loader<'_> {
    /// The plays of a plan without metadata. It was not made from a playbook, so that nothing is lost.
    pub(super) fn minimal_plan(&mut self, scope: &Scope, root: &Node) -> Vec<Node> {
        self.planned_hosts(scope, root);
        let plays = self.batched_plays(scope, root);
        self.check_total(scope, root);
        plays
    }
}
