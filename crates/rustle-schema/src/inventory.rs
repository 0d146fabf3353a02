//! The inventory that a plan carries.

use std::collections::BTreeMap;

use rustle_value::Map;
use serde::{Deserialize, Serialize};

/// Hosts and groups, with the variables of each. `all` and `ungrouped` are always there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// Hosts by name.
    pub hosts: BTreeMap<String, Host>,
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
    /// The file that it was read from, below the bundle's root, if it was one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// One host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Variables from the inventory itself and from `host_vars/`, the latter winning.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map,
    /// Its place in the inventory, which decides the order of hosts.
    pub order: u32,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Variables from the inventory itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map,
    /// Variables from `group_vars/`: those of any group come before those that the inventory itself gives to any.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub file_vars: Map,
    /// The hosts that are in it directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The groups below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// Its place among the groups, as the inventory has them.
    #[serde(default)]
    pub order: u32,
}
