//! The hosts of a deployment: those of the inventory that a play of the runner means, within the limit.

use std::path::{Path, PathBuf};

use rustle_runtime::hosts::Hosts;
use rustle_schema::inventory::Inventory;
use rustle_schema::plan::Plan;
use rustle_value::Value;

use super::connection::Connection;
use crate::failure::{Context, Failure, Result, warn};

/// A host, and how it is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name in the inventory.
    pub name: String,
    /// How it is reached.
    pub connection: Connection,
}

/// The inventory in these files, or the one that the runner carries where there is none.
///
/// # Errors
/// If it has errors.
pub fn inventory(sources: &[PathBuf], plan: &Plan) -> Result<Inventory> {
    if sources.is_empty() {
        return Ok(plan.inventory.clone());
    }
    let here = std::env::current_dir().context("the current folder")?;
    let options = rustle_playbook::Options { inventory: sources.to_vec(), ..Default::default() };
    let (inventory, mut problems) = rustle_playbook::load_inventory(&here, &options);
    // What is encrypted is for the tasks. Where it is needed to reach a host, that host says so.
    problems.retain(|problem| problem.code != "vault-not-supported");
    let problems = rustle_build::Problems::new(problems);
    if problems.errors() > 0 {
        return Err(Failure::Refused("nothing was deployed", problems));
    }
    warn(&problems);
    Ok(inventory)
}

/// Inventories as they can be found again from any folder.
///
/// # Errors
/// If the current folder cannot be told.
pub fn absolute(sources: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let absolute = |path: &PathBuf| match path.to_string_lossy().contains(',') {
        true => Ok(path.clone()),
        false => std::path::absolute(path).context(path.display()),
    };
    sources.iter().map(absolute).collect()
}

/// The names of the hosts that a play of the plan means and that `limit` means, in the order of the inventory.
///
/// # Errors
/// If the limit is no pattern, or no host is left.
pub fn chosen(inventory: &Inventory, plan: &Plan, limit: Option<&str>) -> Result<Vec<String>> {
    let hosts = Hosts::new(inventory, "");
    let select = |patterns: &[String]| hosts.select(patterns, &regex);
    let mut wanted: Vec<String> = Vec::new();
    for play in &plan.plays {
        let patterns: Option<Vec<String>> = play
            .hosts
            .iter()
            .map(|pattern| match pattern {
                Value::Template(_) => None,
                text => Some(text.to_string()),
            })
            .collect();
        // Only the run can tell what a template means: then it may be any host.
        let found = select(&patterns.unwrap_or_else(|| vec!["all".into()]));
        wanted.extend(found.context("the hosts of a play")?);
    }
    let within = match limit {
        Some(limit) => {
            Some(select(&limit_of(limit)?).map_err(|error| Failure::Usage(format!("--limit: {error}")))?)
        }
        None => None,
    };
    let chosen: Vec<String> = hosts
        .names()
        .iter()
        .map(|name| (*name).to_owned())
        .filter(|name| wanted.contains(name) && within.as_ref().is_none_or(|within| within.contains(name)))
        .collect();
    if chosen.is_empty() {
        let failure = Failure::new(match limit {
            Some(limit) => format!("no host of the inventory that a play means is in the limit '{limit}'"),
            None => "the inventory has no host that a play of the runner means".into(),
        });
        return Err(failure.help(format!("its hosts are: {}", hosts.names().join(", "))));
    }
    Ok(chosen)
}

/// That the runner knows each of the hosts: it carries an inventory of its own, which gives it its variables.
///
/// # Errors
/// If it does not know some.
pub fn known(chosen: &[String], plan: &Plan) -> Result<()> {
    let unknown = |name: &&String| !plan.inventory.hosts.contains_key(*name) && *name != "localhost";
    let unknown: Vec<&str> = chosen.iter().filter(unknown).map(String::as_str).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("the runner does not know these hosts: {}", unknown.join(", ")))
        .help("it was built with another inventory: name this one in `[runner] inventory` of rustle.toml and build again"))
}

/// The hosts of these names, and how each is reached.
pub fn targets(inventory: &Inventory, names: &[String]) -> Vec<Target> {
    let hosts = Hosts::new(inventory, "");
    let target = |name: &String| {
        let mut layers = vec![hosts.vars_of(name)];
        layers.extend(hosts.group_vars_of(name));
        Target { name: name.clone(), connection: Connection::of(name, &layers) }
    };
    names.iter().map(target).collect()
}

/// The patterns of a limit; `@FILE` holds one a line, as Ansible's retry files do.
fn limit_of(limit: &str) -> Result<Vec<String>> {
    match limit.strip_prefix('@') {
        Some(path) => {
            let text = std::fs::read_to_string(Path::new(path)).context(path)?;
            Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
        }
        None => Ok(vec![limit.to_owned()]),
    }
}

/// Whether a name matches a regular expression at its start, as Python's `re.match` does.
fn regex(expression: &str, name: &str) -> std::result::Result<bool, String> {
    let regex = fancy_regex::Regex::new(&format!("^(?:{expression})")).map_err(|error| error.to_string())?;
    regex.is_match(name).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use rustle_schema::inventory::{Group, Host};
    use rustle_schema::plan::Play;
    use rustle_value::Map;

    use super::*;

    fn inventory_of(names: &[&str]) -> Inventory {
        let host = |(order, name): (usize, &&str)| {
            let vars = Map::from([("ansible_host", format!("10.0.0.{order}"))]);
            (name.to_string(), Host { order: u32::try_from(order).unwrap(), vars })
        };
        let hosts = names.iter().map(ToString::to_string).collect();
        let all = Group { hosts, vars: Map::from([("ansible_user", "ops")]), ..Group::default() };
        Inventory {
            hosts: names.iter().enumerate().map(host).collect(),
            groups: [("all".to_owned(), all)].into(),
            source: None,
        }
    }

    fn plan_of(patterns: &[Value]) -> Plan {
        Plan { plays: vec![Play { hosts: patterns.to_vec(), ..Play::default() }], ..Plan::default() }
    }

    #[test]
    fn hosts_are_those_of_plays_within_the_limit() {
        let inventory = inventory_of(&["web2", "web1", "db1"]);
        let of = |pattern: &str, limit| chosen(&inventory, &plan_of(&[pattern.into()]), limit).ok();
        assert_eq!(of("web*", None).unwrap(), ["web2", "web1"]);
        assert_eq!(of("all", Some("~(web1|db)")).unwrap(), ["web1", "db1"]);
        assert_eq!(of("all", Some("all:!web2")).unwrap(), ["web1", "db1"]);
        assert_eq!(of("db1", Some("web1")), None);
        assert_eq!(of("all", Some("~(")), None);
        let template = plan_of(&[Value::Template("{{ where }}".into())]);
        assert_eq!(chosen(&inventory, &template, None).unwrap().len(), 3, "only the run can tell");
    }

    #[test]
    fn a_host_is_reached_as_its_variables_say() {
        let targets = targets(&inventory_of(&["a", "b"]), &["b".into()]);
        let Connection::Ssh(ssh) = &targets[0].connection else { panic!("{targets:?}") };
        assert_eq!((ssh.host.as_str(), ssh.user.as_deref()), ("10.0.0.1", Some("ops")));
    }

    #[test]
    fn a_host_that_the_runner_does_not_know_is_told() {
        let plan = Plan { inventory: inventory_of(&["a"]), ..Plan::default() };
        assert!(known(&["a".into()], &plan).is_ok());
        let Err(Failure::Message(message, _)) = known(&["a".into(), "new".into()], &plan) else {
            panic!("known")
        };
        assert!(message.ends_with("these hosts: new"), "{message}");
    }
}
