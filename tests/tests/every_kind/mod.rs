//! Modules with every kind of field and attribute, in several files.

mod parts;

use std::collections::{BTreeMap, HashMap};

use rustle_runtime::args::{self, Evaluated, FileAttributes, Mode};
use rustle_runtime::prelude::*;

use parts::{Part, deep::Renamed as Depth};

/// Takes everything
/// that can be taken.
///
/// The rest of what it does, with "quotes", \backslashes and ümläuts.
///
/// # Notes
/// Kept in the description.
///
/// # Examples
/// ```yaml
/// - test.everything:
///     text: "x"
/// ```
///
/// # Returns
/// - `one` (str): the first,
///   always
/// - `two` (dict): the second
#[rustle_module(
    name = "test.everything",
    aliases = ["test.all", "test.whole"],
    version = "2.0.0-rc.1",
    check_mode = "partial",
    diff_mode = "none",
    effects = ["writes:file"],
    permissions = ["fs:write:/etc/**", "process:exec"],
    required_together = [["int", "float"]],
    required_one_of = [["text", "owner"]],
    mutually_exclusive = [["list", "map"]],
    required_if = [("kind", "third_one", ["path", "int"], true), ("flag", true, ["mode"])],
    required_by = [("path", ["mode"])],
)]
#[allow(dead_code)]
pub struct Everything {
    /// Text, "quoted".
    #[arg(alias = "words")]
    text: String,
    /// With a default that must be escaped.
    #[arg(default = "a \"b\"\n{{ c }}", aliases = ["d", "e"])]
    escaped: String,
    /// A flag.
    #[arg(default)]
    flag: bool,
    /// An integer.
    int: Option<i32>,
    /// Negative.
    #[arg(default = -3)]
    negative: i64,
    /// A float.
    float: Option<f64>,
    /// With a default.
    #[arg(default = 0.5)]
    half: f64,
    /// A path.
    #[arg(file = "templates")]
    path: Option<PathBuf>,
    /// Anything.
    any: Option<Value>,
    /// A mapping.
    map: Option<Map>,
    /// A list.
    #[arg(default = ["a", "b"])]
    list: Vec<String>,
    /// A list of lists.
    grid: Option<Vec<Vec<u8>>>,
    /// Text to numbers.
    numbers: Option<BTreeMap<String, i64>>,
    /// Text to parts.
    named: Option<HashMap<String, Part>>,
    /// One of several.
    #[arg(default = "second")]
    kind: Kind,
    /// Nested.
    #[arg(default)]
    depth: Depth,
    /// Many nested.
    parts: Option<Vec<parts::Part>>,
    /// Of a type of its own.
    own: Option<Own>,
    /// Several of them.
    owns: Option<Vec<Own>>,
    /// By another name.
    names: Option<Names>,
    /// A mode beside the shared one.
    other_mode: Option<Mode>,
    /// Hidden.
    #[arg(no_log)]
    password: Option<String>,
    /// Evaluated.
    #[arg(expression)]
    that: Option<Vec<Evaluated>>,
    /// Evaluated, one.
    #[arg(expression, alias = "unless")]
    when: Option<args::Evaluated>,
    /// A name that is a word of Rust.
    r#type: Option<String>,
    /// Free text.
    #[arg(free_form, rename = "cmd")]
    command: Option<String>,
    /// Old.
    #[arg(deprecated = "use text")]
    old: Option<String>,
    #[arg(flatten)]
    attributes: FileAttributes,
    #[arg(flatten)]
    more: parts::Group,
    #[arg(rest)]
    rest: Map,
    #[arg(internal)]
    found: Option<String>,
}

impl Module for Everything {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

/// One of several.
#[derive(Clone, Copy, Choice)]
enum Kind {
    First,
    #[choice(rename = "second", alias = "2nd")]
    Other,
    #[choice(aliases = ["3rd", "last"])]
    ThirdOne,
}

type Names = Vec<String>;

/// With a reading of its own.
pub struct Own;

impl FromArg for Own {
    fn from_arg(_: &Value) -> Result<Own, String> {
        Ok(Own)
    }
}

/// Takes nothing.
#[rustle_module(name = "test.nothing")]
pub struct Nothing {}

impl Module for Nothing {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}
