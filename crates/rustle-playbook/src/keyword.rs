//! Which keywords there are, where, and which of them are not supported yet.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Where a keyword stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Play,
    Block,
    Task,
    Handler,
    /// An entry of `roles:` or a dependency.
    Role,
    /// `import_playbook`.
    Playbook,
}

/// The keywords of everything.
const BASE: [&str; 22] = [
    "name",
    "connection",
    "port",
    "remote_user",
    "vars",
    "module_defaults",
    "environment",
    "no_log",
    "run_once",
    "ignore_errors",
    "ignore_unreachable",
    "check_mode",
    "diff",
    "any_errors_fatal",
    "throttle",
    "timeout",
    "debugger",
    "become",
    "become_method",
    "become_user",
    "become_flags",
    "become_exe",
];

const PLAY: [&str; 22] = [
    "hosts",
    "gather_facts",
    "gather_subset",
    "gather_timeout",
    "fact_path",
    "vars_files",
    "vars_prompt",
    "roles",
    "handlers",
    "pre_tasks",
    "tasks",
    "post_tasks",
    "force_handlers",
    "max_fail_percentage",
    "serial",
    "strategy",
    "order",
    "tags",
    "collections",
    "user",
    "import_playbook",
    "validate_argspec",
];

const BLOCK: [&str; 9] =
    ["block", "rescue", "always", "when", "tags", "collections", "notify", "delegate_to", "delegate_facts"];

const TASK: [&str; 19] = [
    "action",
    "args",
    "async",
    "changed_when",
    "collections",
    "delay",
    "delegate_facts",
    "delegate_to",
    "failed_when",
    "local_action",
    "loop",
    "loop_control",
    "notify",
    "poll",
    "register",
    "retries",
    "tags",
    "until",
    "when",
];

const ROLE: [&str; 6] = ["role", "when", "tags", "collections", "delegate_to", "delegate_facts"];

const PLAYBOOK: [&str; 3] = ["import_playbook", "when", "tags"];

/// Keywords that are understood as such and not supported yet, each with what to do instead; that may be empty.
const UNSUPPORTED: [(&str, &str); 17] = [
    ("async", "the task would run to its end before the next one begins: remove the keyword if that will do"),
    ("poll", "the task would run to its end before the next one begins: remove the keyword if that will do"),
    ("delegate_to", "a runner acts on the host it is started on; build another runner for the other host"),
    ("delegate_facts", ""),
    ("local_action", "a runner acts on the host it is started on: write the module's name in its place"),
    ("vars_prompt", "pass the value with `--extra-vars`"),
    ("debugger", ""),
    ("become_exe", ""),
    ("fact_path", ""),
    ("validate_argspec", ""),
    ("sudo", "write `become: true`"),
    ("sudo_user", "write `become_user`"),
    ("su", "write `become: true` and `become_method: su`"),
    ("su_user", "write `become_user`"),
    ("accelerate", ""),
    ("first_available_file", "write `with_first_found`, or `lookup('first_found', …)`"),
    ("static", "write `import_tasks` or `include_tasks`"),
];

/// Keywords that cannot matter to a runner, each with the reason.
const WITHOUT_EFFECT: [(&str, &str); 4] = [
    ("throttle", ALONE),
    ("order", ALONE),
    ("ignore_unreachable", "a runner is always on its host"),
    ("gather_timeout", "a runner gathers facts without waiting for anything"),
];

const ALONE: &str = "each runner runs for its own host and knows nothing of the others";

/// If `name` is a keyword that cannot matter to a runner: why.
pub(crate) fn without_effect(name: &str) -> Option<&'static str> {
    WITHOUT_EFFECT.iter().find(|(keyword, _)| *keyword == name).map(|(_, why)| *why)
}

impl Place {
    /// All places, each at its own number.
    const ALL: [Place; 6] =
        [Place::Play, Place::Block, Place::Task, Place::Handler, Place::Role, Place::Playbook];

    /// The keywords that may stand there.
    pub fn keywords(self) -> impl Iterator<Item = &'static str> {
        let (own, more): (&[&str], &[&str]) = match self {
            Place::Play => (&PLAY, &[]),
            Place::Block => (&BLOCK, &[]),
            Place::Task => (&TASK, &[]),
            Place::Handler => (&TASK, &["listen"]),
            Place::Role => (&ROLE, &[]),
            Place::Playbook => (&PLAYBOOK, &[]),
        };
        own.iter().chain(more).chain(&BASE).copied()
    }

    /// Whether `name` is a keyword there.
    pub fn has(self, name: &str) -> bool {
        static SETS: LazyLock<[HashSet<&str>; 6]> =
            LazyLock::new(|| Place::ALL.map(|place| place.keywords().collect()));
        // Every key of every task is asked for.
        SETS.get(self as usize).is_some_and(|keywords| keywords.contains(name))
    }

    /// What stands there, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Place::Play => "a play",
            Place::Block => "a block",
            Place::Task => "a task",
            Place::Handler => "a handler",
            Place::Role => "a role",
            Place::Playbook => "an `import_playbook`",
        }
    }
}

/// If `name` is a keyword that is not supported yet: what to do instead, which may be empty.
pub(crate) fn unsupported(name: &str) -> Option<&'static str> {
    UNSUPPORTED.iter().find(|(keyword, _)| *keyword == name).map(|(_, instead)| *instead)
}

/// Where `name` would be a keyword, if not there.
pub(crate) fn elsewhere(name: &str, place: Place) -> Option<Place> {
    [Place::Task, Place::Play, Place::Block, Place::Handler]
        .into_iter()
        .find(|other| *other != place && other.has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_knows_its_own_keywords() {
        for place in Place::ALL {
            assert!(place.keywords().all(|keyword| place.has(keyword)), "{place:?}");
            assert!(!place.has("nonsense"));
        }
    }

    #[test]
    fn keywords_belong_to_their_places() {
        assert!(Place::Task.has("register") && Place::Task.has("become") && !Place::Task.has("hosts"));
        assert!(Place::Handler.has("listen") && !Place::Task.has("listen"));
        assert!(!Place::Play.has("when") && Place::Role.has("when"));
        assert_eq!(elsewhere("when", Place::Play), Some(Place::Task));
        assert_eq!(elsewhere("listen", Place::Task), Some(Place::Handler));
        assert_eq!(elsewhere("nonsense", Place::Task), None);
    }
}
