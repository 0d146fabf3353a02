//! The inventory, asked: which host this machine is, which groups it is in, which hosts a pattern means.

pub mod glob;
mod pattern;

use std::collections::{BTreeMap, HashSet, VecDeque};

use rustle_schema::inventory::{Group, Inventory};
use rustle_value::{Map, Value};

pub use glob::matches as glob_matches;
pub use pattern::PatternError;

/// An [`Inventory`] with what is asked of it often worked out once.
#[derive(Debug)]
pub struct Hosts<'p> {
    inventory: &'p Inventory,
    /// All hosts in the order of the inventory.
    ordered: Vec<&'p str>,
    /// This machine's name in the inventory.
    own: String,
    /// The own groups from far to near: a later one's variables win.
    own_groups: Vec<&'p str>,
}

impl<'p> Hosts<'p> {
    /// The inventory as `own` sees it. A name that it does not hold is a host without groups or variables, as Ansible's
    /// implicit localhost is.
    pub fn new(inventory: &'p Inventory, own: &str) -> Hosts<'p> {
        let mut ordered: Vec<(&u32, &str)> =
            inventory.hosts.iter().map(|(name, host)| (&host.order, name.as_str())).collect();
        ordered.sort();
        let ordered: Vec<&str> = ordered.into_iter().map(|(_, name)| name).collect();
        let own_groups = groups_of(inventory, own);
        Hosts { inventory, ordered, own: own.to_owned(), own_groups }
    }

    /// This machine's name in the inventory.
    pub fn own(&self) -> &str {
        &self.own
    }

    /// The variables of the own host.
    pub fn own_vars(&self) -> Map {
        self.vars_of(&self.own)
    }

    /// The variables of a host itself, those of its groups left out.
    pub fn vars_of(&self, host: &str) -> Map {
        self.inventory.hosts.get(host).map(|host| host.vars.clone()).unwrap_or_default()
    }

    /// The variables of the own groups, the nearest group first.
    pub fn own_group_vars(&self) -> Vec<Map> {
        self.group_vars(&self.own_groups)
    }

    /// The variables of the groups of any host, the nearest group first.
    pub fn group_vars_of(&self, host: &str) -> Vec<Map> {
        self.group_vars(&groups_of(self.inventory, host))
    }

    fn group_vars(&self, groups: &[&str]) -> Vec<Map> {
        let groups = || groups.iter().rev().filter_map(|name| self.inventory.groups.get(*name));
        let layers = groups().map(|group| &group.file_vars).chain(groups().map(|group| &group.vars));
        layers.filter(|vars| !vars.is_empty()).cloned().collect()
    }

    /// The names of all hosts, in the order of the inventory.
    pub fn names(&self) -> &[&'p str] {
        &self.ordered
    }

    /// Whether the inventory holds the host.
    pub fn contains(&self, host: &str) -> bool {
        self.inventory.hosts.contains_key(host)
    }

    /// The names of the groups that a host is in, sorted as Ansible sorts `group_names`.
    pub fn group_names(&self, host: &str) -> Vec<&'p str> {
        let mut names: Vec<&str> = groups_of(self.inventory, host);
        names.retain(|name| *name != "all");
        names.sort_by_key(|name| natural(name));
        names
    }

    /// The dictionary `groups`: every group with the names of its hosts, in the order of the inventory.
    pub fn groups(&self) -> Map {
        let mut names: Vec<(u32, &str)> =
            self.inventory.groups.iter().map(|(name, group)| (group.order, name.as_str())).collect();
        names.sort();
        let mut groups: Map = names.into_iter().map(|(_, name)| (name, self.members(name))).collect();
        for always in ["all", "ungrouped"] {
            if !groups.contains_key(always) {
                groups.insert(always, Value::list([]));
            }
        }
        groups
    }

    fn members(&self, group: &str) -> Value {
        self.hosts_in(group).into_iter().map(Value::from).collect()
    }

    /// The hosts of a group, then those of the groups below it, level by level.
    fn hosts_in(&self, group: &str) -> Vec<&'p str> {
        let everything: &[&str] = if group == "all" { &self.ordered } else { &[] };
        let members = descendants(self.inventory, group).into_iter().flat_map(|below| &below.hosts);
        let mut seen: HashSet<&str> = HashSet::new();
        let members = members.map(String::as_str).chain(everything.iter().copied());
        members.filter(|name| seen.insert(name)).collect()
    }
}

/// A group and all groups below it; a cycle ends.
fn descendants<'p>(inventory: &'p Inventory, group: &str) -> Vec<&'p Group> {
    let mut found = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut next: VecDeque<&str> = VecDeque::from([group]);
    while let Some(name) = next.pop_front() {
        let Some((name, group)) = inventory.groups.get_key_value(name) else { continue };
        if seen.insert(name) {
            found.push(group);
            next.extend(group.children.iter().map(String::as_str));
        }
    }
    found
}

/// The groups that hold `host`, from far to near: by depth, then `ansible_group_priority`, then name.
fn groups_of<'p>(inventory: &'p Inventory, host: &str) -> Vec<&'p str> {
    if !inventory.hosts.contains_key(host) {
        return Vec::new();
    }
    let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut next: VecDeque<&str> = VecDeque::new();
    for (name, group) in &inventory.groups {
        for child in &group.children {
            parents.entry(child).or_default().push(name);
        }
        if group.hosts.iter().any(|member| member == host) {
            next.push_back(name);
        }
    }
    let mut found: HashSet<&str> = HashSet::new();
    while let Some(name) = next.pop_front() {
        if found.insert(name) {
            next.extend(parents.get(name).into_iter().flatten());
        }
    }
    found.insert("all");
    let depths = depths(inventory);
    let mut groups: Vec<&'p str> =
        inventory.groups.keys().map(String::as_str).filter(|name| found.contains(name)).collect();
    groups.sort_by_key(|name| {
        let priority = inventory.groups.get(*name).and_then(|group| group.vars.get("ansible_group_priority"));
        (depths.get(name).copied().unwrap_or(1), priority.map_or(1, int), *name)
    });
    groups
}

fn int(value: &Value) -> i64 {
    value.as_int().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or(1)
}

/// How far each group lies below `all`, by the longest way.
fn depths(inventory: &Inventory) -> BTreeMap<&str, usize> {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::from([("all", 0)]);
    // A longest way has no more steps than there are groups; the bound ends a cycle.
    for _ in 0..inventory.groups.len() {
        let mut grown = false;
        for (name, group) in &inventory.groups {
            let below = depths.get(name.as_str()).copied().unwrap_or(1) + 1;
            let below = if name == "all" { 1 } else { below };
            for child in &group.children {
                let depth = depths.entry(child).or_insert(1);
                if *depth < below && below <= inventory.groups.len() {
                    *depth = below;
                    grown = true;
                }
            }
        }
        if !grown {
            break;
        }
    }
    depths
}

/// A key that sorts `web2` before `web10`.
fn natural(name: &str) -> Vec<(u8, u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if digits {
            (0, part.parse().unwrap_or(u64::MAX), String::new())
        } else {
            (1, 0, part.to_lowercase())
        });
        rest = after;
    }
    parts
}

#[cfg(test)]
pub(crate) mod tests {
    use rustle_schema::inventory::Host;

    use super::*;

    pub fn inventory() -> Inventory {
        let hosts = ["web1", "web2", "web10", "db1", "lone"];
        let host = |order: usize| Host { vars: Map::new(), order: order as u32 };
        let group = |hosts: &[&str], children: &[&str], vars: &[(&str, i64)]| Group {
            vars: vars.iter().map(|(key, value)| (*key, *value)).collect(),
            hosts: hosts.iter().map(ToString::to_string).collect(),
            children: children.iter().map(ToString::to_string).collect(),
            ..Group::default()
        };
        Inventory {
            hosts: hosts.iter().enumerate().map(|(order, name)| (name.to_string(), host(order))).collect(),
            groups: BTreeMap::from([
                ("all".into(), group(&[], &["ungrouped", "prod"], &[("level", 0), ("a", 1)])),
                ("ungrouped".into(), group(&["lone"], &[], &[])),
                ("prod".into(), group(&[], &["web", "db"], &[("level", 1), ("p", 1)])),
                ("web".into(), group(&["web1", "web2", "web10"], &[], &[("level", 2)])),
                ("db".into(), group(&["db1"], &[], &[])),
            ]),
            source: None,
        }
    }

    #[test]
    fn nearer_groups_come_first() {
        let inventory = inventory();
        let hosts = Hosts::new(&inventory, "web2");
        let vars = hosts.own_group_vars();
        let levels: Vec<i64> =
            vars.iter().filter_map(|vars| vars.get("level").and_then(Value::as_int)).collect();
        assert_eq!(levels, [2, 1, 0]);
        assert_eq!(hosts.group_names("web2"), ["prod", "web"]);
        assert_eq!(hosts.group_names("lone"), ["ungrouped"]);
    }

    #[test]
    fn an_unknown_host_is_in_no_group() {
        let inventory = inventory();
        let hosts = Hosts::new(&inventory, "localhost");
        assert!(hosts.own_group_vars().is_empty() && hosts.group_names("localhost").is_empty());
    }

    #[test]
    fn groups_hold_the_hosts_of_the_groups_below() {
        let inventory = inventory();
        let groups = Hosts::new(&inventory, "web1").groups();
        let members: Value = ["web1", "web2", "web10", "db1"].into_iter().collect();
        assert_eq!(groups.get("prod"), Some(&members));
        assert_eq!(groups.get("all").and_then(Value::as_items).map(<[Value]>::len), Some(5));
    }

    #[test]
    fn numbers_in_names_sort_as_numbers() {
        let mut names = vec!["web10", "web2", "db"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["db", "web2", "web10"]);
    }

    #[test]
    fn a_cycle_of_groups_ends() {
        let mut inventory = inventory();
        inventory.groups.entry("db".into()).or_default().children.push("prod".into());
        let hosts = Hosts::new(&inventory, "db1");
        assert_eq!(hosts.group_names("db1"), ["db", "prod"]);
    }
}
