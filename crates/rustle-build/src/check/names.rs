//! The filters, tests, lookups and functions that templates name.

use rustle_playbook::{Problem, Severity};
use rustle_template::Registry;
use rustle_template::analysis::{Analysis, NameUse, known_functions};

use crate::check::texts::{Found, Use};
use crate::check::verdict::Used;
use crate::suggest;

/// The names that templates can call.
pub(crate) struct Names {
    registry: Registry,
    filters: Kind,
    tests: Kind,
    lookups: Kind,
    functions: Kind,
}

/// A name that a text calls and that there is not.
pub(crate) struct UnknownName {
    kind: Called,
    used: Used,
}

/// As what something is called.
#[derive(Clone, Copy)]
enum Called {
    Filter,
    Test,
    Lookup,
    Function,
}

impl Names {
    pub(crate) fn new() -> Names {
        let registry = Registry::builtin();
        Names {
            filters: Kind { code: "unknown-filter", noun: "filter", names: registry.filter_names() },
            tests: Kind { code: "unknown-test", noun: "test", names: registry.test_names() },
            lookups: Kind { code: "unknown-lookup", noun: "lookup", names: registry.lookup_names() },
            functions: Kind { code: "unknown-function", noun: "function", names: known_functions() },
            registry,
        }
    }

    /// The functions that a text calls and that are none unless something defines them.
    pub(crate) fn to_define<'n>(&'n self, analysis: &'n Analysis) -> impl Iterator<Item = &'n NameUse> {
        analysis.functions.iter().filter(|it| !self.functions.names.contains(&&*it.name))
    }

    /// What a text calls that there is not, and that is not `defined`.
    pub(crate) fn unknown(&self, analysis: &Analysis, defined: &dyn Fn(&str) -> bool) -> Vec<UnknownName> {
        let registry = &self.registry;
        let mut unknown = Vec::new();
        let mut note = |kind: Called, it: &NameUse| {
            let used = Used { name: it.name.clone(), offset: it.offset, len: it.len };
            unknown.push(UnknownName { kind, used });
        };
        let filters = analysis.filters.iter().filter(|it| registry.filter(&it.name).is_none());
        filters.for_each(|it| note(Called::Filter, it));
        let tests = analysis.tests.iter().filter(|it| registry.test(&it.name).is_none());
        tests.for_each(|it| note(Called::Test, it));
        for it in &analysis.lookups {
            if let Some(name) = it.name.as_ref().filter(|name| registry.lookup(name).is_none()) {
                note(Called::Lookup, &NameUse { name: name.clone(), offset: it.offset, len: it.len });
            }
        }
        self.to_define(analysis).filter(|it| !defined(&it.name)).for_each(|it| note(Called::Function, it));
        unknown
    }

    /// The problem that `unknown` is in a text that stands at `found`.
    pub(crate) fn problem(&self, unknown: &UnknownName, found: &Found<'_>, use_: Use) -> Problem {
        let kind = match unknown.kind {
            Called::Filter => &self.filters,
            Called::Test => &self.tests,
            Called::Lookup => &self.lookups,
            Called::Function => &self.functions,
        };
        let mut problem = kind.unknown(&unknown.used.name);
        if use_ == Use::Unknown {
            problem.severity = Severity::Warning;
        }
        found.put(problem, unknown.used.offset, unknown.used.len)
    }
}

/// A kind of thing that is called by name.
struct Kind {
    code: &'static str,
    noun: &'static str,
    names: Vec<&'static str>,
}

impl Kind {
    fn unknown(&self, name: &str) -> Problem {
        let noun = self.noun;
        let problem = Problem::error(self.code, format!("there is no {noun} `{name}`"));
        let problem = problem.labelled(format!("no such {noun}"));
        let short = name.rsplit('.').next().unwrap_or(name);
        if short != name {
            let problem = match name.rsplit_once('.') {
                Some((collection, _)) => {
                    problem.with_note(format!("Rustle has no {noun}s of `{collection}`"))
                }
                None => problem,
            };
            return match self.names.contains(&short) {
                true => problem.with_help(format!("there is a builtin {noun} `{short}`: is that meant?")),
                false => problem,
            };
        }
        match suggest::closest(name, self.names.iter().copied()) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        }
    }
}
