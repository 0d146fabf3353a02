//! The arguments of one task against the specification of its module.

use std::collections::{BTreeMap, BTreeSet};

use rustle_playbook::{Location, Problem, TaskOrigin, ValuePath};
use rustle_schema::module_spec::{ArgSpec, ModuleSpec};
use rustle_schema::task::Task;
use rustle_value::{Map, Value};

use crate::check::{literals, rules, task};
use crate::lints;
use crate::suggest;

/// The argument under which a plan keeps free-form text.
pub(crate) const FREE_FORM: &str = "_raw_params";

/// The argument under which a plan keeps a template of more arguments.
const MORE: &str = "_variable_params";

/// Whose arguments are checked.
pub(crate) struct Place<'a> {
    /// The module's name as it was written.
    pub(crate) written: &'a str,
    pub(crate) task: &'a Task,
    pub(crate) origin: Option<&'a TaskOrigin>,
    /// Whether `module_defaults` may give it arguments.
    pub(crate) defaulted: bool,
}

impl Place<'_> {
    /// The problem at the module's name.
    pub(crate) fn whole(&self, problem: Problem) -> Problem {
        task::at(problem, self.origin, self.task)
    }

    /// The problem at the name of an argument.
    pub(crate) fn name(&self, path: &ValuePath, problem: Problem) -> Problem {
        let at = |origin: &TaskOrigin| origin.arg_name(path).or_else(|| origin.arg(path));
        self.place(at, problem)
    }

    /// The problem at the value of an argument.
    pub(crate) fn value(&self, path: &ValuePath, problem: Problem) -> Problem {
        let at = |origin: &TaskOrigin| origin.arg(path).or_else(|| origin.arg_name(path));
        self.place(at, problem)
    }

    fn place(&self, at: impl Fn(&TaskOrigin) -> Option<Location>, problem: Problem) -> Problem {
        let found = self.origin.map(|origin| at(origin).unwrap_or_else(|| origin.module()));
        task::place(problem, found, self.task)
    }
}

/// An argument that is given.
pub(crate) struct Given<'a> {
    /// The name it was given under.
    key: &'a str,
    /// Where the mapping stands in which it is.
    parent: ValuePath,
    pub(crate) value: &'a Value,
}

impl Given<'_> {
    /// Where it stands, by the name it was given under.
    pub(crate) fn path(&self) -> ValuePath {
        self.parent.key(self.key)
    }

    /// Whether it may turn out not to be given: its value is a template that may be `omit`.
    pub(crate) fn is_uncertain(&self) -> bool {
        match self.value {
            Value::Template(text) => text.contains("omit"),
            Value::Omit => true,
            _ => false,
        }
    }
}

/// The arguments that are given.
#[derive(Default)]
pub(crate) struct GivenArgs<'a> {
    /// By their canonical name.
    by_name: BTreeMap<&'a str, Given<'a>>,
    /// Those that an unknown name was probably meant for: that is told, so they are not told to be missing.
    meant: BTreeSet<&'a str>,
}

impl<'a> GivenArgs<'a> {
    /// The argument of this canonical name.
    pub(crate) fn get(&self, name: &str) -> Option<&Given<'a>> {
        self.by_name.get(name)
    }

    /// Whether it is given, under whatever name, or was probably meant to be.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name) || self.meant.contains(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &Given<'a>)> {
        self.by_name.iter().map(|(name, given)| (*name, given))
    }
}

/// Checks the arguments of a task.
pub(crate) fn check(spec: &ModuleSpec, args: &Map, place: &Place<'_>, problems: &mut Vec<Problem>) {
    let scope = Scope {
        what: place.written,
        args: &spec.args,
        free_form: spec.free_form.as_deref(),
        rest: spec.rest.is_some(),
        place,
    };
    let given = scope.given(args, &ValuePath::root(), problems);
    literals::check(&scope, &given, problems);
    // What is missing here may be among those that are computed, or those that the module has by default.
    if !args.contains_key(MORE) && !place.defaulted {
        scope.required(&given, problems);
        rules::check(&scope, &spec.rules, &given, problems);
    }
}

/// A set of arguments: those of a module, or those of one argument that is a mapping with arguments of its own.
pub(crate) struct Scope<'a> {
    /// What messages call it.
    pub(crate) what: &'a str,
    pub(crate) args: &'a [ArgSpec],
    pub(crate) free_form: Option<&'a str>,
    pub(crate) rest: bool,
    pub(crate) place: &'a Place<'a>,
}

impl<'a> Scope<'a> {
    /// The argument called `name`, by whatever name.
    pub(crate) fn find(&self, name: &str) -> Option<&'a ArgSpec> {
        self.args.iter().find(|arg| arg.name == name || arg.aliases.iter().any(|alias| alias == name))
    }

    /// Sorts what is given, and tells what is not known or given twice.
    pub(crate) fn given(
        &self,
        args: &'a Map,
        parent: &ValuePath,
        problems: &mut Vec<Problem>,
    ) -> GivenArgs<'a> {
        let mut given = GivenArgs::default();
        for (key, value) in args.iter() {
            // A name that is a template is known at run time only.
            let Some(key) = key.as_str().filter(|key| *key != MORE) else { continue };
            let path = || parent.key(key);
            let found = match (key, self.free_form) {
                (FREE_FORM, Some(name)) => self.find(name),
                (FREE_FORM, None) => {
                    problems.push(self.no_free_form(&path()));
                    continue;
                }
                _ => self.find(key),
            };
            let Some(arg) = found else {
                if !self.rest && key != FREE_FORM {
                    problems.push(self.unknown(key, &path(), &mut given.meant));
                }
                continue;
            };
            if let Some(why) = &arg.deprecated {
                let message = format!("the argument `{key}` of {} is deprecated", self.what());
                let problem = Problem::warning(lints::DEPRECATED_ARGUMENT, message).labelled(why.as_str());
                problems.push(self.place.name(&path(), problem));
            }
            let new = Given { key, parent: parent.clone(), value };
            if let Some(before) = given.by_name.insert(&arg.name, new) {
                let (before, path) = (before.path(), path());
                let message = format!("`{before}` and `{path}` are one argument of {}", self.what());
                let problem = Problem::warning(lints::REPEATED_ARGUMENT, message);
                problems.push(self.place.name(&path, problem.labelled("only one of them counts")));
            }
        }
        given
    }

    /// The name for messages: the module as it was written, or the argument.
    pub(crate) fn what(&self) -> String {
        format!("`{}`", self.what)
    }

    fn no_free_form(&self, path: &ValuePath) -> Problem {
        let message = format!("{} takes no free-form text", self.what());
        let problem = Problem::error("free-form", message).labelled("should be `name: value` pairs");
        let mandatory = self.args.iter().find(|arg| arg.required).or(self.args.first());
        let problem = match mandatory {
            Some(arg) => problem.with_help(format!("for example `{}: …`", arg.name)),
            None => problem.with_help("it takes no arguments"),
        };
        self.place.value(path, problem)
    }

    fn unknown(&self, key: &str, path: &ValuePath, meant: &mut BTreeSet<&'a str>) -> Problem {
        let problem = Problem::error("unknown-argument", format!("{} has no argument `{key}`", self.what()))
            .labelled("no such argument");
        let names = self.args.iter().flat_map(|arg| std::iter::once(&arg.name).chain(&arg.aliases));
        let problem = match suggest::closest(key, names.map(String::as_str)) {
            Some(near) => {
                meant.extend(self.find(near).map(|arg| arg.name.as_str()));
                problem.with_help(format!("did you mean `{near}`?"))
            }
            None if self.args.is_empty() => problem.with_note("it takes no arguments"),
            None => {
                let names = self.args.iter().map(|arg| arg.name.as_str());
                problem.with_note(format!("its arguments are {}", suggest::enumerate(names)))
            }
        };
        self.place.name(path, problem)
    }

    pub(crate) fn required(&self, given: &GivenArgs<'_>, problems: &mut Vec<Problem>) {
        let missing: Vec<&ArgSpec> =
            self.args.iter().filter(|arg| arg.required && !given.contains(&arg.name)).collect();
        let names = suggest::enumerate(missing.iter().map(|arg| arg.name.as_str()));
        let problem = match missing.as_slice() {
            [] => return,
            [_] => Problem::error("missing-argument", format!("{} needs the argument {names}", self.what())),
            _ => Problem::error("missing-argument", format!("{} needs the arguments {names}", self.what())),
        };
        let mut problem = problem.labelled("not given");
        for arg in missing {
            if let Some(line) = arg.doc.lines().next().filter(|line| !line.is_empty()) {
                problem = problem.with_note(format!("`{}`: {line}", arg.name));
            }
        }
        problems.push(self.place.whole(problem));
    }
}
