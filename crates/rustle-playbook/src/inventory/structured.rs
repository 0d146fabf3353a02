//! Inventories in YAML and JSON: Ansible's own form, and what `ansible-inventory --list` prints.

use std::sync::Arc;

use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use super::{Tree, addresses};
use crate::document::{Document, Read};
use crate::kind::kind;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// What a group may hold.
const SECTIONS: [&str; 3] = ["hosts", "vars", "children"];

impl Loader<'_> {
    /// Reads an inventory in YAML or JSON.
    pub(crate) fn structured_inventory(&mut self, tree: &mut Tree, read: &Read) {
        let Read { doc, root } = read;
        let Some(root) = root else {
            let message = format!("the inventory `{}` is empty", doc.file.path);
            self.problems.add(Problem::warning("empty-file", message));
            return;
        };
        let Some(entries) = root.as_mapping() else {
            self.structure_problem(
                doc,
                root,
                &format!("an inventory must be a mapping of groups, not {}", kind(root)),
            );
            return;
        };
        if let Some(plugin) = root.get("plugin") {
            self.problems.add(
                Problem::error("unsupported-inventory", "an inventory plugin is not supported yet")
                    .at(doc.location(plugin))
                    .with_help(
                        "write what `ansible-inventory --list` prints into a file of JSON, and use that",
                    ),
            );
            return;
        }
        for (key, value) in entries {
            match key.as_text() {
                Some("_meta") => self.host_variables(tree, doc, value),
                Some(name) => self.inventory_group(tree, doc, name, key, value),
                None => {}
            }
        }
    }

    /// `_meta: {hostvars: {host: {…}}}`, of a printed inventory.
    fn host_variables(&mut self, tree: &mut Tree, doc: &Arc<Document>, meta: &Node) {
        for (key, value) in meta.get("hostvars").and_then(Node::as_mapping).unwrap_or_default() {
            let Some(name) = key.as_text() else { continue };
            let vars = self.inventory_vars(doc, value, Owner::Host(name.to_owned()));
            tree.set_host_vars(name, &vars);
        }
    }

    fn inventory_group(&mut self, tree: &mut Tree, doc: &Arc<Document>, name: &str, key: &Node, node: &Node) {
        tree.add_group(name);
        if node.is_null() {
            return;
        }
        if let Some(hosts) = node.as_sequence() {
            self.listed_hosts(tree, doc, name, hosts);
            return;
        }
        let Some(sections) = node.as_mapping() else {
            let message = format!("`{name}` is not a valid group definition: {}", kind(node));
            self.structure_problem(doc, key, &message);
            return;
        };
        for (section, value) in sections {
            let text = section.as_text().unwrap_or_default();
            match (text, value) {
                _ if value.is_null() && SECTIONS.contains(&text) => {}
                ("vars", _) => {
                    let vars = self.inventory_vars(doc, value, Owner::Group(name.to_owned()));
                    tree.add_group(name).vars.extend_from(&vars);
                }
                ("hosts", _) => self.group_hosts(tree, doc, name, value),
                ("children", _) => self.group_children(tree, doc, name, value),
                _ => {
                    let mut problem =
                        Problem::error("inventory-syntax", format!("`{text}` is not part of a group"))
                            .at(doc.location(section))
                            .with_note("a group has `hosts`, `vars` and `children`");
                    if let Some(help) = did_you_mean(text, SECTIONS) {
                        problem = problem.with_help(help);
                    }
                    self.problems.add(problem);
                }
            }
        }
    }

    fn group_hosts(&mut self, tree: &mut Tree, doc: &Arc<Document>, group: &str, node: &Node) {
        if let Some(items) = node.as_sequence() {
            return self.listed_hosts(tree, doc, group, items);
        }
        if node.as_text().is_some() {
            return self.listed_hosts(tree, doc, group, std::slice::from_ref(node));
        }
        for (key, value) in node.as_mapping().unwrap_or_default() {
            let Some((hosts, port)) = self.host_names(doc, key) else { continue };
            let mut vars = Map::new();
            for host in &hosts {
                vars = self.inventory_vars(doc, value, Owner::Host(host.clone()));
            }
            tree.add_hosts(group, &hosts, port, &vars);
        }
    }

    /// A list of hosts, as in a printed inventory.
    fn listed_hosts(&mut self, tree: &mut Tree, doc: &Arc<Document>, group: &str, items: &[Node]) {
        for item in items {
            if let Some((hosts, port)) = self.host_names(doc, item) {
                tree.add_hosts(group, &hosts, port, &Map::new());
            }
        }
    }

    fn group_children(&mut self, tree: &mut Tree, doc: &Arc<Document>, group: &str, node: &Node) {
        let nothing: &[(Node, Node)] = &[];
        let listed = node.as_sequence().unwrap_or(if node.as_text().is_some() {
            std::slice::from_ref(node)
        } else {
            &[]
        });
        for item in listed {
            self.inventory_child(tree, doc, group, item);
        }
        for (key, value) in node.as_mapping().unwrap_or(nothing) {
            let Some(name) = key.as_text() else { continue };
            if self.inventory_child(tree, doc, group, key) {
                self.inventory_group(tree, doc, name, key, value);
            }
        }
    }

    fn inventory_child(&mut self, tree: &mut Tree, doc: &Arc<Document>, group: &str, child: &Node) -> bool {
        let Some(name) = child.as_text() else { return false };
        match tree.add_child(group, name) {
            Ok(()) => true,
            Err(message) => {
                self.structure_problem(doc, child, &message);
                false
            }
        }
    }

    fn host_names(&mut self, doc: &Arc<Document>, node: &Node) -> Option<(Vec<String>, Option<u16>)> {
        let value = node.to_value();
        let Some(text) = value.as_str() else {
            let message = "the name of a host must be text: put quotation marks around a number";
            self.structure_problem(doc, node, message);
            return None;
        };
        match addresses::expand(text) {
            Ok(found) => Some(found),
            Err(message) => {
                self.structure_problem(doc, node, &message);
                None
            }
        }
    }

    /// A mapping of variables.
    fn inventory_vars(&mut self, doc: &Arc<Document>, node: &Node, owner: Owner) -> Map {
        if node.is_null() {
            return Map::new();
        }
        let first = self.vaults.len();
        let value = self.trusted(&doc.file, node);
        self.vaults_are_of(&owner, first);
        let Value::Map(vars) = value else {
            self.structure_problem(doc, node, &format!("variables must be a mapping, not {}", kind(node)));
            return Map::new();
        };
        self.hold_inventory(&doc.file, owner, node.as_mapping().unwrap_or_default());
        vars
    }

    fn structure_problem(&mut self, doc: &Arc<Document>, node: &Node, message: &str) {
        self.problems.add(Problem::error("inventory-syntax", message).at(doc.location(node)));
    }
}
