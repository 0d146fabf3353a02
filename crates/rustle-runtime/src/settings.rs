//! [`Settings`]: what the command line asks of a run.

use std::time::Duration;

use rustle_value::Map;

/// What the command line asks of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Nothing is changed.
    pub check: bool,
    /// Differences are shown.
    pub diff: bool,
    /// How many `-v`.
    pub verbosity: u8,
    /// Only tasks with one of these tags; `all` where none is asked for.
    pub tags: Vec<String>,
    /// No tasks with one of these tags.
    pub skip_tags: Vec<String>,
    /// `--extra-vars`, in which templates may stand.
    pub extra_vars: Map,
    /// The task to begin at, by name or pattern.
    pub start_at_task: Option<String>,
    /// Each task is confirmed first.
    pub step: bool,
    /// Handlers run even where a task has failed.
    pub force_handlers: bool,
    /// The longest time of a task that has no `timeout` of its own.
    pub task_timeout: Option<Duration>,
    /// Whether somebody can be asked.
    pub interactive: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            check: false,
            diff: false,
            verbosity: 0,
            tags: vec!["all".into()],
            skip_tags: Vec::new(),
            extra_vars: Map::new(),
            start_at_task: None,
            step: false,
            force_handlers: false,
            task_timeout: None,
            interactive: false,
        }
    }
}

impl Settings {
    /// Whether every task runs that is not tagged `never`.
    pub fn takes_all_tags(&self) -> bool {
        self.skip_tags.is_empty() && matches!(self.tags.as_slice(), [all] if all == "all")
    }
}
