//! Inventories in Ansible's INI form.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rustle_value::literal::literal_eval;
use rustle_value::yaml::{Node, NodeKind, Pos, Span, Style};
use rustle_value::{Map, Value};

use super::{Tree, addresses, words};
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::source::{Location, SourceFile};
use rustle_template::trust::marked;

/// What the lines of a section are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hosts,
    Vars,
    Children,
}

/// A group that is mentioned before it is declared.
struct Pending {
    at: Range<usize>,
    message: String,
}

struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    group: String,
    kind: Kind,
    pending: BTreeMap<String, Pending>,
}

impl Loader<'_> {
    /// Reads an inventory in INI form.
    pub(crate) fn ini_inventory(&mut self, tree: &mut Tree, file: &Arc<SourceFile>) {
        if file.text.starts_with("$ANSIBLE_VAULT;") {
            self.not_readable(file);
            return;
        }
        let mut reader =
            Reader { file, group: "ungrouped".into(), kind: Kind::Hosts, pending: BTreeMap::new() };
        let mut offset = 0;
        for (number, line) in file.text.split_inclusive('\n').enumerate() {
            let trimmed = line.trim();
            let start = offset + (line.len() - line.trim_start().len());
            offset += line.len();
            if !trimmed.is_empty() && !trimmed.starts_with([';', '#']) {
                self.ini_line(tree, &mut reader, trimmed, start, number + 1);
            }
        }
        for pending in reader.pending.into_values() {
            self.inventory_problem(file, pending.at, &pending.message);
        }
    }

    fn ini_line(
        &mut self,
        tree: &mut Tree,
        reader: &mut Reader<'_>,
        line: &str,
        start: usize,
        number: usize,
    ) {
        let whole = start..start + line.len();
        match section(line) {
            Some((group, kind)) => {
                let kind = match kind {
                    None | Some("hosts") => Kind::Hosts,
                    Some("vars") => Kind::Vars,
                    Some("children") => Kind::Children,
                    Some(other) => {
                        let message = format!("section [{group}:{other}] has unknown type: {other}");
                        self.inventory_problem(reader.file, whole, &message);
                        return;
                    }
                };
                reader.group = group.to_owned();
                reader.kind = kind;
                if kind == Kind::Vars {
                    if !tree.has_group(group) {
                        let message =
                            format!("section [{group}:vars] not valid for undefined group: {group}");
                        reader.pending.entry(group.to_owned()).or_insert(Pending { at: whole, message });
                    }
                } else {
                    tree.add_group(group);
                    reader.pending.remove(group);
                }
            }
            None if line.starts_with('[') && line.ends_with(']') && !line.contains(':') => {
                let message = "invalid section entry; there may be no spaces or other odd characters in it";
                self.inventory_problem(reader.file, whole, message);
            }
            None => match reader.kind {
                Kind::Hosts => self.ini_host(tree, reader, line, start, number),
                Kind::Vars => self.ini_variable(tree, reader, line, start, number),
                Kind::Children => self.ini_child(tree, reader, line, start),
            },
        }
    }

    fn ini_host(&mut self, tree: &mut Tree, reader: &Reader<'_>, line: &str, start: usize, number: usize) {
        let words = match words::split(line) {
            Ok(words) => words,
            Err(message) => {
                let message = format!("the host cannot be read: {message}");
                self.inventory_problem(reader.file, start..start + line.len(), &message);
                return;
            }
        };
        let Some((name, assignments)) = words.split_first() else { return };
        let place = |span: &Range<usize>| start + span.start..start + span.end;
        let (hosts, port) = match addresses::expand(&name.text) {
            Ok(_) if name.text.trim() == "---" => {
                let message = "`---` is normally a sign that this is a YAML file; those end in `.yml`";
                self.inventory_problem(reader.file, place(&name.span), message);
                return;
            }
            Ok(found) => found,
            Err(message) => {
                self.inventory_problem(reader.file, place(&name.span), &message);
                return;
            }
        };
        let mut vars = Map::new();
        let mut nodes = Vec::new();
        for word in assignments {
            let Some((key, value)) = word.text.split_once('=') else {
                let message = format!("expected key=value host variable assignment, got: {}", word.text);
                self.inventory_problem(reader.file, place(&word.span), &message);
                continue;
            };
            vars.insert(key, typed(value));
            nodes.push(entry(reader.file, key, value, place(&word.span), number));
        }
        for host in &hosts {
            self.hold_inventory(reader.file, Owner::Host(host.clone()), &nodes);
        }
        tree.add_hosts(&reader.group, &hosts, port, &vars);
    }

    fn ini_variable(
        &mut self,
        tree: &mut Tree,
        reader: &Reader<'_>,
        line: &str,
        start: usize,
        number: usize,
    ) {
        let whole = start..start + line.len();
        let Some((key, value)) = line.split_once('=') else {
            self.inventory_problem(reader.file, whole, &format!("expected key=value, got: {line}"));
            return;
        };
        let (key, value) = (key.trim(), value.trim());
        let node = entry(reader.file, key, value, whole, number);
        self.hold_inventory(reader.file, Owner::Group(reader.group.clone()), &[node]);
        if tree.has_group(&reader.group) {
            tree.add_group(&reader.group).vars.insert(key, typed(value));
        } else {
            // Declared later, or never, which is told at the end. The group must not count as declared by this.
            let mut vars = Map::new();
            vars.insert(key, typed(value));
            tree.keep_vars(&reader.group, &vars);
        }
    }

    fn ini_child(&mut self, tree: &mut Tree, reader: &mut Reader<'_>, line: &str, start: usize) {
        let name = line.split(['#', ' ', '\t']).next().unwrap_or(line);
        let whole = start..start + name.len();
        if name.is_empty() || name.contains([':', ']']) {
            self.inventory_problem(reader.file, whole, &format!("expected group name, got: {line}"));
            return;
        }
        if !tree.has_group(name) {
            let message = format!("section [{}:children] includes undefined group: {name}", reader.group);
            reader.pending.entry(name.to_owned()).or_insert(Pending { at: whole.clone(), message });
        }
        let declared = tree.has_group(name);
        if let Err(message) = tree.add_child(&reader.group, name) {
            self.inventory_problem(reader.file, whole, &message);
        }
        if !declared {
            tree.undeclare(name);
        }
    }

    pub(super) fn inventory_problem(&mut self, file: &Arc<SourceFile>, at: Range<usize>, message: &str) {
        self.problems.add(Problem::error("inventory-syntax", message).at(Location::new(file, at)));
    }

    /// Notes where variables of the inventory were written.
    pub(super) fn hold_inventory(&mut self, file: &Arc<SourceFile>, owner: Owner, entries: &[(Node, Node)]) {
        let Some((first, _)) = entries.first() else { return };
        let node = Node { value: NodeKind::Mapping(entries.to_vec().into()), tag: None, span: first.span };
        self.origins.add_variables(owner, file, node);
    }
}

/// The group and the kind of `[group:kind]`, with whatever comment follows.
fn section(line: &str) -> Option<(&str, Option<&str>)> {
    let (inner, rest) = line.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let (group, kind) = match inner.split_once(':') {
        Some((group, kind)) => (group, Some(kind)),
        None => (inner, None),
    };
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_group = !group.is_empty() && !group.contains(char::is_whitespace);
    (is_group && kind.is_none_or(is_word)).then_some((group, kind))
}

/// A value as the INI form types it: a Python literal, or text. Tuples become lists.
fn typed(text: &str) -> Value {
    fn lists(value: Value) -> Value {
        match value {
            Value::Tuple(items) | Value::List(items) => items.iter().cloned().map(lists).collect(),
            Value::Map(map) => {
                Value::Map(map.iter().map(|(key, value)| (key.clone(), lists(value.clone()))).collect())
            }
            Value::Bytes(bytes) => Value::from(String::from_utf8_lossy(&bytes).into_owned()),
            other => other,
        }
    }
    // Python forgives a comment behind a literal; a `#` within a string is none.
    let before_comment = text.match_indices('#').map(|(at, _)| text.get(..at).unwrap_or_default().trim_end());
    let literal = literal_eval(text).or_else(|| before_comment.take(16).find_map(literal_eval));
    marked(literal.map_or_else(|| Value::str(text), lists))
}

/// A variable as nodes, so that templates in it are found like all others. The place of the value is that of its text in
/// `written`, or all of `written` where quotes make it differ.
fn entry(file: &SourceFile, key: &str, value: &str, written: Range<usize>, line: usize) -> (Node, Node) {
    let text = file.text.get(written.clone()).unwrap_or_default();
    let start = text.rfind(value).map_or(written.start, |at| written.start + at);
    let line_start = file.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let pos = |offset: usize| {
        let column = file.text.get(line_start..offset).map_or(0, |text| text.chars().count()) + 1;
        Pos::new(line, column, offset)
    };
    let scalar = |text: &str, from: usize, to: usize| Node {
        value: NodeKind::Scalar { text: Arc::from(text), style: Style::Plain },
        tag: None,
        span: Span::new(pos(from), to),
    };
    let end = if text.contains(value) { start + value.len() } else { written.end };
    (scalar(key, written.start, written.start + key.len().min(text.len())), scalar(value, start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        assert_eq!(section("[web]"), Some(("web", None)));
        assert_eq!(section("[web:vars] # x"), Some(("web", Some("vars"))));
        assert_eq!(section("[a b]"), None);
        assert_eq!(section("[1:3].example.com"), None);
        assert_eq!(section("web1"), None);
    }

    #[test]
    fn values_are_python_literals() {
        assert_eq!(typed("22"), Value::Int(22));
        assert_eq!(typed("True"), Value::Bool(true));
        assert_eq!(typed("true"), Value::str("true"));
        assert_eq!(typed("(1, 'a')"), Value::list([Value::Int(1), Value::str("a")]));
        assert_eq!(typed("0644"), Value::str("0644"));
        assert_eq!(typed("['a#b'] # c"), Value::list([Value::str("a#b")]));
        assert_eq!(typed("a # b"), Value::str("a # b"));
        assert_eq!(typed("{{ x }}"), Value::Template("{{ x }}".into()));
        assert_eq!(typed("['{{ x }}']"), Value::list([Value::Template("{{ x }}".into())]));
    }
}
