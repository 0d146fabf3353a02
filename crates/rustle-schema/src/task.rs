//! Steps of a plan: tasks, blocks, role uses.

use rustle_value::{Map, Value};
use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::plan::{RoleFrom, RoleUse};

/// Where something stands in what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Index into [`Plan::sources`](crate::plan::Plan::sources).
    pub source: u32,
    /// Line, from 1; 0 where there is none.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One step of a task list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// A task.
    Task(Box<Task>),
    /// A block, or what an `import_tasks` stands for.
    Block(Box<Block>),
    /// A static use of a role: `import_role`.
    Role(Box<RoleUse>),
    /// Steps that are read when they are reached. Only the container makes these, and only the executor meets them.
    Chunk(Box<Chunk>),
}

/// Consecutive steps of a list that lie in frames of their own, so that neither the start nor the memory of a run grows
/// with the plan. What it stands for is a list of steps again, in which there may be more chunks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Where the steps lie. Only the container reads this.
    pub place: Bytes,
    /// How many tasks they are, counted as [`Step::tasks`] counts.
    pub tasks: u64,
    /// Whether an `import_role` is among them, whose handlers are there from the start of the play.
    #[serde(default, skip_serializing_if = "is_false")]
    pub imports: bool,
}

fn is_false(it: &bool) -> bool {
    !it
}

impl Step {
    /// How many tasks the step is: an `import_role` counts as one, `rescue` sections do not count. Includes and loops may
    /// bring more, conditions and tags less.
    pub fn tasks(&self) -> u64 {
        let all = |steps: &[Step]| steps.iter().map(Step::tasks).sum::<u64>();
        match self {
            Step::Task(_) | Step::Role(_) => 1,
            Step::Block(block) => all(&block.block) + all(&block.always),
            Step::Chunk(chunk) => chunk.tasks,
        }
    }

    /// Whether an `import_role` is in it.
    pub fn imports(&self) -> bool {
        match self {
            Step::Task(_) => false,
            Step::Role(_) => true,
            Step::Block(block) => {
                [&block.block, &block.rescue, &block.always].into_iter().flatten().any(Step::imports)
            }
            Step::Chunk(chunk) => chunk.imports,
        }
    }
}

/// A block with its rescue and always sections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Value>,
    /// Keywords that its tasks inherit.
    pub directives: Directives,
    /// The tasks.
    pub block: Vec<Step>,
    /// What runs when one of them fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rescue: Vec<Step>,
    /// What runs in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub always: Vec<Step>,
    /// `notify` that its tasks inherit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<Value>,
    /// Whether it stands for an `import_tasks` rather than a written block.
    #[serde(default)]
    pub import: bool,
    /// Where it stands.
    pub position: Position,
}

/// Keywords that plays, blocks, roles and tasks share; those of a task come before its block's, those before its play's.
/// Lists add up (`when` with AND, `tags`, `environment`), maps are layers, the rest is overridden. Text may be a template
/// wherever Ansible allows one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Directives {
    /// Conditions that must all hold: a boolean, or the text of a bare expression (a [`Value::Str`]; a
    /// [`Value::Template`] where it was written with braces).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Value>,
    /// Tags, text or templates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// Variables.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub vars: Map,
    /// Environment variables: mappings, or templates of mappings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Value>,
    /// `module_defaults`: arguments by module, canonical names; those of a module further in replace those further out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub module_defaults: Vec<Map>,
    /// `become`.
    #[serde(rename = "become", skip_serializing_if = "Option::is_none")]
    pub become_: Option<Value>,
    /// `become_user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub become_user: Option<Value>,
    /// `become_method`: `sudo`, `su`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub become_method: Option<Value>,
    /// `become_flags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub become_flags: Option<Value>,
    /// `ignore_errors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_errors: Option<Value>,
    /// `no_log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_log: Option<Value>,
    /// `check_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_mode: Option<Value>,
    /// `diff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<Value>,
    /// `run_once`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_once: Option<Value>,
    /// `timeout`, seconds; 0 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Value>,
    /// `any_errors_fatal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any_errors_fatal: Option<Value>,
}

/// One task or handler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its number, unique in the plan.
    pub id: u32,
    /// Its name, text or a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Value>,
    /// What it does.
    pub action: Action,
    /// Keywords it shares with blocks and plays.
    pub directives: Directives,
    /// `loop` or `with_*`.
    #[serde(default, rename = "loop", skip_serializing_if = "Option::is_none")]
    pub looping: Option<Box<Loop>>,
    /// `register`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// `changed_when`, conditions as in [`Directives::when`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_when: Vec<Value>,
    /// `failed_when`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_when: Vec<Value>,
    /// `until`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub until: Vec<Value>,
    /// `retries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<Value>,
    /// `delay`, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Value>,
    /// `notify`: names of handlers, text or templates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<Value>,
    /// `listen`, of a handler.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listen: Vec<Value>,
    /// Where it stands.
    pub position: Position,
}

impl Task {
    /// A task that only does `action`: its number is 0, and none of its own keywords is set.
    pub fn new(name: Option<Value>, action: Action, directives: Directives) -> Task {
        Task {
            id: 0,
            name,
            action,
            directives,
            looping: None,
            register: None,
            changed_when: Vec::new(),
            failed_when: Vec::new(),
            until: Vec::new(),
            retries: None,
            delay: None,
            notify: Vec::new(),
            listen: Vec::new(),
            position: Position::default(),
        }
    }
}

/// What a task does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// Runs a module.
    Module {
        /// Its name as registered (see [`names::canonical`](crate::names::canonical)).
        module: String,
        /// The name as it was written, for display: `ansible.builtin.copy`.
        written: String,
        /// Its arguments: a mapping, or a template of one. Free-form text stands under `_raw_params`; a template of more
        /// arguments, beside those that are given one by one, under `_variable_params`.
        args: Value,
    },
    /// `meta`.
    Meta(Meta),
    /// `include_tasks`.
    IncludeTasks {
        /// The file: a template, or its absolute name below [`BUNDLE_ROOT`](crate::names::BUNDLE_ROOT), which with the
        /// root taken off is a key of [`Plan::task_files`](crate::plan::Plan::task_files).
        file: Value,
        /// `apply`: keywords for the tasks that come in.
        apply: Box<Directives>,
    },
    /// `include_role`.
    IncludeRole {
        /// The role's name, or a template of it: a key of [`Plan::roles`](crate::plan::Plan::roles).
        name: Value,
        /// Which of its files.
        from: Box<RoleFrom>,
        /// `apply`: keywords for the tasks that come in.
        apply: Box<Directives>,
    },
}

/// What a `meta` task asks of the executor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meta {
    /// Runs the notified handlers now.
    FlushHandlers,
    /// Nothing.
    Noop,
    /// Nothing here: a runner's inventory does not change.
    RefreshInventory,
    /// Forgets the host's facts.
    ClearFacts,
    /// Forgets that the host has failed.
    ClearHostErrors,
    /// Ends the play.
    EndPlay,
    /// Ends the play for this host.
    EndHost,
    /// Ends the batch, which is the play.
    EndBatch,
    /// Ends the current role.
    EndRole,
    /// Nothing here: there is no connection.
    ResetConnection,
}

/// A loop over a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    /// `None` for `loop`; the lookup's name for `with_<lookup>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// The list, or a template of one; the lookup's terms.
    pub items: Value,
    /// `loop_control`.
    #[serde(default)]
    pub control: LoopControl,
}

/// `loop_control`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoopControl {
    /// `loop_var`, `item` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_var: Option<String>,
    /// `index_var`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_var: Option<String>,
    /// `label`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Value>,
    /// `pause`, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Value>,
    /// `extended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended: Option<Value>,
    /// `extended_allitems`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_allitems: Option<Value>,
    /// `break_when`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub break_when: Vec<Value>,
}
