//! The modules of the runner: each does one thing that shows how it was applied.

use std::path::Path;

use linkme::distributed_slice;
use rustle_runtime::context::Context;
use rustle_runtime::error::Result;
use rustle_runtime::process::Program;
use rustle_runtime::registry::{MODULES, Registration};
use rustle_runtime::schema::outcome::Outcome;
use rustle_runtime::value::{Map, Value};

type Apply = fn(&Map, &Context) -> Result<Outcome>;

const fn toy(name: &'static str, apply: Apply) -> Registration {
    let prepare: fn(&mut Map, &dyn rustle_runtime::module::Run) -> Result<()> = |_, _| Ok(());
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

#[distributed_slice(MODULES)]
static SAY: Registration = toy("say", |args, _| Ok(Outcome { data: args.clone(), ..Outcome::ok() }));

#[distributed_slice(MODULES)]
static WHO: Registration = toy("who", |_, _| {
    let groups: Vec<Value> = rustix::process::getgroups()
        .map_err(std::io::Error::from)?
        .iter()
        .map(|it| it.as_raw().into())
        .collect();
    Ok(Outcome::ok()
        .with("uid", rustix::process::geteuid().as_raw())
        .with("gid", rustix::process::getegid().as_raw())
        .with("groups", groups)
        .with("pid", std::process::id())
        .with("home", std::env::var("HOME").unwrap_or_default()))
});

#[distributed_slice(MODULES)]
static READ: Registration = toy("read", |args, ctx| {
    let path = args.get("path").map(Value::to_string).unwrap_or_default();
    let content = ctx.read(Path::new(&path))?;
    Ok(Outcome::ok().with("content", String::from_utf8_lossy(&content).into_owned()))
});

#[distributed_slice(MODULES)]
static RUN: Registration = toy("run", |args, ctx| {
    let script = args.get("script").map(Value::to_string).unwrap_or_default();
    let finished = Program::new(["sh", "-c", &script]).run(ctx)?;
    Ok(Outcome { failed: finished.code != 0, ..Outcome::changed() }.with("rc", finished.code))
});

#[distributed_slice(MODULES)]
static CRASH: Registration = toy("crash", |_, _| std::process::abort());
