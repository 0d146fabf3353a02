//! The plan: a playbook, compiled and self-contained.

use std::collections::BTreeMap;

use rustle_value::{Map, Value};
use serde::{Deserialize, Serialize};

use crate::inventory::Inventory;
use crate::task::{Directives, Position, Step, Task};

/// The version of the plan's format.
///
/// - 1: the first.
pub const PLAN_FORMAT: u32 = 1;

/// A compiled playbook. In every [`Value`] of a plan, text that holds a template is a [`Value::Template`] and all other
/// text is finished.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_FORMAT`] of the writer.
    pub format: u32,
    /// What it was made of, relative to the project: `site.yml`. `playbook_dir` is its folder below the bundle's root.
    pub name: String,
    /// The files that positions refer to, by their names below the bundle's root.
    pub sources: Vec<String>,
    /// The plays, in order.
    pub plays: Vec<Play>,
    /// Hosts and groups.
    pub inventory: Inventory,
    /// Every task file that an `include_tasks` can reach, by its name below the bundle's root: `tasks/web.yml`,
    /// `roles/web/tasks/debian.yml`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub task_files: BTreeMap<String, Vec<Step>>,
    /// Every role that can be reached, by the name it is called by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// The modules that tasks and handlers name, canonical, sorted.
    pub modules: Vec<String>,
    /// The facts that are referred to, sorted; `None` where the whole dictionary is used.
    pub facts: Option<Vec<String>>,
    /// What the operator should know before a run: what an imported plan has lost, for example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

impl Plan {
    /// How many tasks it names: those of its plays, and of the roles that these name. Includes and loops may bring more,
    /// conditions and tags less.
    pub fn tasks(&self) -> u64 {
        let steps = |list: &[Step]| list.iter().map(Step::tasks).sum::<u64>();
        let main = |entry: &RoleUse| {
            let role = self.roles.get(&entry.role);
            role.and_then(|role| role.tasks.get("main")).map_or(0, |list| steps(list))
        };
        let play = |play: &Play| {
            let roles: u64 = play.roles.iter().map(main).sum();
            roles + steps(&play.pre_tasks) + steps(&play.tasks) + steps(&play.post_tasks)
        };
        self.plays.iter().map(play).sum()
    }
}

/// One play.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Play {
    /// Its name; the host pattern where it has none.
    pub name: Value,
    /// The host patterns (`all`, `web*`, `!db`, `&prod`); text or templates.
    pub hosts: Vec<Value>,
    /// `gather_facts`, true where the play does not say.
    pub gather_facts: Value,
    /// `gather_subset`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gather_subset: Vec<Value>,
    /// Keywords that the tasks inherit, `vars` among them.
    pub directives: Directives,
    /// `vars_files`: each a file, or a list of files of which the first that exists is taken. A file is a template, or its
    /// absolute name below [`BUNDLE_ROOT`](crate::names::BUNDLE_ROOT).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vars_files: Vec<Value>,
    /// `force_handlers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_handlers: Option<Value>,
    /// `serial`: how many hosts a batch has, one after the other; a number or a percentage each, as text. It is for whoever
    /// deploys a runner to many hosts; a runner does not look at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial: Vec<Value>,
    /// `max_fail_percentage`, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fail_percentage: Option<Value>,
    /// Tasks before the roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_tasks: Vec<Step>,
    /// The roles of `roles:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleUse>,
    /// The tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Step>,
    /// Tasks after the roles and tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_tasks: Vec<Step>,
    /// The play's own handlers; those of roles are in [`Role::handlers`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<Task>,
    /// Where it stands.
    pub position: Position,
}

/// A role, as its folder says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Its name, `role_name`.
    pub name: String,
    /// Its folder below the bundle's root: `roles/web`.
    pub path: String,
    /// `tasks/`, by file name without the extension: `main`, `debian`. Those that import_* or a role use names, and
    /// those that a templated `tasks_from` can reach.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tasks: BTreeMap<String, Vec<Step>>,
    /// `handlers/`, likewise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub handlers: BTreeMap<String, Vec<Task>>,
    /// `defaults/`, likewise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub defaults: BTreeMap<String, Map>,
    /// `vars/`, likewise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, Map>,
    /// `dependencies` of `meta/main.yml`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<RoleUse>,
    /// `allow_duplicates` of `meta/main.yml`.
    #[serde(default)]
    pub allow_duplicates: bool,
}

/// One use of a role: an entry of `roles:`, a dependency, an `import_role`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleUse {
    /// The key into [`Plan::roles`].
    pub role: String,
    /// Role parameters: what stands beside `role:` and is no keyword.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map,
    /// Keywords that the role's tasks inherit.
    pub directives: Directives,
    /// Which files to take: `tasks_from` and its kin.
    #[serde(default)]
    pub from: RoleFrom,
    /// Whether it is an `import_role` (its variables follow `public`) or an entry of `roles:`.
    #[serde(default)]
    pub import: bool,
    /// Where it stands.
    pub position: Position,
}

/// `tasks_from`, `handlers_from`, `defaults_from`, `vars_from`: `None` stands for `main`. Text is a key of the role's
/// table, without an extension; a template may give a name with one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleFrom {
    /// `tasks_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Value>,
    /// `handlers_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handlers: Option<Value>,
    /// `defaults_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<Value>,
    /// `vars_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vars: Option<Value>,
    /// `public`: the role's variables stay visible after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Value>,
    /// `allow_duplicates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_duplicates: Option<Value>,
    /// `rolespec_validate`, accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolespec_validate: Option<Value>,
}
