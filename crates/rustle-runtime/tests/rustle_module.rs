//! A module of every kind of field, registered, prepared and applied as a runner does.

use std::collections::BTreeMap;

use rustle_runtime::args::{Evaluated, FileAttributes, Mode};
use rustle_runtime::prelude::*;
use rustle_runtime::registry::{self, Registration};
use rustle_runtime::schema::module_spec::{ArgType, ModuleSpec, Rule};

/// What the thing shall be.
#[derive(Clone, Copy, Debug, PartialEq, Choice)]
enum State {
    Present,
    #[choice(alias = "gone")]
    Absent,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Options)]
#[options(required_together = [["size", "unit"]])]
struct Part {
    /// How large.
    size: Option<u16>,
    /// Of what.
    #[arg(aliases = ["of"])]
    unit: Option<String>,
    /// What opens it.
    #[arg(no_log)]
    key: Option<String>,
    /// Where.
    #[arg(default = "~/parts")]
    folder: PathBuf,
}

/// Shows everything
/// that it was given.
///
/// # Returns
/// - `shown` (str): everything
#[rustle_module(
    name = "test.everything",
    aliases = ["test.all"],
    permissions = ["fs:write:/tmp/**"],
    effects = ["writes:file"],
    check_mode = "partial",
    mutually_exclusive = [["count", "ratio"]],
    required_if = [("type", "absent", ["text", "mode"], true)],
)]
#[derive(Debug)]
pub struct Everything {
    /// A required text.
    #[arg(alias = "t")]
    text: String,
    /// A number.
    count: Option<i32>,
    /// Another.
    ratio: Option<f64>,
    /// Yes or no.
    #[arg(default)]
    flag: bool,
    /// A keyword.
    #[arg(rename = "type", default = "present")]
    state: State,
    /// Parts.
    #[arg(default = [])]
    parts: Vec<Part>,
    /// Names.
    names: Option<BTreeMap<String, u8>>,
    /// Anything.
    any: Option<Value>,
    /// Secret.
    #[arg(no_log, alias = "pw")]
    password: Option<String>,
    /// True things.
    #[arg(expression)]
    that: Option<Vec<Evaluated>>,
    /// Text behind the colon.
    #[arg(free_form)]
    line: Option<String>,
    #[arg(flatten)]
    attributes: FileAttributes,
    #[arg(internal)]
    prepared: Option<String>,
}

impl Module for Everything {
    fn prepare(args: &mut Map, _run: &dyn Run) -> Result<()> {
        assert!(args.contains_key("text"), "aliases are resolved before");
        args.insert("_prepared", "yes");
        Ok(())
    }

    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        Ok(Outcome::ok().with("shown", format!("{self:?}")))
    }
}

fn registration() -> &'static Registration {
    registry::find("test.everything").expect("it is registered")
}

#[test]
fn the_registration_says_what_the_struct_says() {
    let it = registration();
    assert_eq!(registry::find("test.all").map(|it| it.name), Some("test.everything"));
    assert_eq!(it.secrets, ["password", "pw"]);
    assert_eq!(it.expressions, ["that"]);
    assert!(it.check_mode);
    let spec: ModuleSpec = serde_json::from_str(it.spec).unwrap();
    assert_eq!(spec.krate, "rustle-runtime");
    assert_eq!(spec.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(spec.summary, "Shows everything that it was given.");
    assert_eq!(spec.free_form.as_deref(), Some("line"));
    let names: Vec<&str> = spec.args.iter().map(|arg| arg.name.as_str()).collect();
    assert_eq!(names[..5], ["text", "count", "ratio", "flag", "type"]);
    assert!(names.contains(&"owner") && !names.contains(&"_prepared"));
    let kind =
        |name: &str| spec.args.iter().find(|arg| arg.name == name).map(|arg| arg.kind.clone()).unwrap();
    assert_eq!(kind("type"), ArgType::Choice(vec!["present".into(), "absent".into(), "gone".into()]));
    assert_eq!(kind("mode"), ArgType::Mode);
    let ArgType::List(part) = kind("parts") else { panic!("{:?}", kind("parts")) };
    let ArgType::Options(args, rules) = *part else { panic!() };
    assert_eq!(args.len(), 4);
    assert_eq!(rules, [Rule::RequiredTogether(vec!["size".into(), "unit".into()])]);
    assert_eq!(spec.rules.len(), 2);
    assert_eq!(serde_json::to_string(&spec).unwrap(), it.spec);
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    let it = registration();
    let secrets = |json: &str| {
        let args: Map = serde_json::from_str(json).unwrap();
        it.secret_values(&args).into_iter().map(Value::to_string).collect::<Vec<_>>()
    };
    assert_eq!(secrets(r#"{"t": "open", "pw": "a"}"#), ["a"]);
    assert_eq!(
        secrets(r#"{"password": "a", "parts": [{"unit": "m", "key": "b"}, {"key": "c"}]}"#),
        ["a", "b", "c"]
    );
    assert_eq!(secrets(r#"{"t": "open"}"#), [""; 0]);
}

#[test]
fn arguments_become_fields() {
    let args: Map = serde_json::from_str(
        r#"{"t": 5, "count": "7", "flag": "yes", "type": "gone", "parts": [{"size": "3", "of": "m"}],
            "names": "a=1 b=2", "any": [1], "pw": "s", "mode": "0644", "_raw_params": "x y"}"#,
    )
    .unwrap();
    let it = Everything::from_args(&args).unwrap();
    assert_eq!((it.text.as_str(), it.count, it.flag, it.state), ("5", Some(7), true, State::Absent));
    let home = std::env::var("HOME").unwrap();
    let part =
        Part { size: Some(3), unit: Some("m".into()), key: None, folder: format!("{home}/parts").into() };
    assert_eq!(it.parts, [part]);
    assert_eq!(it.names, Some([("a".to_owned(), 1), ("b".to_owned(), 2)].into()));
    assert_eq!(it.any, Some(Value::list([Value::Int(1)])));
    assert_eq!(it.attributes.mode.as_ref().map(|mode| mode.resolve(0, false)), Some(Ok(0o644)));
    assert_eq!(it.attributes.mode, Some(Mode::from_arg(&Value::str("0644")).unwrap()));
    assert_eq!(it.line.as_deref(), Some("x y"));
    assert_eq!((it.ratio, it.that, it.prepared), (None, None, None));
    assert_eq!(it.password.as_deref(), Some("s"));
}

#[test]
fn every_fault_is_reported() {
    let args: Map = serde_json::from_str(
        r#"{"count": 70000000000, "flag": "maybe", "type": "present", "ratio": 1, "parts": [{"size": 1, "x": 2}], "nope": 1}"#,
    )
    .unwrap();
    let messages = Everything::from_args(&args).unwrap_err().messages;
    for (message, wanted) in messages.iter().zip([
        "parameters are mutually exclusive: count|ratio",
        "missing required arguments: text",
        "argument 'flag' is of type str and we were unable to convert to bool: The value 'maybe'",
        "parameters are required together: size, unit found in parts",
        "Unsupported parameters for (test.everything) module: nope. Supported parameters include: any, attributes,",
        "Unsupported parameters for (test.everything) module: parts.x. Supported parameters include: folder, key, size, unit (of).",
        "argument 'count' is of type int and we were unable to convert to int: 70000000000 is not between",
    ]) {
        assert!(message.starts_with(wanted), "{message}\nwanted {wanted}");
    }
    assert_eq!(messages.len(), 7, "{messages:#?}");
}

#[test]
fn what_the_module_sets_cannot_be_given() {
    use rustle_runtime::testing::{Case, args};

    let outcome = Case::<Everything>::new(args! { "t": "x" }).apply();
    let shown = outcome.data.get("shown").map(Value::to_string).unwrap_or_default();
    assert!(shown.contains("prepared: Some(\"yes\")"), "{shown}");
    assert_eq!(
        Case::<Everything>::new(args! { "t": "x", "_prepared": "no" }).assert_fails(),
        "Unsupported parameters for (test.everything) module: _prepared. It is set by the module itself."
    );
    let both = Case::<Everything>::new(args! { "t": "x", "text": "y" }).apply();
    assert_eq!(both.warnings, ["Both option text and its alias t are set."]);
}
