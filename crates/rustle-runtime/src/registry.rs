//! The modules that are linked into this executable.

use rustle_schema::module_spec::{ArgSpec, ArgType};
use rustle_schema::outcome::Outcome;
use rustle_value::{Map, Value};

use crate::apply;
use crate::context::Context;
use crate::error::Result;
use crate::module::Run;

/// One registered module. `#[rustle_module]` makes it.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// The name it is registered under.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// Its [`ModuleSpec`](rustle_schema::module_spec::ModuleSpec), as JSON.
    pub spec: &'static str,
    /// The arguments that are bare expressions, under every name they have.
    pub expressions: &'static [&'static str],
    /// The arguments whose values must never be shown, under every name they have.
    pub secrets: &'static [&'static str],
    /// Whether it can be applied in check mode; if not, the runner skips it there.
    pub check_mode: bool,
    /// [`Module::prepare`](crate::module::Module::prepare).
    pub prepare: fn(&mut Map, &dyn Run) -> Result<()>,
    /// Parses the arguments and applies the module.
    pub apply: fn(&Map, &Context) -> Result<Outcome>,
}

impl Registration {
    /// The values among `args` that must never be shown, those of nested arguments included.
    pub fn secret_values<'a>(&self, args: &'a Map) -> Vec<&'a Value> {
        let mut secrets: Vec<&Value> = self.secrets.iter().filter_map(|name| args.get(name)).collect();
        // Hardly any module nests secrets, and reading a specification takes longer than all else here.
        let nested = args.values().any(|value| matches!(value, Value::Map(_) | Value::List(_)));
        if nested && self.spec.contains("\"no_log\":true") {
            for spec in apply::spec(self.spec).args.iter().filter(|spec| !spec.no_log) {
                collect(spec, args, &mut secrets);
            }
        }
        secrets
    }
}

/// The secrets in what `args` give to one argument.
fn collect<'a>(spec: &ArgSpec, args: &'a Map, secrets: &mut Vec<&'a Value>) {
    for value in [&spec.name].into_iter().chain(&spec.aliases).filter_map(|name| args.get(name)) {
        if spec.no_log {
            secrets.push(value);
        } else {
            collect_nested(&spec.kind, value, secrets);
        }
    }
}

fn collect_nested<'a>(kind: &ArgType, value: &'a Value, secrets: &mut Vec<&'a Value>) {
    match (kind, value) {
        (ArgType::Options(specs, _), Value::Map(map)) => {
            specs.iter().for_each(|spec| collect(spec, map, secrets));
        }
        (ArgType::List(of), Value::List(items)) => {
            items.iter().for_each(|item| collect_nested(of, item, secrets));
        }
        (ArgType::Map(of), Value::Map(map)) => {
            map.values().for_each(|item| collect_nested(of, item, secrets));
        }
        _ => {}
    }
}

/// Every module that is linked in. A crate that no code names is not linked: the runner's generated glue names exactly
/// those that the plan needs.
#[linkme::distributed_slice]
pub static MODULES: [Registration];

/// The module registered as `name`, or under that alias.
pub fn find(name: &str) -> Option<&'static Registration> {
    MODULES.iter().find(|it| it.name == name || it.aliases.contains(&name))
}
