//! YAML as Ansible's `to_yaml` writes it: PyYAML's safe dumper on libyaml.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::compose::MAX_DEPTH;
use super::emit::Emitter;
use super::resolve;
use super::scalar::{Place, Written, analyze};
use crate::json::JsonError;
use crate::ops;
use crate::python;
use crate::value::Value;

/// How [`dump`] writes. The default is what `yaml.dump(value)` does.
#[derive(Clone, Debug)]
pub struct DumpOptions {
    /// How many columns a level is indented: 2 to 9, anything else is 2.
    pub indent: usize,
    /// Behind which column lines are broken. Widths of at most twice the indentation mean 80.
    pub width: usize,
    /// Whether keys are sorted, if they can be compared.
    pub sort_keys: bool,
    /// Whether lists and dictionaries are written as `[…]` and `{…}`; `None` writes those so that hold only scalars.
    pub default_flow_style: Option<bool>,
    /// How scalars are written that could be written in any way: `"`, `'` or `|`.
    pub default_style: Option<char>,
    /// Whether the document begins with `---`.
    pub explicit_start: bool,
    /// Whether the document ends with `...`.
    pub explicit_end: bool,
    /// Whether characters beyond ASCII are written as they are.
    pub allow_unicode: bool,
}

impl Default for DumpOptions {
    fn default() -> DumpOptions {
        DumpOptions {
            indent: 2,
            width: 80,
            sort_keys: true,
            default_flow_style: Some(false),
            default_style: None,
            explicit_start: false,
            explicit_end: false,
            allow_unicode: false,
        }
    }
}

impl DumpOptions {
    /// The options of `to_yaml`.
    pub fn ansible() -> DumpOptions {
        DumpOptions { default_flow_style: None, allow_unicode: true, ..DumpOptions::default() }
    }

    /// The options of `to_nice_yaml`.
    pub fn nice() -> DumpOptions {
        DumpOptions { indent: 4, default_flow_style: Some(false), ..DumpOptions::ansible() }
    }
}

/// The document for `value`. A list or dictionary that occurs more than once, as the same object, becomes an anchor
/// and aliases.
///
/// # Errors
/// If something undefined stands in the value, or if it is nested deeper than [`MAX_DEPTH`].
pub fn dump(value: &Value, options: &DumpOptions) -> Result<String, JsonError> {
    let indent = if (2..=9).contains(&options.indent) { options.indent } else { 2 };
    let width = if options.width <= indent * 2 { 80 } else { options.width };
    let mut anchors = HashMap::new();
    find_anchors(value, options, &mut anchors, &mut 0, 0)?;
    let emitter = Emitter::new(i32::try_from(indent).unwrap_or(2), width, options.allow_unicode);
    let mut dumper = Dumper { emitter, options, anchors };
    if options.explicit_start {
        dumper.emitter.write_indicator("---", true, false, false);
    }
    dumper.node(value, Role::Root, false);
    dumper.emitter.write_indent();
    if options.explicit_end {
        dumper.emitter.write_indicator("...", true, false, false);
        dumper.emitter.write_indent();
    }
    Ok(dumper.emitter.out)
}

/// What [`dump`] knows of a list or dictionary.
#[derive(Clone, Copy)]
enum Anchor {
    /// It occurs once.
    None,
    /// It occurs again, and gets this number.
    Numbered(usize),
    /// It was written with this number.
    Written(usize),
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Root,
    Item,
    /// A key or value of a mapping.
    Entry,
}

/// The address of what a list or dictionary shares with its copies.
fn identity(value: &Value) -> Option<usize> {
    match value {
        Value::Tuple(items) if items.is_empty() => None,
        Value::List(items) | Value::Tuple(items) => Some(std::sync::Arc::as_ptr(items) as usize),
        Value::Map(map) => Some(map.identity()),
        _ => None,
    }
}

/// The entries in the order in which they are written.
fn entries<'a>(value: &'a Value, options: &DumpOptions) -> Vec<(&'a Value, &'a Value)> {
    let mut entries: Vec<(&Value, &Value)> = value.as_map().into_iter().flatten().collect();
    if options.sort_keys {
        let unsorted = entries.clone();
        if ops::sort_by_key(&mut entries, |(key, _)| key).is_err() {
            entries = unsorted;
        }
    }
    entries
}

fn find_anchors(
    value: &Value,
    options: &DumpOptions,
    anchors: &mut HashMap<usize, Anchor>,
    count: &mut usize,
    depth: usize,
) -> Result<(), JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError("the value is nested too deeply".into()));
    }
    match value {
        Value::Undefined(undefined) => return Err(JsonError(undefined.message.to_string())),
        Value::Omit => return Err(JsonError("cannot represent an object of type Omit".into())),
        _ => {}
    }
    if let Some(identity) = identity(value) {
        match anchors.get(&identity) {
            Some(Anchor::None) => {
                *count += 1;
                anchors.insert(identity, Anchor::Numbered(*count));
                return Ok(());
            }
            Some(_) => return Ok(()),
            None => {
                anchors.insert(identity, Anchor::None);
            }
        }
    }
    for item in value.as_items().into_iter().flatten() {
        find_anchors(item, options, anchors, count, depth + 1)?;
    }
    for (key, value) in entries(value, options) {
        find_anchors(key, options, anchors, count, depth + 1)?;
        find_anchors(value, options, anchors, count, depth + 1)?;
    }
    Ok(())
}

/// A scalar as PyYAML represents it.
struct Scalar {
    text: String,
    /// Whether it is read back as the same without quotes, and with them.
    plain: bool,
    quoted: bool,
    /// The tag that it needs if it is neither.
    tag: &'static str,
    /// A style that it must have.
    style: Option<Written>,
}

impl Scalar {
    fn of(value: &Value) -> Scalar {
        let number = |text: String| Scalar { text, plain: true, quoted: false, tag: "", style: None };
        match value {
            Value::None => number("null".into()),
            Value::Bool(bool) => number(bool.to_string()),
            Value::Int(_) | Value::BigInt(_) => number(python::str(value)),
            Value::Float(float) => number(float_text(*float)),
            Value::Bytes(bytes) => {
                let mut text = String::new();
                for line in BASE64.encode(bytes).as_bytes().chunks(76) {
                    text.push_str(&String::from_utf8_lossy(line));
                    text.push('\n');
                }
                Scalar { text, plain: false, quoted: false, tag: "!!binary", style: Some(Written::Literal) }
            }
            other => {
                let text = python::str(other);
                let plain = !resolve::is_ambiguous(&text);
                Scalar { text, plain, quoted: true, tag: "", style: None }
            }
        }
    }
}

fn float_text(float: f64) -> String {
    if float.is_nan() {
        return ".nan".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let text = python::float_repr(float);
    // YAML 1.1 wants a dot also where Python needs none.
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

struct Dumper<'a> {
    emitter: Emitter,
    options: &'a DumpOptions,
    anchors: HashMap<usize, Anchor>,
}

impl Dumper<'_> {
    fn node(&mut self, value: &Value, role: Role, simple_key: bool) {
        if let Some(identity) = identity(value) {
            match self.anchors.get(&identity).copied() {
                Some(Anchor::Written(number)) => {
                    self.emitter.write_indicator(&format!("*id{number:03}"), true, false, false);
                    return;
                }
                Some(Anchor::Numbered(number)) => {
                    self.emitter.write_indicator(&format!("&id{number:03}"), true, false, false);
                    self.anchors.insert(identity, Anchor::Written(number));
                }
                _ => {}
            }
        }
        match value {
            Value::List(items) | Value::Tuple(items) => self.sequence(items, role, self.is_flow(value)),
            Value::Map(_) => self.mapping(&entries(value, self.options), self.is_flow(value)),
            scalar => self.scalar(&Scalar::of(scalar), simple_key),
        }
    }

    /// Whether a list or dictionary is written with brackets.
    fn is_flow(&self, value: &Value) -> bool {
        let is_empty = !value.is_true();
        let unstyled = |item: &Value| {
            !matches!(item, Value::List(_) | Value::Tuple(_) | Value::Map(_) | Value::Bytes(_))
                && self.options.default_style.is_none()
        };
        let chosen = self.options.default_flow_style.unwrap_or_else(|| {
            let items = value.as_items().unwrap_or_default();
            let mut entries = value.as_map().into_iter().flatten();
            items.iter().all(unstyled) && entries.all(|(key, value)| unstyled(key) && unstyled(value))
        });
        is_empty || chosen || self.emitter.flow_level > 0
    }

    fn sequence(&mut self, items: &[Value], role: Role, flow: bool) {
        if flow {
            return self.flow("[", "]", items, |dumper, item| dumper.node(item, Role::Item, false));
        }
        let indentless = role == Role::Entry && !self.emitter.at_indention();
        self.emitter.increase_indent(false, indentless);
        for item in items {
            self.emitter.write_indent();
            self.emitter.write_indicator("-", true, false, true);
            self.node(item, Role::Item, false);
        }
        self.emitter.decrease_indent();
    }

    fn mapping(&mut self, entries: &[(&Value, &Value)], flow: bool) {
        if flow {
            return self.flow("{", "}", entries, |dumper, (key, value)| {
                if is_simple_key(key, dumper.options.allow_unicode) {
                    dumper.node(key, Role::Entry, true);
                    dumper.emitter.write_indicator(":", false, false, false);
                } else {
                    dumper.emitter.write_indicator("?", true, false, false);
                    dumper.node(key, Role::Entry, false);
                    if dumper.emitter.past_width() {
                        dumper.emitter.write_indent();
                    }
                    dumper.emitter.write_indicator(":", true, false, false);
                }
                dumper.node(value, Role::Entry, false);
            });
        }
        self.emitter.increase_indent(false, false);
        for (key, value) in entries {
            self.emitter.write_indent();
            if is_simple_key(key, self.options.allow_unicode) {
                self.node(key, Role::Entry, true);
                self.emitter.write_indicator(":", false, false, false);
            } else {
                self.emitter.write_indicator("?", true, false, true);
                self.node(key, Role::Entry, false);
                self.emitter.write_indent();
                self.emitter.write_indicator(":", true, false, true);
            }
            self.node(value, Role::Entry, false);
        }
        self.emitter.decrease_indent();
    }

    fn flow<T>(&mut self, open: &str, close: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.emitter.write_indicator(open, true, true, false);
        self.emitter.increase_indent(true, false);
        self.emitter.flow_level += 1;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.emitter.write_indicator(",", false, false, false);
            }
            if self.emitter.past_width() {
                self.emitter.write_indent();
            }
            write(self, item);
        }
        self.emitter.flow_level -= 1;
        self.emitter.decrease_indent();
        self.emitter.write_indicator(close, false, false, false);
    }

    fn scalar(&mut self, scalar: &Scalar, simple_key: bool) {
        let default = match self.options.default_style {
            Some('"') => Written::Double,
            Some('\'') => Written::Single,
            Some('|' | '>') => Written::Literal,
            _ => Written::Plain,
        };
        let wanted = scalar.style.unwrap_or(default);
        let needs_tag = !scalar.plain && !scalar.quoted;
        let place = Place { flow: self.emitter.flow_level > 0, simple_key };
        let allowed = analyze(&scalar.text, self.options.allow_unicode);
        let style = allowed.choose(wanted, place, scalar.text.is_empty(), scalar.plain || needs_tag);
        if needs_tag {
            self.emitter.write_indicator(scalar.tag, true, false, false);
        } else if !scalar.quoted && style != Written::Plain {
            self.emitter.write_indicator("!", true, false, false);
        }
        // A scalar is indented as what stands within it would be.
        self.emitter.increase_indent(true, false);
        self.emitter.write_scalar(&scalar.text, style, !simple_key);
        self.emitter.decrease_indent();
    }
}

/// Whether a key can stand before its colon: one line, not too long, nothing nested.
fn is_simple_key(key: &Value, unicode: bool) -> bool {
    match key {
        Value::List(_) | Value::Tuple(_) | Value::Map(_) => !key.is_true(),
        scalar => {
            let scalar = Scalar::of(scalar);
            let tag = if scalar.plain || scalar.quoted { "" } else { scalar.tag };
            !analyze(&scalar.text, unicode).multiline && scalar.text.len() + tag.len() <= 128
        }
    }
}
