//! The authors' harness sees what it promises to see.

use rustle_runtime::prelude::*;
use rustle_runtime::testing::{self, Case, FakeRun, Scratch, args};

/// Writes a file, with the faults that it is told to have.
#[rustle_module(name = "test.write")]
pub struct Write {
    /// Where.
    path: PathBuf,
    /// Which fault it has.
    #[arg(default = "none")]
    fault: Fault,
}

/// What is wrong with the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
enum Fault {
    None,
    TouchesInCheckMode,
    WritesBeside,
    PredictsNothing,
    AlwaysChanges,
    Fails,
}

impl Module for Write {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let changed = !self.path.exists() || self.fault == Fault::AlwaysChanges;
        match self.fault {
            Fault::Fails => return Err(Error::new("it fails").with("rc", 3)),
            Fault::WritesBeside => std::fs::write(self.path.with_extension("bak"), "x")?,
            Fault::PredictsNothing if ctx.check_mode() => return Ok(Outcome::ok()),
            _ => {}
        }
        if changed && (!ctx.check_mode() || self.fault == Fault::TouchesInCheckMode) {
            std::fs::write(&self.path, "x")?;
        }
        Ok(Outcome::of(changed).diff(Diff { after: Value::str("x"), ..Diff::default() }))
    }
}

/// Cannot be tried out.
#[rustle_module(name = "test.blind", check_mode = "none")]
pub struct Blind {}

impl Module for Blind {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        assert!(!ctx.check_mode());
        Ok(Outcome::changed().with("env", format!("{:?}", ctx.environment())))
    }
}

fn case(scratch: &Scratch, fault: &str) -> Case<Write> {
    Case::new(args! { "path": scratch.path("file"), "fault": fault })
}

#[test]
fn a_good_module_passes() {
    let scratch = Scratch::new();
    assert_eq!(testing::diff::<Write>(args! { "path": scratch.path("file") }).len(), 1);
    assert!(!scratch.path("file").exists());
    case(&scratch, "none").assert_check_predicts();
    case(&scratch, "none").assert_unchanged();
    testing::idempotent::<Write>(args! { "path": scratch.path("other") });
    assert!(testing::check::<Write>(args! { "path": scratch.path("third") }).changed);
}

#[test]
fn failures_are_outcomes() {
    let scratch = Scratch::new();
    assert_eq!(case(&scratch, "fails").assert_fails(), "it fails");
    assert_eq!(case(&scratch, "fails").apply().data.get("rc"), Some(&Value::Int(3)));
    assert_eq!(
        testing::fails::<Write>(args! { "path": "/x", "fault": "huge" }),
        "value of fault must be one of: none, touches_in_check_mode, writes_beside, predicts_nothing, \
         always_changes, fails, got: huge"
    );
}

#[test]
fn a_module_without_check_mode_is_skipped_there() {
    assert!(testing::check::<Blind>(args! {}).skipped);
    let run = FakeRun::new().with_environment("A", "b");
    let outcome = Case::<Blind>::new(args! {}).with_run(run).assert_changed();
    assert_eq!(outcome.data.get("env"), Some(&Value::str(r#"{"A": "b"}"#)));
}

#[test]
#[should_panic(expected = "file: appeared")]
fn touching_in_check_mode_is_seen() {
    case(&Scratch::new(), "touches_in_check_mode").assert_check_predicts();
}

#[test]
#[should_panic(expected = "was written to")]
fn writing_beside_is_seen() {
    case(&Scratch::new(), "writes_beside").assert_check_predicts();
}

#[test]
#[should_panic(expected = "(changed, failed, skipped)")]
fn a_wrong_prediction_is_seen() {
    case(&Scratch::new(), "predicts_nothing").assert_check_predicts();
}

#[test]
#[should_panic(expected = "the second time something changed again")]
fn changing_twice_is_seen() {
    case(&Scratch::new(), "always_changes").assert_idempotent();
}
