//! [`Case`]: a module, its arguments, and what surrounds it.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use rustle_schema::module_spec::{ArgSpec, ArgType};
use rustle_schema::outcome::{Diff, Outcome};
use rustle_value::{Map, Value};

use super::{FakeRun, Tree};
use crate::apply;
use crate::error::Error;
use crate::module::{Module, Run};

/// A module, its arguments, and what surrounds it.
///
/// ```
/// # use rustle_runtime::prelude::*;
/// use rustle_runtime::testing::{Case, FakeRun, args};
/// # /// Says something.
/// # #[rustle_module(name = "acme.say")]
/// # pub struct Say {
/// #     /// What.
/// #     #[arg(file = "files")]
/// #     src: String,
/// # }
/// # impl Module for Say {
/// #     fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
/// #         let name = args.get("src").map(Value::to_string).unwrap_or_default();
/// #         let found = run.find_file(&name, FileKind::Files)?;
/// #         args.insert("src", found);
/// #         Ok(())
/// #     }
/// #     fn apply(&self, ctx: &Context) -> Result<Outcome> {
/// #         let text = ctx.read(self.src.as_ref())?;
/// #         Ok(Outcome::ok().with("said", String::from_utf8(text.to_vec())?))
/// #     }
/// # }
///
/// let run = FakeRun::new().with_file("words.txt", "Good morning");
/// let outcome = Case::<Say>::new(args! { "src": "words.txt" }).with_run(run).apply();
/// assert_eq!(outcome.data.get("said"), Some(&Value::str("Good morning")));
/// ```
#[derive(Debug)]
pub struct Case<M> {
    args: Map,
    run: FakeRun,
    watched: BTreeSet<PathBuf>,
    module: PhantomData<fn() -> M>,
}

impl<M: Module> Case<M> {
    /// The module with `args`, in a run that has no files and no variables. What its arguments of type path name is
    /// watched.
    pub fn new(args: Map) -> Case<M> {
        let mut watched = BTreeSet::new();
        paths_in(&M::spec().args, &args, &mut watched);
        Case { args, run: FakeRun::new(), watched, module: PhantomData }
    }

    /// In this run.
    #[must_use]
    pub fn with_run(mut self, run: FakeRun) -> Case<M> {
        self.run = run;
        self
    }

    /// Watching another file or folder, with all that is in it, for what check mode must not touch.
    #[must_use]
    pub fn watch(mut self, path: impl Into<PathBuf>) -> Case<M> {
        self.watched.insert(path.into());
        self
    }

    /// Applies the module as a runner does: a failure is an outcome.
    pub fn apply(&self) -> Outcome {
        self.apply_in(&self.run)
    }

    /// Applies it in check mode. A module that does not support it is skipped, as a runner would.
    pub fn check(&self) -> Outcome {
        self.apply_in(&self.run.clone().check_mode(true))
    }

    /// The differences that it shows, in check and diff mode.
    pub fn diff(&self) -> Vec<Diff> {
        self.apply_in(&self.run.clone().check_mode(true).diff_mode(true)).diff
    }

    fn apply_in(&self, run: &FakeRun) -> Outcome {
        let supported = M::spec().check_mode != rustle_schema::module_spec::Support::None;
        if run.context().check_mode() && !supported {
            return Outcome::skipped("the module does not support check mode");
        }
        self.try_apply(run).unwrap_or_else(Error::into_outcome)
    }

    fn try_apply(&self, run: &FakeRun) -> Result<Outcome, Error> {
        let mut args = self.args.clone();
        apply::prepare::<M>(&mut args, run)?;
        apply::apply::<M>(&travelled(&args)?, run.context())
    }

    /// Applies the module; the outcome.
    ///
    /// # Panics
    /// If it fails, or changes nothing.
    #[track_caller]
    pub fn assert_changed(&self) -> Outcome {
        let outcome = self.assert_ok();
        assert!(outcome.changed, "nothing changed: {outcome:#?}");
        outcome
    }

    /// Applies the module; the outcome.
    ///
    /// # Panics
    /// If it fails, or changes something.
    #[track_caller]
    pub fn assert_unchanged(&self) -> Outcome {
        let outcome = self.assert_ok();
        assert!(!outcome.changed, "something changed: {outcome:#?}");
        outcome
    }

    #[track_caller]
    fn assert_ok(&self) -> Outcome {
        let outcome = self.apply();
        assert!(!outcome.failed, "it failed: {outcome:#?}");
        outcome
    }

    /// Applies the module; the message with which it fails.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn assert_fails(&self) -> String {
        let outcome = self.apply();
        assert!(outcome.failed, "it did not fail: {outcome:#?}");
        outcome.msg.unwrap_or_default()
    }

    /// Applies the module, then again; the first outcome.
    ///
    /// # Panics
    /// If it changes nothing at first, or something the second time.
    #[track_caller]
    pub fn assert_idempotent(&self) -> Outcome {
        let first = self.assert_changed();
        let second = self.assert_ok();
        assert!(!second.changed, "the second time something changed again: {second:#?}\nafter {first:#?}");
        first
    }

    /// Applies the module in check mode, then in earnest; the second outcome.
    ///
    /// # Panics
    /// If check mode touches what is watched, or says other than what then happens.
    #[track_caller]
    pub fn assert_check_predicts(&self) -> Outcome {
        let before = self.snapshot();
        let predicted = self.check();
        let touched = before.differences(&self.snapshot());
        assert!(touched.is_empty(), "check mode touched the host:\n{}", touched.join("\n"));
        let outcome = self.apply();
        let said = |outcome: &Outcome| (outcome.changed, outcome.failed, outcome.skipped);
        assert_eq!(
            said(&predicted),
            said(&outcome),
            "(changed, failed, skipped): check mode predicted {predicted:#?}\nbut it became {outcome:#?}"
        );
        outcome
    }

    fn snapshot(&self) -> Tree {
        Tree::of(self.watched.iter().map(PathBuf::as_path))
    }
}

/// The arguments as the process receives them that applies the module.
fn travelled(args: &Map) -> Result<Map, Error> {
    let cannot = |error: serde_json::Error| Error::new(format!("the arguments cannot travel: {error}"));
    let text = serde_json::to_string(args).map_err(cannot)?;
    serde_json::from_str(&text).map_err(cannot)
}

/// Every path among `args`.
fn paths_in(specs: &[ArgSpec], args: &Map, out: &mut BTreeSet<PathBuf>) {
    for spec in specs {
        for name in [&spec.name].into_iter().chain(&spec.aliases) {
            if let Some(value) = args.get(name) {
                paths_of(&spec.kind, value, out);
            }
        }
    }
}

fn paths_of(kind: &ArgType, value: &Value, out: &mut BTreeSet<PathBuf>) {
    match (kind, value) {
        (ArgType::Path, Value::Str(text)) if Path::new(text.as_ref()).is_absolute() => {
            out.insert(PathBuf::from(text.as_ref()));
        }
        (ArgType::List(of), value) => {
            value.as_items().unwrap_or_default().iter().for_each(|item| paths_of(of, item, out));
        }
        (ArgType::Map(of), Value::Map(map)) => map.values().for_each(|item| paths_of(of, item, out)),
        (ArgType::Options(specs, _), Value::Map(map)) => paths_in(specs, map, out),
        _ => {}
    }
}
