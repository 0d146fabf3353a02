//! `import_role` and `include_role`.

use std::sync::Arc;

use rustle_schema::plan::{RoleFrom, RoleUse};
use rustle_schema::task::{Action, Step};
use rustle_value::{Map, Value};

use super::RoleFolder;
use super::folder::entry_name;
use crate::definitions::Guess;
use crate::include_loop::LoopNames;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::project::slashed;
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::{fixed_ends, fixed_text, names_in, static_text};
use crate::suggest::did_you_mean;
use crate::task::Parts;
use crate::task_files::is_yaml;

/// The arguments of both.
const OPTIONS: [&str; 9] = [
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
    "public",
    "allow_duplicates",
    "rolespec_validate",
];

impl Loader<'_> {
    /// What an `import_role` stands for.
    pub(crate) fn import_role(&mut self, scope: &Scope, parts: Parts<'_>) -> Vec<Step> {
        if self.is_handler_call(scope, &parts) {
            return Vec::new();
        }
        self.check_import_keywords(scope, &parts);
        let Some((name, at)) = self.called_role(scope, &parts, &[]) else { return Vec::new() };
        let from = self.role_from(scope, &parts);
        let mut known = scope.clone();
        known.known.extend_from(&parts.directives.vars);
        let Some(name) = self.static_name(&known, &name, &at) else { return Vec::new() };
        let Some(role) = self.find_role(&known, &name, &at) else { return Vec::new() };
        let mut from = from;
        for part in [&mut from.tasks, &mut from.handlers, &mut from.defaults, &mut from.vars] {
            if let Some(Value::Template(_)) = part {
                let name = part.clone().and_then(|value| self.static_name(&known, &value, &at));
                *part = name.map(Value::from);
            }
        }
        let argument_at = |name: &str| parts.written.arguments.at(scope, name, parts.written.key);
        self.reach_role_parts(&known, &role, &from, &argument_at);
        self.hold_keywords(scope, Owner::RoleUse(role.key.clone()), parts.node, &[]);
        let entry = from.tasks.as_ref().and_then(Value::as_str).map_or_else(|| "main".to_owned(), entry_name);
        if let Some(unit) = &scope.unit {
            self.role_graph.imports(unit, &role.key, &entry, at.clone());
        }
        vec![Step::Role(Box::new(RoleUse {
            role: role.key.clone(),
            directives: parts.directives,
            from,
            import: true,
            position: scope.position(parts.node),
            ..RoleUse::default()
        }))]
    }

    /// The action of an `include_role`.
    pub(crate) fn include_role(&mut self, scope: &Scope, parts: &Parts<'_>) -> Option<Action> {
        if self.is_handler_call(scope, parts) {
            return None;
        }
        self.check_include_keywords(scope, parts);
        let (name, at) = self.called_role(scope, parts, &["apply"])?;
        let from = self.role_from(scope, parts);
        let apply = self.apply(scope, &parts.written.arguments);
        let argument_at = |name: &str| parts.written.arguments.at(scope, name, parts.written.key);
        let name = match &name {
            Value::Template(text) => {
                match fixed_text(scope, &Map::new(), text) {
                    Some(known) => {
                        let role = self.find_role(scope, &known, &at)?;
                        self.reach_role_parts(scope, &role, &from, &argument_at);
                    }
                    None if self.guess_role(scope, text, &from, &argument_at, &at) => {}
                    None => match self.loop_names(scope, parts, text) {
                        Some(LoopNames::Known(names)) => {
                            for name in names {
                                let role = self.find_role(scope, &name, &at)?;
                                self.reach_role_parts(scope, &role, &from, &argument_at);
                            }
                        }
                        _ => self.reach_candidate_roles(scope, text, &from, &argument_at, Some(at)),
                    },
                }
                name
            }
            other => {
                let role = self.find_role(scope, other.as_str().unwrap_or_default(), &at)?;
                self.reach_role_parts(scope, &role, &from, &argument_at);
                Value::from(role.key.clone())
            }
        };
        Some(Action::IncludeRole { name, from: Box::new(from), apply: Box::new(apply) })
    }

    fn is_handler_call(&mut self, scope: &Scope, parts: &Parts<'_>) -> bool {
        if scope.handlers {
            let message = format!("using '{}' as a handler is not supported", parts.written.canonical());
            self.problems.add(
                Problem::error("role-in-handlers", message)
                    .at(scope.at(parts.written.key))
                    .with_help("the handlers of a role are there as soon as the play uses the role"),
            );
        }
        scope.handlers
    }

    /// The name of the role, and where it stands; arguments that do not exist are told.
    fn called_role(&mut self, scope: &Scope, parts: &Parts<'_>, more: &[&str]) -> Option<(Value, Location)> {
        let (arguments, action) = (&parts.written.arguments, parts.written.canonical());
        for (name, at) in arguments.names(scope) {
            if !OPTIONS.contains(&name) && !more.contains(&name) {
                let mut problem =
                    Problem::error("unknown-argument", format!("invalid options for {action}: {name}"))
                        .at(at);
                problem = match did_you_mean(name, OPTIONS) {
                    Some(help) => problem.with_help(help),
                    None if name == "_raw_params" => {
                        problem.with_help(format!("write `{action}: name=…`, or a mapping"))
                    }
                    None => {
                        problem.with_help("variables for the role stand under `vars:`, beside the action")
                    }
                };
                self.problems.add(problem);
            }
        }
        let option = if arguments.values.contains_key("name") { "name" } else { "role" };
        let at = arguments.at(scope, option, parts.written.key);
        match arguments.values.get(option) {
            Some(Value::Str(text)) if !text.is_empty() => Some((Value::Str(text.clone()), at)),
            Some(Value::Int(number)) => Some((Value::from(number.to_string()), at)),
            Some(value @ Value::Template(_)) => Some((value.clone(), at)),
            _ => {
                self.problems.add(
                    Problem::error("missing-argument", format!("'name' is a required field for {action}"))
                        .at(at),
                );
                None
            }
        }
    }

    /// `tasks_from` and its kin.
    fn role_from(&mut self, scope: &Scope, parts: &Parts<'_>) -> RoleFrom {
        let mut from = RoleFrom::default();
        for (name, value) in parts.written.arguments.values.iter() {
            let Some(name) = name.as_str() else { continue };
            let value = value.clone();
            let node = parts.written.arguments.place(name).unwrap_or(parts.written.key);
            let slot = match name {
                "tasks_from" => &mut from.tasks,
                "handlers_from" => &mut from.handlers,
                "defaults_from" => &mut from.defaults,
                "vars_from" => &mut from.vars,
                "public" | "allow_duplicates" | "rolespec_validate" => {
                    let value = match rustle_value::coerce::as_boolean(&value) {
                        Some(bool) => Some(Value::Bool(bool)),
                        None if matches!(value, Value::Template(_)) => Some(value),
                        None => {
                            self.wrong_type(scope, name, node, "a boolean");
                            None
                        }
                    };
                    match name {
                        "public" => from.public = value,
                        "allow_duplicates" => from.allow_duplicates = value,
                        _ => from.rolespec_validate = value,
                    }
                    continue;
                }
                _ => continue,
            };
            match value {
                // The plan's tables have the names without extensions.
                Value::Str(name) => *slot = Some(Value::from(entry_name(&name))),
                Value::Template(_) => *slot = Some(value),
                _ => self.wrong_type(scope, name, node, "text"),
            }
        }
        from
    }

    /// Sees to it that those parts of a role are read that `from` names.
    fn reach_role_parts(
        &mut self,
        scope: &Scope,
        role: &Arc<RoleFolder>,
        from: &RoleFrom,
        at: &dyn Fn(&str) -> Location,
    ) {
        match &from.tasks {
            None => {
                self.reach_role_tasks(role, "main", scope);
            }
            Some(Value::Template(text)) => {
                let names = self.matching_entries(role, "tasks", text);
                names.iter().for_each(|name| {
                    self.reach_role_tasks(role, name, scope);
                });
            }
            Some(name) => {
                let name = name.as_str().unwrap_or_default();
                if !self.reach_role_tasks(role, name, scope) {
                    self.missing_part(role, "tasks", name, at("tasks_from"));
                }
            }
        }
        let named = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        if let Some(name) = named(&from.handlers).filter(|name| name != "main")
            && !self.reach_role_handlers(role, &name, scope)
        {
            self.missing_part(role, "handlers", &name, at("handlers_from"));
        }
        for (folder, value) in [("defaults", &from.defaults), ("vars", &from.vars)] {
            let names = match value {
                Some(Value::Template(text)) => self.matching_entries(role, folder, text),
                _ => Vec::new(),
            };
            names.iter().for_each(|name| {
                self.role_vars(role, folder, name);
            });
            if let Some(name) = named(value).filter(|name| name != "main")
                && !self.role_vars(role, folder, &name)
            {
                self.missing_part(role, folder, &name, at(&format!("{folder}_from")));
            }
        }
    }

    /// Every role that a templated name can mean, with the parts that `from` names where it has them.
    pub(crate) fn reach_candidate_roles(
        &mut self,
        scope: &Scope,
        text: &str,
        from: &RoleFrom,
        argument_at: &dyn Fn(&str) -> Location,
        at: Option<Location>,
    ) {
        let (prefix, suffix) = fixed_ends(text);
        let roles = self.candidate_roles(scope, prefix, suffix);
        if let (true, Some(at)) = (roles.is_empty(), at) {
            self.problems.add(Problem::warning("role-not-found", format!("no role matches `{text}`")).at(at));
        }
        for role in roles {
            let has_tasks = match &from.tasks {
                Some(Value::Str(name)) => !self.role_entry(&role, "tasks", name, false).is_empty(),
                _ => true,
            };
            if has_tasks {
                self.reach_role_parts(scope, &role, from, argument_at);
            }
        }
    }

    /// Reaches the role that a template means if the variables in it have the values that are known here. Whether there is
    /// such a role.
    fn guess_role(
        &mut self,
        scope: &Scope,
        text: &str,
        from: &RoleFrom,
        argument_at: &dyn Fn(&str) -> Location,
        at: &Location,
    ) -> bool {
        let Some(known) = static_text(scope, text) else { return false };
        let Some(role) = self.existing_role(scope, &known) else {
            self.problems.add(
                Problem::warning("role-not-found", format!("the role '{known}' was not found"))
                    .at(at.clone())
                    .labelled("unless a variable has another value by then"),
            );
            return false;
        };
        self.reach_role_parts(scope, &role, from, argument_at);
        let (names, scope) = (names_in(text), Box::new(scope.clone()));
        let role = Some((from.clone(), at.clone()));
        self.guesses.push(Guess { names, scope, text: text.to_owned(), role });
        true
    }

    /// The files in a folder of a role that a templated name can mean, below that folder, without extension.
    fn matching_entries(&mut self, role: &RoleFolder, folder: &str, text: &str) -> Vec<String> {
        let (prefix, suffix) = fixed_ends(text);
        let folder = role.dir.join(folder);
        let files = self.project.files_below(&folder);
        let names =
            files.iter().filter(|path| is_yaml(path)).filter_map(|path| path.strip_prefix(&folder).ok());
        let names = names.map(slashed).filter(|name| {
            name.starts_with(prefix) && (name.ends_with(suffix) || entry_name(name).ends_with(suffix))
        });
        names.map(|name| entry_name(&name)).collect()
    }

    fn missing_part(&mut self, role: &RoleFolder, folder: &str, name: &str, at: Location) {
        let files = self.project.files_below(&role.dir.join(folder));
        let names: Vec<String> = files
            .iter()
            .filter_map(|path| path.strip_prefix(role.dir.join(folder)).ok())
            .map(|path| entry_name(&slashed(path)))
            .collect();
        let shown = self.project.display(&role.dir.join(folder));
        let mut problem = Problem::error(
            "file-not-found",
            format!("could not find specified file in role: {folder}/{name}"),
        )
        .at(at)
        .labelled("no such file")
        .with_note(format!("searched: {shown}"));
        if let Some(help) = did_you_mean(name, names.iter().map(String::as_str)) {
            problem = problem.with_help(help);
        }
        self.problems.add(problem);
    }
}
