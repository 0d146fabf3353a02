//! The filters, tests, lookups and functions that templates name.

use rustle_playbook::{Problem, Severity};
use rustle_template::Registry;
use rustle_template::analysis::known_functions;

use crate::check::defined::Definitions;
use crate::check::texts::{Text, Use};
use crate::suggest;

/// Checks every name that the texts call.
pub(crate) fn check(texts: &[Text<'_>], definitions: &Definitions, problems: &mut Vec<Problem>) {
    let registry = Registry::builtin();
    let filters = Kind { code: "unknown-filter", noun: "filter", names: registry.filter_names() };
    let tests = Kind { code: "unknown-test", noun: "test", names: registry.test_names() };
    let lookups = Kind { code: "unknown-lookup", noun: "lookup", names: registry.lookup_names() };
    let functions = Kind { code: "unknown-function", noun: "function", names: known_functions() };
    for text in texts {
        let mut tell = |kind: &Kind, name: &str, offset: usize, len: usize| {
            let mut problem = kind.unknown(name);
            if text.use_ == Use::Unknown {
                problem.severity = Severity::Warning;
            }
            problems.push(text.place.put(problem, offset, len));
        };
        for it in text.analysis.filters.iter().filter(|it| registry.filter(&it.name).is_none()) {
            tell(&filters, &it.name, it.offset, it.len);
        }
        for it in text.analysis.tests.iter().filter(|it| registry.test(&it.name).is_none()) {
            tell(&tests, &it.name, it.offset, it.len);
        }
        for it in &text.analysis.lookups {
            if let Some(name) = it.name.as_deref().filter(|name| registry.lookup(name).is_none()) {
                tell(&lookups, name, it.offset, it.len);
            }
        }
        for it in &text.analysis.functions {
            if !functions.names.contains(&&*it.name) && definitions.get(&it.name).is_none() {
                tell(&functions, &it.name, it.offset, it.len);
            }
        }
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
