//! From what was written to a specification, every type looked up.

use std::collections::BTreeMap;

use rustle_schema::module_spec::{ArgSpec, ArgType, ModuleSpec, Rule};
use rustle_value::Value;
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident};

use super::ScanError;
use super::manifest::Package;
use super::resolve::{Meaning, resolve};
use super::tree::{Crate, Declared, Written, located};
use crate::choice;
use crate::default;
use crate::errors::Errors;
use crate::field::{Argument, Role};
use crate::kind::{self, Kind, Named};
use crate::module::{self, Body, Module};

/// The specification of every module of the crate.
pub fn modules(
    krate: &Crate,
    package: &Package,
    shared: &BTreeMap<String, ArgType>,
    errors: &mut Vec<ScanError>,
) -> Vec<ModuleSpec> {
    let mut lower = Lower { krate, shared, open: Vec::new(), errors };
    let mut specs = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (scope, it) in krate.scopes.iter().enumerate() {
        for written in &it.modules {
            let Some((module, spec)) = lower.module(scope, written, package) else { continue };
            for name in [&spec.name].into_iter().chain(&spec.aliases) {
                if let Some(other) = names.insert(name.clone(), module.ident.to_string()) {
                    lower.at(scope, &module.ident, format!("`{other}` is called `{name}` already"));
                }
            }
            specs.push(spec);
        }
    }
    specs
}

/// The kind of every type that the scope `path` of the crate declares: how the shared types are told.
pub fn types(krate: &Crate, path: &[&str], errors: &mut Vec<ScanError>) -> BTreeMap<String, ArgType> {
    let mut scope = Some(0);
    for name in path {
        scope =
            scope.and_then(|scope| krate.scopes.get(scope)).and_then(|it| it.children.get(*name)).copied();
    }
    let Some(scope) = scope else { return BTreeMap::new() };
    let shared = BTreeMap::new();
    let mut lower = Lower { krate, shared: &shared, open: Vec::new(), errors };
    let names = krate.scopes[scope].imports.keys().chain(krate.scopes[scope].types.keys());
    let mut kinds = BTreeMap::new();
    for name in names {
        let ident = syn::parse_str::<syn::Path>(name);
        let Some(Meaning::Declared(home, declared)) =
            ident.ok().and_then(|path| resolve(krate, scope, &path, &[]))
        else {
            continue;
        };
        if !matches!(declared, Declared::Custom | Declared::Alias(_))
            && let Some(kind) = lower.declared(home, name, declared)
        {
            kinds.insert(name.clone(), kind);
        }
    }
    kinds
}

struct Lower<'a> {
    krate: &'a Crate,
    shared: &'a BTreeMap<String, ArgType>,
    /// The types that are being lowered, to notice those that hold themselves.
    open: Vec<(usize, String)>,
    errors: &'a mut Vec<ScanError>,
}

impl Lower<'_> {
    fn module(&mut self, scope: usize, written: &Written, package: &Package) -> Option<(Module, ModuleSpec)> {
        let mut errors = Errors::default();
        let module = module::read(written.tokens.clone(), &written.item, written.span, &mut errors);
        self.note(scope, errors);
        let module = module?;
        let (args, rules) = self.body(scope, &module.ident, &module.body);
        let mut spec = module.spec();
        if spec.version.is_empty() {
            spec.version.clone_from(&package.version);
        }
        spec.krate.clone_from(&package.name);
        spec.args = args;
        spec.rules = rules;
        Some((module, spec))
    }

    /// The arguments and rules of a struct, those of shared groups among them.
    fn body(&mut self, scope: usize, ident: &Ident, body: &Body) -> (Vec<ArgSpec>, Vec<Rule>) {
        let mut args: Vec<ArgSpec> = Vec::new();
        let mut rules = body.rules.clone();
        for field in &body.fields {
            match &field.role {
                Role::Argument(argument) => {
                    if let Some(kind) = self.kind(scope, &argument.kind) {
                        self.check_default(scope, argument, &kind);
                        args.push(argument.spec(kind));
                    }
                }
                Role::Flatten => match kind::kind(&field.ty).ok().and_then(|kind| self.kind(scope, &kind)) {
                    Some(ArgType::Options(group, more)) => {
                        args.extend(group);
                        rules.extend(more);
                    }
                    Some(_) => {
                        self.at(scope, &field.ty, "a shared group is a struct with #[derive(Options)]")
                    }
                    None => {}
                },
                Role::Rest | Role::Internal(_) => {}
            }
        }
        for name in &body.foreign {
            if !args.iter().any(|arg| arg.name == name.value()) {
                self.at(scope, name, format!("there is no argument `{}`", name.value()));
            }
        }
        let mut seen: Vec<&String> = Vec::new();
        let mut twice = None;
        for name in args.iter().flat_map(|arg| [&arg.name].into_iter().chain(&arg.aliases)) {
            if seen.contains(&name) {
                twice = Some(name.clone());
            }
            seen.push(name);
        }
        let shared = body.fields.iter().any(|field| matches!(field.role, Role::Flatten));
        if let (true, Some(name)) = (shared, twice) {
            self.at(
                scope,
                ident,
                format!("a shared group of `{ident}` has an argument of the same name: `{name}`"),
            );
        }
        (args, rules)
    }

    /// That a default fits the types that were looked up.
    fn check_default(&mut self, scope: usize, argument: &Argument, kind: &ArgType) {
        let default = argument.default.as_ref();
        if let Some(message) = default.and_then(|default| unfit(&argument.kind, kind, default)) {
            let mut errors = Errors::default();
            errors.push(syn::Error::new(argument.default_span, message));
            self.note(scope, errors);
        }
    }

    fn kind(&mut self, scope: usize, kind: &Kind) -> Option<ArgType> {
        Some(match kind {
            Kind::Known(kind) => kind.clone(),
            Kind::List(of) => ArgType::List(Box::new(self.kind(scope, of)?)),
            Kind::Map(of) => ArgType::Map(Box::new(self.kind(scope, of)?)),
            Kind::Named(named) => self.named(scope, named)?,
        })
    }

    fn named(&mut self, scope: usize, named: &Named) -> Option<ArgType> {
        let shared = self.shared;
        let names: Vec<&str> = shared.keys().map(String::as_str).collect();
        match resolve(self.krate, scope, &named.path, &names) {
            Some(Meaning::Shared(name)) => shared.get(name).cloned(),
            Some(Meaning::Declared(home, declared)) => self.declared(home, &named.name, declared),
            None => {
                self.at(
                    scope,
                    &named.path,
                    format!(
                        "the type `{}` is found neither in this crate nor in rustle_runtime::args, so the build cannot tell what it takes",
                        named.name
                    ),
                );
                None
            }
        }
    }

    fn declared(&mut self, home: usize, name: &str, declared: &Declared) -> Option<ArgType> {
        let mut errors = Errors::default();
        let kind = match declared {
            Declared::Known(kind) => Some(kind.clone()),
            Declared::Custom => Some(ArgType::Custom(name.to_owned())),
            Declared::Choice(item) => {
                let item = DeriveInput::from(item.clone());
                choice::read(&item, &mut errors).map(|choice| ArgType::Choice(choice.words()))
            }
            Declared::Alias(ty) => match kind::kind(ty) {
                Ok(Kind::Known(kind)) => Some(kind),
                Ok(kind) => {
                    let resolved = self.kind(home, &kind);
                    if let Some(ArgType::Custom(_)) = innermost(resolved.as_ref()) {
                        errors.at(ty, "write this type out where it is used: the alias hides its name");
                    }
                    resolved
                }
                Err(error) => {
                    errors.push(error);
                    None
                }
            },
            Declared::Options(item) => {
                let key = (home, name.to_owned());
                if self.open.contains(&key) {
                    errors.at(&item.ident, format!("`{name}` holds arguments of its own type, without end"));
                    self.note(home, errors);
                    return None;
                }
                self.open.push(key);
                let body =
                    module::read_options(&item.ident, &item.attrs, &item.generics, &item.fields, &mut errors);
                let lowered = body.map(|body| self.body(home, &item.ident, &body));
                self.open.pop();
                lowered.map(|(args, rules)| ArgType::Options(args, rules))
            }
        };
        self.note(home, errors);
        kind
    }

    fn note(&mut self, scope: usize, errors: Errors) {
        let file = self.krate.scopes.get(scope).and_then(|it| self.krate.files.get(it.file));
        self.errors.extend(file.map(|file| located(errors, file)).unwrap_or_default());
    }

    fn at(&mut self, scope: usize, tokens: impl Spanned, message: impl Into<String>) {
        let mut errors = Errors::default();
        errors.push(syn::Error::new(tokens.span(), message.into()));
        self.note(scope, errors);
    }
}

/// Why `value` cannot be the default of what was `written` and turned out to be `kind`, if it cannot.
fn unfit(written: &Kind, kind: &ArgType, value: &Value) -> Option<String> {
    let named = match (written, kind, value) {
        (Kind::Named(named), ..) => named,
        (Kind::List(written), ArgType::List(kind), Value::List(items)) => {
            return items.iter().find_map(|item| unfit(written, kind, item));
        }
        _ => return None,
    };
    let fits = match (kind, value) {
        (ArgType::Choice(words), Value::Str(word)) => words.iter().any(|it| **it == **word),
        (ArgType::Options(..), value) => matches!(value, Value::Map(_)),
        (ArgType::Choice(_), _) | (_, Value::Map(_)) => false,
        _ => true,
    };
    (!fits).then(|| default::unfit(value, &named.name))
}

/// What stands inside lists and mappings.
fn innermost(kind: Option<&ArgType>) -> Option<&ArgType> {
    match kind {
        Some(ArgType::List(of) | ArgType::Map(of)) => innermost(Some(of)),
        other => other,
    }
}
