//! Every type that an argument can have.

use std::collections::{BTreeMap, HashMap};

use rustle_runtime::args::{Evaluated, FileAttributes, Mode};
use rustle_runtime::prelude::*;
use rustle_runtime::testing::args;

/// Takes everything.
#[rustle_module(name = "acme.types")]
#[derive(Debug)]
struct Types {
    /// Text.
    text: String,
    /// Small.
    small: u8,
    /// Large.
    large: Option<i64>,
    /// Broken.
    float: Option<f32>,
    /// Yes or no.
    flag: bool,
    /// Where.
    path: std::path::PathBuf,
    /// Anything.
    any: Value,
    /// Mapping.
    map: Map,
    /// Lists of lists.
    lists: Vec<Vec<bool>>,
    /// Mapping of numbers.
    numbers: BTreeMap<String, u16>,
    /// Mapping of parts.
    parts: HashMap<String, Part>,
    /// Choice.
    state: State,
    /// Own.
    even: Even,
    /// Mode.
    mode_of: Option<Mode>,
    /// That.
    #[arg(expression)]
    that: Vec<Evaluated>,
    #[arg(flatten)]
    attributes: FileAttributes,
}

/// A part.
#[derive(Debug, PartialEq, Options)]
struct Part {
    /// Size.
    #[arg(default = 1)]
    size: u8,
}

#[derive(Debug, PartialEq, Choice)]
enum State {
    Present,
    #[choice(alias = "gone")]
    Absent,
}

#[derive(Debug, PartialEq)]
struct Even(i64);

impl FromArg for Even {
    fn from_arg(value: &Value) -> Result<Even, String> {
        match value.as_int() {
            Some(int) if int % 2 == 0 => Ok(Even(int)),
            _ => Err("it is odd".into()),
        }
    }
}

impl Module for Types {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {
    let given = args! {
        "text": 1, "small": "2", "flag": "no", "path": "/x", "any": [1], "map": "a=b", "lists": [["yes"], []],
        "numbers": { "a": "1" }, "parts": { "p": {}, "q": { "size": 2 } }, "state": "gone", "even": 4, "that": true,
        "owner": "root"
    };
    let types = Types::from_args(&given).unwrap();
    assert_eq!((types.lists, types.state, types.even), (vec![vec![true], vec![]], State::Absent, Even(4)));
    assert_eq!((types.parts["p"].size, types.parts["q"].size), (1, 2));
    assert_eq!(types.attributes.owner.as_deref(), Some("root"));
    let odd = Types::from_args(&args! { "even": 3 }).unwrap_err();
    assert!(odd.messages.contains(
        &"argument 'even' is of type int and we were unable to convert to Even: it is odd".to_owned()
    ));
}
