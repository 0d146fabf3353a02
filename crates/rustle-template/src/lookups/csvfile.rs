//! Values of files with columns.

use rustle_value::{Map, Value, coerce};

use super::files::read;
use crate::call::Call;
use crate::error::Error;
use crate::registry::Lookup;
use crate::world::FileKind;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("csvfile", csvfile)];

const OPTIONS: [&str; 6] = ["file", "delimiter", "encoding", "default", "col", "keycol"];

/// `csvfile`: of the row whose column `keycol=0` is the term, the column `col=1`; from `file='ansible.csv'` with
/// `delimiter='TAB'`, or else `default=`. Options may stand in the term too.
fn csvfile(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let mut options = Map::new();
    for name in OPTIONS {
        if let Some(value) = call.named(name) {
            options.insert(name, value);
        }
    }
    super::no_more_options(call)?;
    let terms = call.rest(0);
    let no_key = || Error::value_error("Search key is required but was not found");
    if terms.is_empty() {
        return Err(no_key());
    }
    let mut out = Vec::new();
    for term in terms {
        let parsed =
            coerce::parse_kv(&call.text(&term)?, false).map_err(|error| Error::value_error(error.0))?;
        let key = parsed.raw.ok_or_else(no_key)?;
        for (name, value) in parsed.options {
            if !OPTIONS.contains(&name.as_str()) {
                return Err(Error::value_error(format!("'{name}' is not a valid option")));
            }
            options.insert(name, value);
        }
        let text = |name: &str, default: &str| match options.get(name) {
            Some(value) => call.text(value),
            None => Ok(default.to_owned()),
        };
        let column = |name: &str, default: i64| {
            let value = options.get(name).cloned().unwrap_or(Value::Int(default));
            let column = coerce::int(&value).map_err(|error| Error::type_error(error.0))?;
            usize::try_from(column).map_err(|_| Error::value_error(format!("{name} must not be negative")))
        };
        let delimiter = match text("delimiter", "TAB")?.as_str() {
            "TAB" => '\t',
            other => {
                let mut chars = other.chars();
                match (chars.next(), chars.next()) {
                    (Some(only), None) => only,
                    _ => return Err(Error::type_error("\"delimiter\" must be a 1-character string")),
                }
            }
        };
        let (wanted, by) = (column("col", 1)?, column("keycol", 0)?);
        let content = read(call, &text("file", "ansible.csv")?, FileKind::Files)?;
        let mut found = options.get("default").filter(|default| !default.is_none()).cloned();
        for row in rows(&content, delimiter) {
            let Some(cell) = row.get(by) else {
                return Err(Error::value_error("list index out of range"));
            };
            if *cell == key {
                let value = row.get(wanted).ok_or_else(|| Error::value_error("list index out of range"))?;
                found = Some(Value::str(value));
                break;
            }
        }
        match found {
            Some(Value::List(items)) => out.extend(items.iter().cloned()),
            other => out.extend(other),
        }
    }
    Ok(out)
}

/// The rows that are not empty. A cell in quotes may hold delimiters, line ends, and quotes, which are doubled.
fn rows(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut started) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            if c != '"' {
                cell.push(c);
            } else if chars.next_if_eq(&'"').is_some() {
                cell.push('"');
            } else {
                quoted = false;
            }
            continue;
        }
        match c {
            '"' if cell.is_empty() => {
                quoted = true;
                started = true;
            }
            c if c == delimiter => {
                row.push(std::mem::take(&mut cell));
                started = true;
            }
            '\n' | '\r' => {
                if started || !cell.is_empty() {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                started = false;
            }
            c => cell.push(c),
        }
    }
    if started || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted() {
        let rows = rows("a,\"b,\"\"c\"\"\nd\",e\r\n\n,x", ',');
        assert_eq!(rows, [vec!["a", "b,\"c\"\nd", "e"], vec!["", "x"]]);
    }
}
