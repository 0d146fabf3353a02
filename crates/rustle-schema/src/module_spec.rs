//! What a module says of itself: its arguments, what it returns, what it does.

use rustle_value::Value;
use serde::{Deserialize, Serialize};

/// A module's specification. `#[rustle_module]` makes it of the struct and its documentation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModuleSpec {
    /// The name it is registered under: a builtin's short name (`copy`), or in full (`acme.greet`).
    pub name: String,
    /// Other names for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The version of the crate it stands in, or its own.
    pub version: String,
    /// The crate it stands in, as Cargo names it.
    pub krate: String,
    /// The first paragraph of its documentation.
    pub summary: String,
    /// The rest of its documentation, Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its arguments, in the order of the fields.
    pub args: Vec<ArgSpec>,
    /// Rules over several arguments.
    pub rules: Vec<Rule>,
    /// The argument that takes free-form text (`command: ls -l`): its name. The text arrives there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_form: Option<String>,
    /// The field that takes every argument that is not declared (`set_fact`): its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
    /// What it returns beside `changed`, `failed` and `msg`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<ReturnSpec>,
    /// Example tasks, YAML.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub examples: String,
    /// What it does to the host and to the run, in words of the module's choice: `writes:file`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// What it may do: `fs:write:/etc/**`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// How it behaves in check mode.
    pub check_mode: Support,
    /// Whether it reports differences.
    pub diff_mode: Support,
}

/// Whether a module supports a mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// It does.
    #[default]
    Full,
    /// In part; the documentation says what.
    Partial,
    /// It does not: in check mode the runner skips the task.
    None,
}

/// One argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArgSpec {
    /// Its name.
    pub name: String,
    /// Other names for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ArgType,
    /// Whether it must be given.
    pub required: bool,
    /// Its value where it is not given, as a playbook would write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Its documentation, Markdown.
    pub doc: String,
    /// Whether its value must never be shown.
    #[serde(skip_serializing_if = "is_false")]
    pub no_log: bool,
    /// Whether it is a bare expression, which the runner evaluates (`debug: var=…`, `assert: that=…`).
    #[serde(skip_serializing_if = "is_false")]
    pub expression: bool,
    /// Whether it names a file that the build should find and embed, and where such files are looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileArg>,
    /// Why it should not be used any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

fn is_false(it: &bool) -> bool {
    !it
}

/// The folder in which a relative name of an argument is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileArg {
    /// `files/`.
    Files,
    /// `templates/`; the file is a template, which the build checks.
    Templates,
    /// `vars/`.
    Vars,
}

/// The type of an argument, with Ansible's coercions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgType {
    /// Text; numbers and booleans become text.
    #[default]
    Str,
    /// A boolean, or one of Ansible's words for it.
    Bool,
    /// An integer, or its text.
    Int,
    /// A float, or its text.
    Float,
    /// A path: `~` and `$VAR` are expanded.
    Path,
    /// Anything.
    Raw,
    /// A file mode, octal or symbolic.
    Mode,
    /// Text that is JSON, or a value to be written as JSON.
    Json,
    /// One of these words.
    Choice(Vec<String>),
    /// A list of one type; comma-separated text is split.
    List(Box<ArgType>),
    /// A mapping of text to one type.
    Map(Box<ArgType>),
    /// A mapping with arguments of its own.
    Options(Vec<ArgSpec>, Vec<Rule>),
    /// A type of the module's own, by its name; it takes what its `FromArg` takes.
    Custom(String),
}

impl ArgType {
    /// How ansible-core's messages name the type.
    pub fn wanted(&self) -> &str {
        match self {
            ArgType::Str | ArgType::Choice(_) => "str",
            ArgType::Bool => "bool",
            ArgType::Int => "int",
            ArgType::Float => "float",
            ArgType::Path => "path",
            ArgType::Raw | ArgType::Mode => "raw",
            ArgType::Json => "json",
            ArgType::List(_) => "list",
            ArgType::Map(_) | ArgType::Options(..) => "dict",
            ArgType::Custom(name) => name,
        }
    }
}

/// A rule over several arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// All of them or none.
    RequiredTogether(Vec<String>),
    /// At least one of them.
    RequiredOneOf(Vec<String>),
    /// At most one of them.
    MutuallyExclusive(Vec<String>),
    /// If `arg` is `value`, all (or, with `any`, one) of `required`.
    RequiredIf {
        /// The argument that is looked at.
        arg: String,
        /// The value that makes the others required.
        value: Value,
        /// The others.
        required: Vec<String>,
        /// Whether one of them is enough.
        any: bool,
    },
    /// If `arg` is given, all of `required`.
    RequiredBy {
        /// The argument that is looked at.
        arg: String,
        /// The others.
        required: Vec<String>,
    },
}

/// One value that a module returns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReturnSpec {
    /// Its name.
    pub name: String,
    /// Its type, as Ansible's documentation names types: `str`, `int`, `list`, `dict`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its documentation, with when it is returned.
    pub doc: String,
}
