//! Filters that search and replace by regular expressions.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::regex::{self, Captures, Flags, Replacement};
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("regex_replace", regex_replace),
    Filter::new("regex_search", regex_search),
    Filter::new("regex_findall", regex_findall),
    Filter::new("regex_escape", regex_escape),
];

/// `value | regex_replace(pattern='', replacement='', ignorecase=false, multiline=false, count=0, mandatory_count=0)`
fn regex_replace(call: &mut Call<'_>) -> Result<Value, Error> {
    let pattern = call.text_arg(0, "pattern", "")?;
    let replacement = call.text_arg(1, "replacement", "")?;
    let flags = Flags { ignore_case: call.flag(2, "ignorecase")?, multi_line: call.flag(3, "multiline")? };
    let count = call.int_arg(4, "count", 0)?;
    let mandatory_count = call.int_arg(5, "mandatory_count", 0)?;
    call.finish()?;
    let text = call.value_text()?;
    let regex = regex::compile(&pattern, flags)?;
    let replacement = Replacement::parse(&replacement, &regex)?;
    let limit = usize::try_from(count).unwrap_or(0);
    let (replaced, found) = regex::replace(&regex, &text, &replacement, limit)?;
    if mandatory_count != 0 && i64::try_from(found) != Ok(mandatory_count) {
        return Err(Error::value_error(format!(
            "'{pattern}' should match {mandatory_count} times, but matches {count} times in '{text}'"
        )));
    }
    Ok(Value::from(replaced))
}

/// A group that `regex_search` is asked for.
enum Group {
    Number(usize),
    Name(String),
}

/// The text of a group; `none` if it took no part in the match.
fn group(captures: &Captures<'_>, group: &Group) -> Value {
    let found = match group {
        Group::Number(number) => captures.get(*number),
        Group::Name(name) => captures.name(name),
    };
    found.map_or(Value::None, |found| Value::str(found.as_str()))
}

/// `value | regex_search(pattern, *groups, ignorecase=false, multiline=false)`: the match, or a list of the groups that are
/// asked for by `'\\1'` and `'\\g<name>'`; `none` without a match
fn regex_search(call: &mut Call<'_>) -> Result<Value, Error> {
    let pattern = call.required(0, "regex")?;
    let pattern = call.text(&pattern)?;
    let mut groups = Vec::new();
    for wanted in call.rest(1) {
        let wanted = call.text(&wanted)?;
        let name = wanted
            .strip_prefix("\\g")
            .map(|name| name.strip_prefix('<').and_then(|name| name.strip_suffix('>')));
        groups.push(match (name, wanted.strip_prefix('\\')) {
            (Some(Some(name)), _) => Group::Name(name.to_owned()),
            (None, Some(number)) => {
                let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
                Group::Number(digits.parse().map_err(|_| Error::value_error("Unknown argument"))?)
            }
            _ => return Err(Error::value_error("Unknown argument")),
        });
    }
    let mut named = call.rest_named();
    let mut flag = |name: &str| named.remove(name).is_some_and(|it| it.is_true());
    let flags = Flags { ignore_case: flag("ignorecase"), multi_line: flag("multiline") };
    let text = call.value_text()?;
    let regex = regex::compile(&pattern, flags)?;
    let Some(captures) = regex::search(&regex, &text)? else {
        return Ok(Value::None);
    };
    if groups.is_empty() {
        return Ok(group(&captures, &Group::Number(0)));
    }
    for wanted in &groups {
        let known = match wanted {
            Group::Number(number) => *number < regex.captures_len(),
            Group::Name(name) => regex.capture_names().flatten().any(|known| known == name),
        };
        if !known {
            return Err(Error::value_error("no such group"));
        }
    }
    Ok(groups.iter().map(|wanted| group(&captures, wanted)).collect())
}

/// `value | regex_findall(pattern, multiline=false, ignorecase=false)`: the matches; with one group in the pattern, what it
/// matched; with several, tuples
fn regex_findall(call: &mut Call<'_>) -> Result<Value, Error> {
    let pattern = call.required(0, "regex")?;
    let pattern = call.text(&pattern)?;
    let flags = Flags { multi_line: call.flag(1, "multiline")?, ignore_case: call.flag(2, "ignorecase")? };
    call.finish()?;
    let text = call.value_text()?;
    let regex = regex::compile(&pattern, flags)?;
    let groups = regex.captures_len();
    let text_of =
        |captures: &Captures<'_>, number| Value::str(captures.get(number).map_or("", |group| group.as_str()));
    let found = regex::all(&regex, &text, usize::MAX)?;
    Ok(found
        .iter()
        .map(|captures| match groups {
            0 | 1 => text_of(captures, 0),
            2 => text_of(captures, 1),
            _ => Value::tuple((1..groups).map(|number| text_of(captures, number))),
        })
        .collect())
}

/// `value | regex_escape(re_type='python')`
fn regex_escape(call: &mut Call<'_>) -> Result<Value, Error> {
    let kind = call.text_arg(0, "re_type", "python")?;
    call.finish()?;
    let text = call.value_text()?;
    match kind.as_str() {
        "python" => Ok(Value::from(regex::escape(&text))),
        "posix_basic" => {
            let special = |c: char| matches!(c, ']' | '[' | '.' | '^' | '$' | '*' | '\\');
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                if special(c) {
                    out.push('\\');
                }
                out.push(c);
            }
            Ok(Value::from(out))
        }
        "posix_extended" => Err(Error::value_error(format!("Regex type ({kind}) not yet implemented"))),
        _ => Err(Error::value_error(format!("Invalid regex type ({kind})"))),
    }
}
