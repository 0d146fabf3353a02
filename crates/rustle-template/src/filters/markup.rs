//! Filters for HTML and XML.

use rustle_value::{Value, strings};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file. Nothing is escaped automatically, so that `safe` changes nothing.
pub const FILTERS: &[Filter] = &[
    Filter::new("escape", escape),
    Filter::new("e", escape),
    Filter::new("forceescape", escape),
    Filter::new("safe", safe),
    Filter::new("striptags", striptags),
    Filter::with_undefined("xmlattr", xmlattr),
];

/// `value | escape`
fn escape(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(escaped(&call.value_text()?)))
}

/// `value | safe`
fn safe(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(call.value_text()?))
}

/// `text` as it stands in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    out
}

/// `value | striptags`: without comments and tags, runs of white space as one space, entities resolved.
fn striptags(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let text = call.value_text()?;
    let text = without(&without(&text, "<!--", "-->"), "<", ">");
    Ok(Value::from(unescaped(&strings::split_words(&text, None, false).join(" "))))
}

/// `text` without what stands from `open` to `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((_, behind)) = after.split_once(close) else { break };
        out.push_str(before);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// `text` with the entities that [`escaped`] makes, the usual named ones and numeric ones resolved.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.split_once(';').and_then(|(name, behind)| Some((entity(name)?, behind)));
        match entity {
            Some((c, behind)) => {
                out.push(c);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "copy" => Some('©'),
        "mdash" => Some('—'),
        "ndash" => Some('–'),
        "hellip" => Some('…'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// `value | xmlattr(autospace=true)`
fn xmlattr(call: &mut Call<'_>) -> Result<Value, Error> {
    let space = call.arg(0, "autospace").is_none_or(|it| it.is_true());
    call.finish()?;
    let value = call.take_value();
    let Value::Map(map) = call.defined(value)? else {
        return Err(Error::type_error("xmlattr() wants a dictionary"));
    };
    let mut attributes = Vec::with_capacity(map.len());
    for (key, value) in &map {
        if value.is_none() || value.is_undefined() {
            continue;
        }
        let name = call.text(key)?;
        if name.contains(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=')) {
            return Err(Error::value_error(format!("Invalid character in attribute name: {key:?}")));
        }
        attributes.push(format!("{}=\"{}\"", escaped(&name), escaped(&call.text(value)?)));
    }
    let text = attributes.join(" ");
    Ok(Value::from(if space && !text.is_empty() { format!(" {text}") } else { text }))
}
