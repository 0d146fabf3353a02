//! Modules for the tests.

use std::sync::atomic::{AtomicI64, Ordering};

use rustle_schema::outcome::{Effect, Outcome};
use rustle_value::{Map, Value};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::module::Run;
use crate::registry::{MODULES, Registration};

/// How often `count` was applied.
static COUNT: AtomicI64 = AtomicI64::new(0);

const fn toy(name: &'static str, apply: fn(&Map, &Context) -> Result<Outcome>) -> Registration {
    let prepare: fn(&mut Map, &dyn Run) -> Result<()> = |_, _| Ok(());
    Registration {
        name,
        aliases: &[],
        spec: "{}",
        expressions: &[],
        secrets: &[],
        check_mode: true,
        prepare,
        apply,
    }
}

macro_rules! toys {
    ($($static:ident = $registration:expr;)*) => {
        $(
            #[linkme::distributed_slice(MODULES)]
            static $static: Registration = $registration;
        )*
    };
}

toys! {
    SAY = toy("say", |args, _| Ok(Outcome { data: args.clone(), ..Outcome::ok() }));
    CHANGE = toy("change", |args, _| Ok(Outcome { data: args.clone(), ..Outcome::changed() }));
    FAIL = toy("flop", |args, _| {
        Err(Error::new(args.get("msg").map_or("no".into(), Value::to_string)).with("why", "because"))
    });
    PANIC = toy("panic", |args, _| panic!("{}", args.get("msg").cloned().unwrap_or_default()));
    SET = toy("set", |args, _| Ok(Outcome::ok().effect(Effect::SetVariables(args.clone()))));
    INCLUDE_VARS = toy("load_vars", |args, _| {
        let vars = rustle_template::trust::marked(Value::Map(args.clone()));
        let Value::Map(vars) = vars else { return Err(Error::new("no dictionary")) };
        Ok(Outcome::ok().effect(Effect::IncludeVariables(vars)))
    });
    SETUP = toy("setup", |_, _| {
        Ok(Outcome::ok().effect(Effect::SetFacts(Map::from([("os_family", "Toy")]))))
    });
    COUNT_MODULE = toy("count", |_, _| {
        Ok(Outcome::ok().with("n", COUNT.fetch_add(1, Ordering::SeqCst) + 1))
    });
    RC = toy("rc", |args, _| {
        let rc = args.get("rc").and_then(Value::as_int).unwrap_or(0);
        Ok(Outcome { failed: rc != 0, ..Outcome::changed().with("rc", rc).with("stdout", "a\nb") })
    });
    NO_CHECK = Registration { check_mode: false, ..toy("no_check", |_, _| Ok(Outcome::changed())) };
    SECRET = Registration {
        secrets: &["password"],
        ..toy("secret", |args, _| Ok(Outcome::ok().with("echo", format!("<{}>", args.get("password").cloned().unwrap_or_default()))))
    };
    CONTEXT = toy("context", |_, ctx| {
        let snapshot = ctx.snapshot();
        let environment: Map = snapshot.environment.iter().map(|(key, value)| (key.as_str(), value)).collect();
        Ok(Outcome::ok().with("check", snapshot.check).with("diff", snapshot.diff).with("environment", environment))
    });
    VAR = Registration { expressions: &["var"], ..toy("show", |args, _| Ok(Outcome { data: args.clone(), ..Outcome::ok() })) };
}
