//! Facts, in groups that are gathered together.

mod clock;
mod distribution;
mod firmware;
mod local;
mod managers;
mod memory;
mod mounts;
mod network;
mod platform;
mod processor;
mod security;
mod standard_base;
mod user;
mod virtualization;

use std::collections::BTreeSet;
use std::path::Path;

use rustle_runtime::prelude::*;

/// What gathering a group needs to know.
pub(crate) struct Gathering<'a> {
    /// What surrounds the module.
    pub(crate) ctx: &'a Context,
    /// The folder of the machine's own facts.
    pub(crate) local: &'a Path,
    /// What has been gathered so far.
    pub(crate) facts: Map,
}

impl Gathering<'_> {
    /// Adds a fact.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name, value);
    }
}

/// Facts that are gathered together.
struct Group {
    /// The names by which `gather_subset` knows it.
    subsets: &'static [&'static str],
    /// Whether a fact of this name is in it.
    has: fn(&str) -> bool,
    /// Gathers them.
    gather: fn(&mut Gathering<'_>),
}

/// Every group, in an order in which later ones may use what earlier ones have gathered.
const GROUPS: &[Group] = &[
    Group {
        subsets: &[
            "min",
            "platform",
            "architecture",
            "chroot",
            "cmdline",
            "dns",
            "is_chroot",
            "kernel",
            "kernel_version",
            "loadavg",
            "machine",
            "machine_id",
            "python",
            "python_version",
            "system",
        ],
        has: platform::has,
        gather: platform::gather,
    },
    Group {
        subsets: &[
            "min",
            "distribution",
            "distribution_major_version",
            "distribution_release",
            "distribution_version",
            "os_family",
        ],
        has: distribution::has,
        gather: distribution::gather,
    },
    Group { subsets: &["min", "date_time"], has: clock::has, gather: clock::gather },
    Group {
        subsets: &[
            "min",
            "user",
            "effective_group_ids",
            "effective_user_id",
            "real_user_id",
            "user_dir",
            "user_gecos",
            "user_gid",
            "user_id",
            "user_shell",
            "user_uid",
        ],
        has: user::has,
        gather: user::gather,
    },
    Group { subsets: &["min", "env"], has: user::has_environment, gather: user::gather_environment },
    Group { subsets: &["min", "service_mgr", "pkg_mgr"], has: managers::has, gather: managers::gather },
    Group {
        subsets: &["min", "selinux", "apparmor", "caps", "fips"],
        has: security::has,
        gather: security::gather,
    },
    Group { subsets: &["min", "lsb"], has: standard_base::has, gather: standard_base::gather },
    Group { subsets: &["min", "local"], has: local::has, gather: local::gather },
    Group { subsets: &["hardware", "memory"], has: memory::has, gather: memory::gather },
    Group {
        subsets: &["hardware", "processor", "processor_cores", "processor_count"],
        has: processor::has,
        gather: processor::gather,
    },
    Group { subsets: &["hardware", "mounts"], has: mounts::has, gather: mounts::gather },
    Group { subsets: &["hardware", "dmi"], has: firmware::has, gather: firmware::gather },
    Group {
        subsets: &[
            "virtual",
            "virtualization_role",
            "virtualization_tech_guest",
            "virtualization_tech_host",
            "virtualization_type",
        ],
        has: virtualization::has,
        gather: virtualization::gather,
    },
    // Last, because each interface is a fact of its own: what nobody else has may be one.
    Group {
        subsets: &[
            "network",
            "interfaces",
            "all_ipv4_addresses",
            "all_ipv6_addresses",
            "default_ipv4",
            "default_ipv6",
        ],
        has: network::has,
        gather: network::gather,
    },
];

/// Subsets that ansible-core knows and that hold nothing here.
const EMPTY_SUBSETS: &[&str] = &[
    "devices",
    "facter",
    "fibre_channel_wwn",
    "iscsi",
    "nvme",
    "ohai",
    "ssh_host_key_dsa_public",
    "ssh_host_key_ecdsa_public",
    "ssh_host_key_ed25519_public",
    "ssh_host_key_rsa_public",
    "ssh_host_pub_keys",
    "ssh_pub_keys",
    "system_capabilities",
    "system_capabilities_enforced",
    "systemd",
];

/// Groups that need what the machine is: ansible-core gathers that with them, whatever was left out.
const ON_PLATFORM: [&str; 2] = ["hardware", "network"];

/// Which groups are asked for.
pub struct Groups {
    chosen: Vec<usize>,
    subsets: Vec<String>,
}

impl Groups {
    /// Reads `gather_subset`: `min` is always in it unless `!min` is, `all` is everything, `!x` takes out.
    ///
    /// # Errors
    /// If a name is no subset.
    pub fn of(subsets: &[String]) -> Result<Groups> {
        let mut added = BTreeSet::new();
        let mut removed = BTreeSet::new();
        let mut explicit = BTreeSet::new();
        let mut without_min = false;
        for subset in subsets.iter().map(|it| it.trim()) {
            let (name, out) = match subset.strip_prefix('!') {
                Some(name) => (name, true),
                None => (subset, false),
            };
            let members = members(name).ok_or_else(|| bad_subset(subset))?;
            match (out, name) {
                (true, "min") => without_min = true,
                (true, "all") => {
                    removed.extend(members);
                }
                (true, _) => removed.extend(members),
                (false, "all") => added.extend(members),
                (false, _) => explicit.extend(members),
            }
        }
        if added.is_empty() && explicit.is_empty() {
            added.extend(0..GROUPS.len());
        }
        let mut chosen: BTreeSet<usize> = added.difference(&removed).copied().chain(explicit).collect();
        let on_platform = |index: &usize| {
            GROUPS.get(*index).is_some_and(|it| ON_PLATFORM.iter().any(|name| it.subsets.contains(name)))
        };
        if chosen.iter().any(on_platform) {
            chosen.extend(members("platform").into_iter().flatten());
        }
        if !without_min {
            chosen.extend(members("min").into_iter().flatten());
        }
        Ok(Groups { chosen: chosen.into_iter().collect(), subsets: subsets.to_vec() })
    }
}

fn members(subset: &str) -> Option<Vec<usize>> {
    if subset == "all" {
        return Some((0..GROUPS.len()).collect());
    }
    let members: Vec<usize> =
        (0..GROUPS.len()).filter(|index| GROUPS[*index].subsets.contains(&subset)).collect();
    (!members.is_empty() || EMPTY_SUBSETS.contains(&subset)).then_some(members)
}

fn bad_subset(name: &str) -> Error {
    let known: BTreeSet<&str> = GROUPS
        .iter()
        .flat_map(|it| it.subsets)
        .copied()
        .chain(EMPTY_SUBSETS.iter().copied())
        .chain(["all"])
        .collect();
    let known: Vec<&str> = known.into_iter().collect();
    Error::new(format!(
        "Bad subset '{name}' given to Ansible. gather_subset options allowed: {}",
        known.join(", ")
    ))
}

/// Gathers the chosen groups; with `wanted`, those alone that have one of these facts.
pub fn gather(groups: &Groups, wanted: Option<&[String]>, local: &Path, ctx: &Context) -> Map {
    let mut gathering = Gathering { ctx, local, facts: Map::new() };
    for index in &groups.chosen {
        let group = &GROUPS[*index];
        let needed = wanted.is_none_or(|names| names.iter().any(|name| (group.has)(name)));
        // Both are told from the distribution.
        let basis = *index == 1 && wanted.is_some_and(|names| names.iter().any(|name| managers::has(name)));
        if needed || basis {
            (group.gather)(&mut gathering);
        }
    }
    let mut facts = gathering.facts;
    let subsets: Vec<String> = groups.subsets.clone();
    facts.insert("gather_subset", subsets);
    facts.insert("module_setup", true);
    facts
}

/// The text of a small file, without white space at its ends; none if it cannot be read or is empty.
pub(crate) fn content(path: impl AsRef<Path>) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Whether `name` is one of the facts this build of the runner can gather, interfaces apart.
pub fn is_known(name: &str) -> bool {
    GROUPS[..GROUPS.len() - 1].iter().any(|group| (group.has)(name)) || network::NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(subsets: &[&str], wanted: Option<&[&str]>) -> Vec<String> {
        let subsets: Vec<String> = subsets.iter().map(|it| (*it).to_owned()).collect();
        let wanted: Option<Vec<String>> = wanted.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
        let groups = Groups::of(&subsets).unwrap();
        let facts = gather(&groups, wanted.as_deref(), Path::new("/nonexistent"), &Context::default());
        facts.keys().map(Value::to_string).collect()
    }

    #[test]
    fn every_declared_fact_of_this_machine_comes_from_its_group() {
        let all = names(&["all"], None);
        for name in
            ["system", "os_family", "distribution", "date_time", "user_id", "env", "service_mgr", "pkg_mgr"]
        {
            assert!(all.iter().any(|it| it == name), "{name} is missing");
        }
        for name in ["memtotal_mb", "processor_vcpus", "mounts", "interfaces", "hostname", "selinux"] {
            assert!(all.iter().any(|it| it == name), "{name} is missing");
        }
    }

    #[test]
    fn only_what_is_wanted_is_gathered() {
        let some = names(&["all"], Some(&["memtotal_mb"]));
        assert!(some.contains(&"memtotal_mb".to_owned()));
        assert!(!some.contains(&"system".to_owned()) && !some.contains(&"interfaces".to_owned()));
    }

    #[test]
    fn subsets_add_and_take_out() {
        let network = names(&["!all", "network"], None);
        assert!(network.contains(&"interfaces".to_owned()) && network.contains(&"system".to_owned()));
        assert!(!network.contains(&"memtotal_mb".to_owned()));
        let bare = names(&["!all", "!min", "hardware"], None);
        assert!(bare.contains(&"memtotal_mb".to_owned()) && !bare.contains(&"user_id".to_owned()));
        assert!(bare.contains(&"architecture".to_owned()), "what the hardware is of");
        let family = names(&["!all", "!min", "os_family"], None);
        assert!(family.contains(&"distribution".to_owned()) && !family.contains(&"system".to_owned()));
        assert!(Groups::of(&["nope".to_owned()]).is_err());
    }
}
