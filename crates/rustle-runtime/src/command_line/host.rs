//! Which host of the inventory this machine is.

use std::fmt;

use rustle_schema::inventory::Inventory;

/// Nobody can tell which host this machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoHost {
    asked: Option<String>,
    machine: String,
    candidates: Vec<String>,
}

impl fmt::Display for NoHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.asked {
            Some(asked) => write!(f, "the inventory has no host called '{asked}'")?,
            None => write!(
                f,
                "the inventory has several hosts, and none is called '{}' as this machine is; say which one it is with --host",
                self.machine
            )?,
        }
        write!(f, ". Its hosts are: {}", self.candidates.join(", "))
    }
}

/// The host that this machine, called `machine`, is: the one asked for; else the only one; else `localhost`; else the one
/// of that name, in full or without the domain. An inventory without hosts has an implicit `localhost`.
///
/// # Errors
/// If there is no such host.
pub fn choose(inventory: &Inventory, asked: Option<&str>, machine: &str) -> Result<String, NoHost> {
    let has = |name: &str| inventory.hosts.contains_key(name);
    let candidates = || {
        let mut hosts: Vec<_> =
            inventory.hosts.iter().map(|(name, host)| (host.order, name.clone())).collect();
        hosts.sort();
        hosts.into_iter().map(|(_, name)| name).collect()
    };
    if let Some(asked) = asked {
        if has(asked) || asked == "localhost" {
            return Ok(asked.to_owned());
        }
        return Err(NoHost { asked: Some(asked.into()), machine: machine.into(), candidates: candidates() });
    }
    let mut names = inventory.hosts.keys();
    match (names.next(), names.next()) {
        (None, _) => return Ok("localhost".into()),
        (Some(only), None) => return Ok(only.clone()),
        _ => {}
    }
    let short = machine.split('.').next().unwrap_or(machine);
    let found = ["localhost", machine, short].into_iter().find(|name| has(name));
    found.map(str::to_owned).ok_or_else(|| NoHost {
        asked: None,
        machine: machine.into(),
        candidates: candidates(),
    })
}

#[cfg(test)]
mod tests {
    use rustle_schema::inventory::Host;

    use super::*;

    fn inventory(names: &[&str]) -> Inventory {
        let host = |(order, name): (usize, &&str)| {
            (name.to_string(), Host { order: order as u32, ..Host::default() })
        };
        Inventory { hosts: names.iter().enumerate().map(host).collect(), ..Inventory::default() }
    }

    #[test]
    fn the_machine_is_found() {
        let of = |names: &[&str], asked, machine| choose(&inventory(names), asked, machine);
        assert_eq!(of(&[], None, "m").as_deref(), Ok("localhost"));
        assert_eq!(of(&["web1"], None, "m").as_deref(), Ok("web1"));
        assert_eq!(of(&["web1", "localhost"], None, "web1").as_deref(), Ok("localhost"));
        assert_eq!(of(&["web1", "web2"], None, "web2.example.org").as_deref(), Ok("web2"));
        assert_eq!(of(&["web1", "web2"], Some("web1"), "web2").as_deref(), Ok("web1"));
        assert_eq!(of(&["web1", "web2"], Some("localhost"), "web2").as_deref(), Ok("localhost"));
    }

    #[test]
    fn who_cannot_be_told_is_asked_for() {
        let error = choose(&inventory(&["web2", "web1"]), None, "m").unwrap_err();
        assert!(
            error.to_string().ends_with("say which one it is with --host. Its hosts are: web2, web1"),
            "{error}"
        );
        let error = choose(&inventory(&["web1"]), Some("wbe1"), "m").unwrap_err();
        assert_eq!(error.to_string(), "the inventory has no host called 'wbe1'. Its hosts are: web1");
    }
}
