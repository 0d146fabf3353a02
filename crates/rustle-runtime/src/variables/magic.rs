//! Magic variables: what the run itself knows.

use rustle_schema::names::BUNDLE_ROOT;
use rustle_template::Variable;
use rustle_value::{Map, Value};

use super::host_vars;
use super::scope::Scope;
use crate::executor::State;

/// The version of ansible-core whose behaviour this is, as `ansible_version` tells it.
const ANSIBLE_VERSION: (i64, i64, i64) = (2, 19, 14);

/// The names of the magic variables that every task has.
pub const NAMES: [&str; 28] = [
    "ansible_check_mode",
    "ansible_config_file",
    "ansible_current_hosts",
    "ansible_dependent_role_names",
    "ansible_diff_mode",
    "ansible_facts",
    "ansible_failed_hosts",
    "ansible_forks",
    "ansible_limit",
    "ansible_inventory_sources",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_name",
    "ansible_play_role_names",
    "ansible_role_names",
    "ansible_run_tags",
    "ansible_search_path",
    "ansible_skip_tags",
    "ansible_verbosity",
    "ansible_version",
    "environment",
    "groups",
    "hostvars",
    "play_hosts",
    "playbook_dir",
    "role_names",
    "vars",
];

/// The names of those that a task of a role has too.
pub const ROLE_NAMES: [&str; 5] =
    ["ansible_collection_name", "ansible_role_name", "role_name", "role_path", "role_uuid"];

/// The names of those that belong to the host, and that its groups' variables lie below.
pub const HOST_NAMES: [&str; 5] =
    ["group_names", "inventory_dir", "inventory_file", "inventory_hostname", "inventory_hostname_short"];

/// The magic variable called `name`, those of a host left out.
pub fn variable(state: &State<'_>, scope: &Scope<'_>, name: &str) -> Option<Variable> {
    // Nearly every name that is asked for is none of these: the first letter decides most cases.
    match name.as_bytes().first()? {
        b'a' | b'e' | b'g' | b'h' | b'p' | b'r' => {}
        _ => return None,
    }
    let play = &state.play;
    let value = match name {
        "ansible_check_mode" => Value::Bool(state.settings.check),
        "ansible_diff_mode" => Value::Bool(state.settings.diff),
        "ansible_verbosity" => Value::from(state.settings.verbosity),
        "ansible_config_file" => Value::None,
        "ansible_limit" => Value::from(state.settings.limit.as_ref()?),
        "ansible_forks" => Value::Int(5),
        "ansible_inventory_sources" => Value::list([]),
        "ansible_version" => version(),
        "ansible_run_tags" => state.settings.tags.iter().map(String::as_str).collect(),
        "ansible_skip_tags" => state.settings.skip_tags.iter().map(String::as_str).collect(),
        "ansible_play_name" => Value::from(&play.name),
        "ansible_play_hosts_all" => play.hosts.clone(),
        "ansible_play_hosts" | "ansible_play_batch" | "play_hosts" | "ansible_current_hosts" => {
            play.remaining_hosts(state.hosts.own())
        }
        "ansible_failed_hosts" => Value::list([]),
        "ansible_play_role_names" | "role_names" => play.role_names(),
        "ansible_dependent_role_names" => play.dependent_role_names(),
        "ansible_role_names" => play.all_role_names(),
        "ansible_search_path" => state.search_path(scope).into_iter().collect(),
        "environment" => return Some(environment(scope)),
        "groups" => Value::Map(state.groups()),
        "hostvars" => return Some(Variable::Templated(Value::Map(host_vars::all(state)))),
        "playbook_dir" => Value::from(state.playbook_dir()),
        "role_name" | "ansible_role_name" => Value::from(&scope.role.as_ref()?.role.name),
        "role_path" => Value::from(format!("{BUNDLE_ROOT}/{}", scope.role.as_ref()?.role.path)),
        "role_uuid" => Value::from(&scope.role.as_ref()?.role.path),
        "ansible_collection_name" => scope.role.as_ref().map(|_| Value::None)?,
        _ => return None,
    };
    Some(Variable::Plain(value))
}

/// The magic variable of `host` called `name`.
pub fn host_variable(state: &State<'_>, host: &str, name: &str) -> Option<Value> {
    Some(match name {
        "inventory_hostname" => Value::from(host),
        "inventory_hostname_short" => Value::from(host.split('.').next().unwrap_or(host)),
        "group_names" => state.hosts.group_names(host).into_iter().collect(),
        "inventory_file" => Value::from(inventory_file(state)?),
        "inventory_dir" => {
            let file = inventory_file(state)?;
            Value::from(file.rsplit_once('/').map_or(BUNDLE_ROOT, |(folder, _)| folder))
        }
        _ => return None,
    })
}

/// What a name means that nothing else has set.
pub fn fallback(state: &State<'_>, name: &str) -> Option<Value> {
    let own = state.hosts.own();
    Some(match name {
        "omit" => Value::Omit,
        "ansible_host" if state.hosts.group_names(own).is_empty() => Value::str("127.0.0.1"),
        "ansible_host" => Value::from(own),
        "ansible_connection" => Value::str("local"),
        _ => return None,
    })
}

/// The inventory that the plan was made with, as if it lay in the bundle.
fn inventory_file(state: &State<'_>) -> Option<String> {
    state.plan.inventory.source.as_ref().map(|source| format!("{BUNDLE_ROOT}/{source}"))
}

fn environment(scope: &Scope<'_>) -> Variable {
    Variable::Templated(Value::list(scope.keywords.environment.iter().cloned()))
}

fn version() -> Value {
    let (major, minor, revision) = ANSIBLE_VERSION;
    let text = format!("{major}.{minor}.{revision}");
    let numbers = [("major", major), ("minor", minor), ("revision", revision)];
    let mut map = Map::from([("string", &text), ("full", &text)]);
    map.extend(numbers);
    Value::Map(map)
}
