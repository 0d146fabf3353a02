//! The inventory in a flat plan.

use std::path::Path;
use std::sync::Arc;

use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use super::nodes::{entries, field, text_field, texts, variant};
use crate::document::{Document, Read};
use crate::inventory::Tree;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;

/// The settings of a connection, and the variables they stand for.
const CONNECTION: [(&str, &str); 5] = [
    ("username", "ansible_user"),
    ("password", "ansible_password"),
    ("key_file", "ansible_ssh_private_key_file"),
    ("port", "ansible_port"),
    ("timeout", "ansible_timeout"),
];

impl Loader<'_> {
    /// Takes the plan's inventory, where no other was given.
    pub(super) fn flat_inventory(&mut self, scope: &Scope, root: &Node) {
        let Some((_, inventory)) = field(root, "inventory") else { return };
        if !self.options.inventory.is_empty() {
            return;
        }
        let mut tree = Tree::default();
        let hosts = entries(inventory, "hosts");
        for (key, host) in hosts {
            let name = key.as_text().unwrap_or_default();
            let vars = self.flat_host(scope, name, host);
            tree.set_host_vars(name, &vars);
        }
        for (key, group) in entries(inventory, "groups") {
            self.flat_group(scope, &mut tree, key, group);
        }
        if let Some((_, variables)) = field(inventory, "variables") {
            let vars = self.flat_vars(scope, variables, Owner::Group("all".into()));
            tree.add_group("all").vars.extend_from(&vars);
        }
        let empty = hosts.is_empty() && entries(inventory, "groups").is_empty();
        if empty && !self.inventory_origin(scope, &mut tree, inventory) {
            return;
        }
        let read = tree.finish(&mut self.problems);
        if !read.hosts.is_empty() {
            self.plan.inventory = read;
        }
    }

    /// Reads what the inventory was made of. Whether there was anything.
    fn inventory_origin(&mut self, scope: &Scope, tree: &mut Tree, inventory: &Node) -> bool {
        let Some((_, source)) = field(inventory, "source") else { return false };
        match variant(source) {
            Some(("Inline", Some(content))) => {
                let Some(text) = text_field(content, "content").filter(|text| !text.trim().is_empty()) else {
                    return false;
                };
                self.inline_inventory(tree, text_field(inventory, "format").unwrap_or_default(), text);
                true
            }
            Some(("File", Some(content))) => {
                let Some((_, node)) = field(content, "path") else { return false };
                let name = node.as_text().unwrap_or_default();
                let path = crate::project::normal(&self.project.root.join(name));
                if self.project.bundle_name(&path).is_none() {
                    self.outside(name, scope.at(node), "give the inventory to the build instead");
                } else if self.project.is_file(&path) {
                    self.inventory_file(tree, &path);
                    return true;
                } else {
                    self.missing_file("inventory", name, scope.at(node), &[path]);
                }
                false
            }
            _ => {
                self.problems.add(
                    Problem::error(
                        "unsupported-inventory",
                        "only inline inventories and files are supported in a plan yet",
                    )
                    .at(scope.at(source)),
                );
                false
            }
        }
    }

    fn inline_inventory(&mut self, tree: &mut Tree, format: &str, text: &str) {
        let file = self.source_file("<inventory>".into(), text.as_bytes());
        if format == "Ini" {
            self.ini_inventory(tree, &file);
            return;
        }
        if let Some(root) = self.parse(&file) {
            let source = u32::try_from(self.project.sources.len()).unwrap_or(u32::MAX);
            self.project.sources.push(file.path.clone());
            let path = Path::new("/").join(&file.path);
            let doc = Arc::new(Document { path, file, source, vault: None, made: false });
            self.structured_inventory(tree, &Read { doc, root });
        }
    }

    fn flat_group(&mut self, scope: &Scope, tree: &mut Tree, key: &Node, group: &Node) {
        let name = key.as_text().unwrap_or_default();
        tree.add_group(name);
        let hosts: Vec<String> = texts(group, "hosts").into_iter().map(str::to_owned).collect();
        tree.add_hosts(name, &hosts, None, &Map::new());
        if let Some((_, variables)) = field(group, "variables") {
            let vars = self.flat_vars(scope, variables, Owner::Group(name.to_owned()));
            tree.add_group(name).vars.extend_from(&vars);
        }
        for child in super::nodes::items(group, "children") {
            if let Err(message) = tree.add_child(name, child.as_text().unwrap_or_default()) {
                self.problems.add(Problem::error("inventory-syntax", message).at(scope.at(child)));
            }
        }
    }

    /// The variables of a host: its own, and what its address and connection stand for.
    fn flat_host(&mut self, scope: &Scope, name: &str, host: &Node) -> Map {
        let mut vars = Map::new();
        if let Some(address) = text_field(host, "address") {
            vars.insert("ansible_host", address);
        }
        if let Some((_, connection)) = field(host, "connection") {
            match text_field(connection, "method") {
                Some("Local") | None => {
                    vars.insert("ansible_connection", "local");
                }
                Some(method) => self.note_loss(&format!(
                    "host `{name}` was to be reached by {method}: a runner is started on its host"
                )),
            }
            for (setting, variable) in CONNECTION {
                let Some((_, value)) = field(connection, setting) else { continue };
                if setting == "password" {
                    self.problems.add(
                        Problem::warning(
                            "password-in-plan",
                            format!("the password of host `{name}` stands in the plan"),
                        )
                        .at(scope.at(value))
                        .with_help("a runner needs none: remove it"),
                    );
                    continue;
                }
                vars.insert(variable, value.to_value());
            }
        }
        if let Some((_, variables)) = field(host, "variables") {
            let own = self.flat_vars(scope, variables, Owner::Host(name.to_owned()));
            vars.extend_from(&own);
        }
        vars
    }

    fn flat_vars(&mut self, scope: &Scope, node: &Node, owner: Owner) -> Map {
        if node.as_mapping().is_none() {
            self.wrong_type(scope, "variables", node, "a mapping");
            return Map::new();
        }
        self.origins.add_variables(owner, &scope.doc.file, node.clone());
        match self.value(scope, node) {
            Value::Map(map) => map,
            _ => Map::new(),
        }
    }
}
