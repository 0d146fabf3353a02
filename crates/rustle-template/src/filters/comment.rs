//! Text as a comment of some language.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::{integer, length};

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("comment", comment)];

/// A style: its name, its decoration, and what stands before and behind.
const STYLES: [(&str, &str, &str, &str); 5] = [
    ("plain", "# ", "", ""),
    ("erlang", "% ", "", ""),
    ("c", "// ", "", ""),
    ("cblock", " * ", "/*", " */"),
    ("xml", " - ", "<!--", "-->"),
];

/// `value | comment(style='plain', decoration=…, beginning=…, end=…, prefix=…, postfix=…, newline=…, prefix_count=1,
/// postfix_count=1)`
fn comment(call: &mut Call<'_>) -> Result<Value, Error> {
    let style = call.text_arg(0, "style", "plain")?;
    let Some((_, decoration, beginning, end)) = STYLES.into_iter().find(|(name, ..)| *name == style) else {
        return Err(Error::value_error(format!("Invalid style '{style}'.")));
    };
    let mut named = |name: &str, default: &str| match call.named(name) {
        Some(value) => call.text(&value),
        None => Ok(default.to_owned()),
    };
    let decoration = named("decoration", decoration)?;
    let beginning = named("beginning", beginning)?;
    let end = named("end", end)?;
    let newline = named("newline", "\n")?;
    let prefix = named("prefix", decoration.trim_end())?;
    let postfix = named("postfix", decoration.trim_end())?;
    let mut count = |name: &str| call.named(name).map_or(Ok(1), |value| integer(&value).map(length));
    let (prefixes, postfixes) = (count("prefix_count")?.min(1000), count("postfix_count")?.min(1000));
    call.finish()?;
    let text = call.value_text()?;
    let mut out = String::new();
    if !beginning.is_empty() {
        out += &beginning;
        out += &newline;
    }
    if !prefix.is_empty() {
        let line = if prefix == newline { newline.clone() } else { format!("{prefix}{newline}") };
        out += &line.repeat(prefixes);
    }
    let decorated = format!("{decoration}{}", text.replace(&newline, &format!("{newline}{decoration}")));
    out +=
        &decorated.replace(&format!("{decoration}{newline}"), &format!("{}{newline}", decoration.trim_end()));
    out += &format!("{newline}{postfix}").repeat(postfixes);
    if !end.is_empty() {
        out += &newline;
        out += &end;
    }
    Ok(Value::from(out))
}
