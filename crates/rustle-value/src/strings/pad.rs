//! Filling up and cutting away: `center`, `zfill`, `strip` …

use super::{Arguments, is_space};
use crate::ops::OpError;
use crate::value::Value;

/// The widest text that filling up makes.
const MAX_WIDTH: i64 = 1 << 24;

pub(super) fn call(name: &str, text: &str, call: &mut Arguments<'_>) -> Option<Result<Value, OpError>> {
    Some(match name {
        "strip" | "lstrip" | "rstrip" => strip(name, text, call),
        "removeprefix" => {
            call.text(0, "prefix").map(|prefix| text.strip_prefix(&*prefix).unwrap_or(text).into())
        }
        "removesuffix" => {
            call.text(0, "suffix").map(|suffix| text.strip_suffix(&*suffix).unwrap_or(text).into())
        }
        "ljust" | "rjust" | "center" => justify(name, text, call),
        "zfill" => width(call).map(|width| zfill(text, width).into()),
        "expandtabs" => call.int(0, "tabsize", 8).map(|size| expand_tabs(text, size).into()),
        _ => return None,
    })
}

fn strip(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let chars = match call.arg(0, "chars")? {
        None | Some(Value::None) => None,
        Some(Value::Str(chars) | Value::Template(chars)) => Some(chars),
        Some(_) => return Err(OpError::Type(format!("{name} arg must be None or str"))),
    };
    let goes = |c: char| chars.as_ref().map_or_else(|| is_space(c), |chars| chars.contains(c));
    Ok(match name {
        "lstrip" => text.trim_start_matches(goes),
        "rstrip" => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    }
    .into())
}

/// The width that is asked for.
fn width(call: &mut Arguments<'_>) -> Result<usize, OpError> {
    call.required(0, "width")?;
    match call.int(0, "width", 0)? {
        width if width > MAX_WIDTH => Err(OpError::Overflow("the result is too large".into())),
        width => Ok(usize::try_from(width).unwrap_or(0)),
    }
}

fn justify(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let width = width(call)?;
    let fill = match call.arg(1, "fillchar")? {
        None => " ".to_owned(),
        Some(Value::Str(fill)) if fill.chars().count() == 1 => fill.to_string(),
        Some(Value::Str(_)) => {
            return Err(OpError::Type("The fill character must be exactly one character long".into()));
        }
        Some(other) => {
            return Err(OpError::Type(format!(
                "The fill character must be a unicode character, not {}",
                other.type_name()
            )));
        }
    };
    let missing = width.saturating_sub(text.chars().count());
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        // Of an odd number, the larger half stands to the left if the width is odd.
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)).into())
}

fn zfill(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let signed = text.starts_with(['+', '-']);
    let (sign, digits) = text.split_at(usize::from(signed));
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn expand_tabs(text: &str, size: i64) -> String {
    let size = usize::try_from(size.min(MAX_WIDTH)).unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    let mut column = 0usize;
    for c in text.chars() {
        match c {
            '\t' => {
                if let Some(rest) = column.checked_rem_euclid(size) {
                    out.push_str(&" ".repeat(size - rest));
                    column += size - rest;
                }
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}
