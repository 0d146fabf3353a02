//! Values over several lines, as Python's `pprint` lays them out.

use rustle_value::{Value, ops, python};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("pprint", pprint)];

/// How wide a line may be.
const WIDTH: usize = 80;

/// `value | pprint`
fn pprint(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let mut out = String::new();
    write(&call.value, 0, 0, &mut out);
    Ok(Value::from(out))
}

/// The value with its keys sorted on one line.
fn on_one_line(value: &Value) -> String {
    let items = |items: &[Value]| items.iter().map(on_one_line).collect::<Vec<_>>();
    match value {
        Value::List(list) => format!("[{}]", items(list).join(", ")),
        Value::Tuple(tuple) if tuple.len() == 1 => format!("({},)", items(tuple).concat()),
        Value::Tuple(tuple) => format!("({})", items(tuple).join(", ")),
        Value::Map(_) => {
            let entry = |(key, value)| format!("{}: {}", on_one_line(key), on_one_line(value));
            format!("{{{}}}", entries(value).into_iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => python::repr(other),
    }
}

/// The entries by key; by type and text where keys cannot be compared.
fn entries(value: &Value) -> Vec<(&Value, &Value)> {
    let mut entries: Vec<(&Value, &Value)> = value.as_map().into_iter().flatten().collect();
    let unsorted = entries.clone();
    if ops::sort_by_key(&mut entries, |(key, _)| key).is_err() {
        entries = unsorted;
        entries.sort_by_key(|(key, _)| (key.type_name().to_owned(), python::repr(key)));
    }
    entries
}

/// Writes the value from column `indent` on, where `behind` characters must fit behind its last line.
fn write(value: &Value, indent: usize, behind: usize, out: &mut String) {
    let line = on_one_line(value);
    if line.chars().count() + indent + behind <= WIDTH {
        out.push_str(&line);
        return;
    }
    match value {
        Value::List(items) if !items.is_empty() => write_items('[', items, "]", indent, behind, out),
        Value::Tuple(items) if !items.is_empty() => {
            let close = if items.len() == 1 { ",)" } else { ")" };
            write_items('(', items, close, indent, behind, out);
        }
        Value::Map(map) if !map.is_empty() => {
            out.push('{');
            let entries = entries(value);
            let last = entries.len() - 1;
            for (index, (key, value)) in entries.into_iter().enumerate() {
                let key = on_one_line(key);
                out.push_str(&key);
                out.push_str(": ");
                let behind = if index == last { behind + 1 } else { 1 };
                write(value, indent + 1 + key.chars().count() + 2, behind, out);
                separate(index < last, indent, out);
            }
            out.push('}');
        }
        Value::Str(text) => write_text(text, indent, behind, out),
        _ => out.push_str(&line),
    }
}

fn separate(more: bool, indent: usize, out: &mut String) {
    if more {
        out.push_str(",\n");
        out.push_str(&" ".repeat(indent + 1));
    }
}

fn write_items(open: char, items: &[Value], close: &str, indent: usize, behind: usize, out: &mut String) {
    out.push(open);
    let last = items.len() - 1;
    for (index, item) in items.iter().enumerate() {
        let behind = if index == last { behind + close.len() } else { 1 };
        write(item, indent + 1, behind, out);
        separate(index < last, indent, out);
    }
    out.push_str(close);
}

/// Long text becomes several texts, split behind white space; at the outermost level they stand in parentheses.
fn write_text(text: &str, indent: usize, behind: usize, out: &mut String) {
    let (outermost, indent, behind) =
        if indent == 0 { (true, 1, behind + 1) } else { (false, indent, behind) };
    let room = WIDTH.saturating_sub(indent);
    let lines = rustle_value::strings::split_lines(text, true);
    let mut chunks: Vec<String> = Vec::new();
    let last_line = lines.len().saturating_sub(1);
    for (number, line) in lines.into_iter().enumerate() {
        let shown = python::repr(&Value::str(line));
        let last = number == last_line;
        let fits = if last { room.saturating_sub(behind) } else { room };
        if shown.chars().count() <= fits {
            chunks.push(shown);
            continue;
        }
        let words: Vec<&str> = words(line);
        let count = words.len();
        let mut current = String::new();
        for (index, word) in words.into_iter().enumerate() {
            let candidate = format!("{current}{word}");
            let fits = if last && index + 1 == count { room.saturating_sub(behind) } else { room };
            if python::repr(&Value::str(&candidate)).chars().count() > fits {
                if !current.is_empty() {
                    chunks.push(python::repr(&Value::str(&current)));
                }
                current = word.to_owned();
            } else {
                current = candidate;
            }
        }
        if !current.is_empty() {
            chunks.push(python::repr(&Value::str(&current)));
        }
    }
    if let [only] = chunks.as_slice() {
        out.push_str(only);
        return;
    }
    if outermost {
        out.push('(');
    }
    out.push_str(&chunks.join(&format!("\n{}", " ".repeat(indent))));
    if outermost {
        out.push(')');
    }
}

/// The words of a line, each with the white space behind it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let behind = rest[word..].trim_start();
        let (taken, tail) = rest.split_at(rest.len() - behind.len());
        words.push(taken);
        rest = tail;
    }
    words
}
