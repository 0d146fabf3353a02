//! Inventories: hosts, groups, and the variables of each.

mod addresses;
mod ini;
mod structured;
mod tree;
mod words;

use std::path::{Path, PathBuf};

use rustle_schema::inventory::{Group, Host, Inventory};
use rustle_value::{Map, Value, yaml};

use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::project::absolute;
use crate::source::Location;

pub(crate) use tree::Tree;

/// Files in a folder of inventories that are none, by their endings.
const IGNORED: [&str; 12] =
    [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];

impl Loader<'_> {
    /// Reads the inventories of the options, and the variables beside them and beside the playbook in `playbook`.
    pub(crate) fn inventory(&mut self, playbook: &Path) {
        let mut tree = Tree::default();
        let mut folders = Vec::new();
        for written in &self.options.inventory.clone() {
            self.inventory_source(&mut tree, written, &mut folders);
        }
        let mut inventory =
            if self.options.inventory.is_empty() { implicit() } else { tree.finish(&mut self.problems) };
        folders.push(playbook.to_owned());
        folders.dedup();
        for folder in folders {
            self.adjacent_vars(&mut inventory, &folder);
        }
        if let [written] = self.options.inventory.as_slice() {
            let path = absolute(&self.project.root.join(written));
            inventory.source = self.project.is_file(&path).then(|| self.project.display(&path));
        }
        self.plan.inventory = inventory;
    }

    /// Reads one inventory: a file, a folder of files, or a list of hosts. The folders beside which variables lie are put
    /// into `folders`.
    fn inventory_source(&mut self, tree: &mut Tree, written: &Path, folders: &mut Vec<PathBuf>) {
        let text = written.to_string_lossy();
        if text.contains(',') {
            self.host_list(tree, &text);
            return;
        }
        let path = absolute(&self.project.root.join(written));
        if self.project.is_folder(&path) {
            folders.push(path.clone());
            self.inventory_folder(tree, &path, 0);
        } else if self.project.is_file(&path) {
            folders.extend(path.parent().map(Path::to_owned));
            self.inventory_file(tree, &path);
        } else {
            let shown = self.project.display(&path);
            self.problems.add(
                Problem::error("file-not-found", format!("the inventory `{shown}` was not found"))
                    .with_help("for a list of hosts, write a comma behind each: `web1,`"),
            );
        }
    }

    fn inventory_folder(&mut self, tree: &mut Tree, folder: &Path, depth: usize) {
        for path in self.project.list(folder) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let ignored = name.starts_with('.') || IGNORED.iter().any(|ending| name.ends_with(ending));
            if ignored || matches!(&*name, "group_vars" | "host_vars" | "vars_plugins") {
                continue;
            }
            if path.is_dir() {
                if depth < 32 {
                    self.inventory_folder(tree, &path, depth + 1);
                }
            } else {
                self.inventory_file(tree, &path);
            }
        }
    }

    pub(crate) fn inventory_file(&mut self, tree: &mut Tree, path: &Path) {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let shown = self.project.display(path);
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.problems
                    .add(Problem::error("unreadable-file", format!("`{shown}` cannot be read: {error}")));
                return;
            }
        };
        let structured = matches!(extension, "yml" | "yaml" | "json")
            || bytes.trim_ascii_start().starts_with(b"{")
            || extension.is_empty() && is_yaml(&bytes);
        if bytes.starts_with(b"#!") || extension == "toml" {
            let what = if extension == "toml" { "a TOML inventory" } else { "a script" };
            let file = self.source_file(shown, &bytes);
            let line = file.text.lines().next().map_or(0, str::len);
            self.problems.add(
                Problem::error(
                    "unsupported-inventory",
                    format!("{what} as an inventory is not supported yet"),
                )
                .at(Location::new(&file, 0..line))
                .with_help("write what `ansible-inventory --list` prints into a file of JSON, and use that"),
            );
        } else if structured {
            if let Some(read) = self.document(path) {
                self.structured_inventory(tree, &read);
            }
        } else {
            self.project.watch(path);
            let file = self.source_file(shown, &bytes);
            self.ini_inventory(tree, &file);
        }
    }

    /// `web1,web2`
    fn host_list(&mut self, tree: &mut Tree, text: &str) {
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match addresses::expand(name) {
                Ok((hosts, port)) => tree.add_hosts("ungrouped", &hosts, port, &Map::new()),
                Err(message) => {
                    self.problems.add(Problem::error("inventory-syntax", format!("`{name}`: {message}")));
                }
            }
        }
    }

    /// The variables in `group_vars/` and `host_vars/` of a folder.
    fn adjacent_vars(&mut self, inventory: &mut Inventory, folder: &Path) {
        let groups = folder.join("group_vars");
        if self.project.is_folder(&groups) {
            for (name, group) in &mut inventory.groups {
                for path in self.vars_files_of(&groups, name) {
                    group.file_vars.extend_from(&self.vars_file(&path, Owner::Group(name.clone())));
                }
            }
        }
        let hosts = folder.join("host_vars");
        if self.project.is_folder(&hosts) {
            for (name, host) in inventory.hosts.iter_mut().filter(|(name, _)| !name.contains('/')) {
                for path in self.vars_files_of(&hosts, name) {
                    host.vars.extend_from(&self.vars_file(&path, Owner::Host(name.clone())));
                }
            }
        }
    }
}

/// Whether a file whose name has no ending is an inventory in YAML: ansible-core tries that first, and takes it if the
/// file holds a mapping. A key that stands alone is no line of the other form, so then what is wrong is told as of YAML.
fn is_yaml(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.find(|line| *line != "---").is_some_and(|line| line.ends_with(':')) {
        return true;
    }
    let documents = yaml::parse_noting(text, &mut Vec::new());
    documents.is_ok_and(|documents| matches!(&documents[..], [root] if root.as_mapping().is_some()))
}

/// Where there is no inventory, there is this host. It is in no group: `hosts: all` does not mean it.
fn implicit() -> Inventory {
    let mut inventory = Inventory::default();
    let vars = [("ansible_connection", Value::str("local"))].into_iter().collect();
    inventory.hosts.insert("localhost".into(), Host { vars, order: 0 });
    inventory.groups.insert("all".into(), Group { children: vec!["ungrouped".into()], ..Group::default() });
    inventory.groups.insert("ungrouped".into(), Group { order: 1, ..Group::default() });
    inventory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_ending_is_looked_into() {
        for text in [
            "all:\n  hosts:\n    web1:\n",
            "---\n# hosts\nweb: {hosts: {web1: }}\n",
            "all:\n  hosts: [\n",
            "web1 a='b: c'\n",
        ] {
            assert!(is_yaml(text.as_bytes()), "{text}");
        }
        for text in ["", "web1\nweb2\n", "[web]\n", "[web]\nweb1 port=80\n", "web1:22\n", "---\n"] {
            assert!(!is_yaml(text.as_bytes()), "{text}");
        }
    }
}
