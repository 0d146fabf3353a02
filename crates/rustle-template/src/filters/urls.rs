//! Filters over addresses on the web.

use rustle_value::{Map, Value};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::url::Url;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("urlsplit", urlsplit),
    Filter::new("urlencode", urlencode),
    Filter::new("urldecode", urldecode),
];

/// `value | urlsplit(query='')`: all parts of an address, or the one that is asked for
fn urlsplit(call: &mut Call<'_>) -> Result<Value, Error> {
    let wanted = call.text_arg(0, "query", "")?;
    call.finish()?;
    let text = call.value_text()?;
    let url = Url::parse(&text)?;
    let parts = Map::from([
        ("fragment", Value::str(&url.fragment)),
        ("hostname", url.hostname().into()),
        ("netloc", Value::str(&url.netloc)),
        ("password", url.password().into()),
        ("path", Value::str(&url.path)),
        ("port", url.port()?.into()),
        ("query", Value::str(&url.query)),
        ("scheme", Value::str(&url.scheme)),
        ("username", url.username().into()),
    ]);
    if wanted.is_empty() {
        return Ok(Value::Map(parts));
    }
    let found = parts.get(&wanted).cloned();
    found.ok_or_else(|| Error::value_error(format!("urlsplit: unknown URL component: {wanted}")))
}

/// `text` with what has a meaning in an address escaped. In a query a space becomes `+`, and a slash is escaped too.
fn quoted(text: &str, in_query: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            b'/' if !in_query => out.push('/'),
            b' ' if in_query => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `value | urlencode`: of a dictionary or of pairs, a query
fn urlencode(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let pairs: Vec<(Value, Value)> = match &call.value {
        Value::Map(map) => map.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Value::List(items) | Value::Tuple(items) => {
            let mut pairs = Vec::with_capacity(items.len());
            for item in items.iter() {
                let pair = call.iterate(item).map_err(|_| {
                    let kind = item.type_name();
                    Error::type_error(format!("cannot unpack non-iterable {kind} object"))
                })?;
                match pair.as_slice() {
                    [key, value] => pairs.push((key.clone(), value.clone())),
                    other => {
                        return Err(Error::value_error(if other.len() > 2 {
                            "too many values to unpack (expected 2)".to_owned()
                        } else {
                            format!("not enough values to unpack (expected 2, got {})", other.len())
                        }));
                    }
                }
            }
            pairs
        }
        _ => return Ok(Value::from(quoted(&call.value_text()?, false))),
    };
    let encode = |(key, value): (Value, Value)| {
        Ok(format!("{}={}", quoted(&call.text(&key)?, true), quoted(&call.text(&value)?, true)))
    };
    Ok(Value::from(pairs.into_iter().map(encode).collect::<Result<Vec<_>, Error>>()?.join("&")))
}

/// `value | urldecode`
fn urldecode(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let text = call.value_text()?.replace('+', " ");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()))
}
