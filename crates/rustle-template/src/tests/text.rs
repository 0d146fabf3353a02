//! Tests of text: patterns and addresses.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::regex::{self, Flags};
use crate::registry::Test;
use crate::url::Url;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test::new("match", |call| matched(call, true)),
    Test::new("search", |call| matched(call, false)),
    Test::new("regex", pattern),
    Test::new("uri", |call| address(call, Address::Uri)),
    Test::new("url", |call| address(call, Address::Url)),
    Test::new("urn", |call| address(call, Address::Urn)),
];

/// `value is match(pattern='', ignorecase=false, multiline=false)`, `value is search(…)`
fn matched(call: &mut Call<'_>, at_start: bool) -> Result<bool, Error> {
    let pattern = call.text_arg(0, "pattern", "")?;
    let flags = Flags { ignore_case: call.flag(1, "ignorecase")?, multi_line: call.flag(2, "multiline")? };
    call.finish()?;
    holds(call, &pattern, flags, at_start)
}

/// `value is regex(pattern='', ignorecase=false, multiline=false, match_type='search')`
fn pattern(call: &mut Call<'_>) -> Result<bool, Error> {
    let pattern = call.text_arg(0, "pattern", "")?;
    let flags = Flags { ignore_case: call.flag(1, "ignorecase")?, multi_line: call.flag(2, "multiline")? };
    let kind = call.text_arg(3, "match_type", "search")?;
    call.finish()?;
    match kind.as_str() {
        // The end of the text, to which the whole of it must match.
        "fullmatch" => holds(call, &format!(r"(?:{pattern})\Z"), flags, true),
        "match" => holds(call, &pattern, flags, true),
        _ => holds(call, &pattern, flags, false),
    }
}

fn holds(call: &Call<'_>, pattern: &str, flags: Flags, at_start: bool) -> Result<bool, Error> {
    let regex = regex::compile(pattern, flags)?;
    let text = call.value_text()?;
    if at_start { regex::matches_at_start(&regex, &text) } else { regex::matches(&regex, &text) }
}

#[derive(PartialEq, Eq)]
enum Address {
    Uri,
    Url,
    Urn,
}

/// `value is uri(schemes=none)`, `value is url(schemes=none)`, `value is urn`
fn address(call: &mut Call<'_>, kind: Address) -> Result<bool, Error> {
    let schemes =
        if kind == Address::Urn { Some(Value::list([Value::str("urn")])) } else { call.given(0, "schemes") };
    call.finish()?;
    let Some(Ok(url)) = call.value.as_str().map(Url::parse) else {
        return Ok(false);
    };
    if let Some(schemes) = schemes.filter(Value::is_true)
        && !rustle_value::ops::contains(&schemes, &Value::str(&url.scheme))?
    {
        return Ok(false);
    }
    Ok(kind != Address::Url || !url.netloc.is_empty() || url.scheme == "file")
}
