//! Hosts and groups as they come together from several sources.

use std::collections::HashSet;

use indexmap::IndexMap;
use rustle_schema::inventory::{Group, Host, Inventory};
use rustle_value::{Map, Value};

use crate::problem::Problem;
use crate::problems::Problems;

/// Hosts and groups in the order in which they were first named.
#[derive(Default)]
pub(crate) struct Tree {
    hosts: IndexMap<String, Map>,
    groups: IndexMap<String, Group>,
    /// Which host is in which group: `(group, host)`.
    members: HashSet<(String, String)>,
    /// Groups that are mentioned and not declared yet.
    mentioned: HashSet<String>,
    /// Those of them that are mentioned as children, and take their place when they are declared.
    waiting: HashSet<String>,
}

impl Tree {
    /// Enters a group. One that was only mentioned as a child takes its place now, among all groups and among the children
    /// of others.
    pub fn add_group(&mut self, name: &str) -> &mut Group {
        self.mentioned.remove(name);
        if self.waiting.remove(name) {
            let group = self.groups.shift_remove(name).unwrap_or_default();
            self.groups.insert(name.to_owned(), group);
            for parent in self.groups.values_mut() {
                if let Some(at) = parent.children.iter().position(|child| child == name) {
                    let child = parent.children.remove(at);
                    parent.children.push(child);
                }
            }
        }
        self.groups.entry(name.to_owned()).or_default()
    }

    /// Whether there is such a group.
    pub fn has_group(&self, name: &str) -> bool {
        matches!(name, "all" | "ungrouped")
            || (self.groups.contains_key(name) && !self.mentioned.contains(name))
    }

    /// Says that `name` was only mentioned as a child, and is not declared by that.
    pub fn undeclare(&mut self, name: &str) {
        self.mentioned.insert(name.to_owned());
        self.waiting.insert(name.to_owned());
    }

    /// Sets variables of a group that may be declared later.
    pub fn keep_vars(&mut self, name: &str, vars: &Map) {
        self.groups.entry(name.to_owned()).or_default().vars.extend_from(vars);
        self.mentioned.insert(name.to_owned());
    }

    /// Enters hosts into a group, with the variables of each.
    pub fn add_hosts(&mut self, group: &str, names: &[String], port: Option<u16>, vars: &Map) {
        for name in names {
            let known = self.hosts.entry(name.clone()).or_default();
            if let Some(port) = port {
                known.insert("ansible_port", Value::from(port));
            }
            known.extend_from(vars);
            if self.members.insert((group.to_owned(), name.clone())) {
                self.groups.entry(group.to_owned()).or_default().hosts.push(name.clone());
            }
        }
    }

    /// Sets the variables of a host that is there already, in no further group.
    pub fn set_host_vars(&mut self, name: &str, vars: &Map) {
        self.hosts.entry(name.to_owned()).or_default().extend_from(vars);
    }

    /// Makes `child` a group below `parent`. It is refused if `parent` is below `child`.
    ///
    /// # Errors
    /// The message.
    pub fn add_child(&mut self, parent: &str, child: &str) -> Result<(), String> {
        if parent == child {
            return Err(format!("can't add group '{child}' to itself"));
        }
        if self.is_below(parent, child) {
            return Err(format!("adding group '{child}' as a child of '{parent}' makes a ring"));
        }
        self.add_group(child);
        let group = self.add_group(parent);
        if !group.children.iter().any(|known| known == child) {
            group.children.push(child.to_owned());
        }
        Ok(())
    }

    /// Whether `name` lies below `above`, at any depth.
    fn is_below(&self, name: &str, above: &str) -> bool {
        let mut queue = vec![above];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(group) = queue.pop() {
            for child in self.groups.get(group).map(|group| group.children.as_slice()).unwrap_or_default() {
                if child == name {
                    return true;
                }
                if !seen.contains(&child.as_str()) {
                    seen.push(child);
                    queue.push(child);
                }
            }
        }
        false
    }

    /// The inventory: groups without a parent lie below `all`, hosts without a group are in `ungrouped`.
    pub fn finish(mut self, problems: &mut Problems) -> Inventory {
        for (index, name) in ["all", "ungrouped"].into_iter().enumerate() {
            self.add_group(name);
            if let Some(from) = self.groups.get_index_of(name) {
                self.groups.move_index(from, index);
            }
        }
        let names: Vec<String> = self.groups.keys().filter(|name| *name != "all").cloned().collect();
        let children: HashSet<&String> = self
            .groups
            .iter()
            .filter(|(name, _)| *name != "all")
            .flat_map(|(_, group)| &group.children)
            .collect();
        let tops: Vec<String> = names.iter().filter(|name| !children.contains(name)).cloned().collect();
        let grouped: HashSet<String> = self
            .groups
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "all" | "ungrouped"))
            .flat_map(|(_, group)| group.hosts.iter().cloned())
            .collect();
        let all = self.groups.entry("all".into()).or_default();
        all.children.retain(|child| child != "ungrouped");
        all.children.insert(0, "ungrouped".to_owned());
        for top in tops {
            if !all.children.contains(&top) {
                all.children.push(top);
            }
        }
        let loose: Vec<String> = self.hosts.keys().filter(|name| !grouped.contains(*name)).cloned().collect();
        self.groups.entry("ungrouped".into()).or_default().hosts = loose;
        for name in self.hosts.keys().filter(|name| self.groups.contains_key(*name)) {
            let message = format!("found both group and host with same name: {name}");
            problems.add(Problem::warning("ambiguous-name", message));
        }
        let order = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Inventory {
            hosts: self
                .hosts
                .into_iter()
                .enumerate()
                .map(|(index, (name, vars))| (name, Host { vars, order: order(index) }))
                .collect(),
            groups: self
                .groups
                .into_iter()
                .enumerate()
                .map(|(index, (name, group))| (name, Group { order: order(index), ..group }))
                .collect(),
            source: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_of_groups_are_refused() {
        let mut tree = Tree::default();
        assert!(tree.add_child("a", "b").is_ok());
        assert!(tree.add_child("b", "c").is_ok());
        assert!(tree.add_child("c", "a").is_err());
        assert!(tree.add_child("a", "a").is_err());
        assert!(tree.add_child("a", "c").is_ok());
    }

    #[test]
    fn groups_are_in_the_order_of_their_declaration() {
        let mut tree = Tree::default();
        for child in ["web", "db"] {
            tree.add_child("site", child).unwrap();
            tree.undeclare(child);
        }
        tree.add_hosts("db", &["d".into()], None, &Map::new());
        tree.add_group("db");
        tree.add_group("web");
        let groups = tree.finish(&mut Problems::default()).groups;
        let mut names: Vec<(u32, &str)> = groups.iter().map(|(name, it)| (it.order, &**name)).collect();
        names.sort();
        let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["all", "ungrouped", "site", "db", "web"]);
        assert_eq!(groups["site"].children, ["db", "web"]);
    }

    #[test]
    fn loose_hosts_are_ungrouped_and_top_groups_below_all() {
        let mut tree = Tree::default();
        tree.add_hosts("ungrouped", &["x".into(), "y".into()], None, &Map::new());
        tree.add_hosts("web", &["y".into()], Some(22), &Map::new());
        tree.add_child("site", "web").unwrap();
        let inventory = tree.finish(&mut Problems::default());
        assert_eq!(inventory.groups["ungrouped"].hosts, ["x"]);
        assert_eq!(inventory.groups["all"].children, ["ungrouped", "site"]);
        assert_eq!(inventory.hosts["y"].vars.get("ansible_port"), Some(&Value::Int(22)));
        assert_eq!(inventory.hosts["y"].order, 1);
    }
}
