//! Upper and lower case, and the classes of characters.

use crate::python;
use crate::value::Value;

/// The methods without arguments that change case or ask for a class.
pub(super) fn call(name: &str, text: &str) -> Option<Value> {
    let all = |holds: fn(char) -> bool| Some(Value::Bool(!text.is_empty() && text.chars().all(holds)));
    match name {
        "lower" => Some(text.to_lowercase().into()),
        "upper" => Some(text.to_uppercase().into()),
        "casefold" => Some(text.to_lowercase().replace('ß', "ss").into()),
        "capitalize" => Some(capitalize(text).into()),
        "title" => Some(title(text).into()),
        "swapcase" => Some(swap(text).into()),
        "isdigit" => all(is_digit),
        "isdecimal" => all(is_decimal),
        "isnumeric" => all(|c| c.is_numeric()),
        "isalpha" => all(|c| c.is_alphabetic() && !c.is_numeric()),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(is_space),
        "isascii" => Some(text.is_ascii().into()),
        "isprintable" => Some(text.chars().all(python::is_printable).into()),
        "isidentifier" => Some(is_identifier(text).into()),
        "isupper" => {
            Some((text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)).into())
        }
        "islower" => {
            Some((text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)).into())
        }
        "istitle" => Some(is_title(text).into()),
        _ => None,
    }
}

/// The first character in upper case, the others in lower case.
pub fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

/// Every letter behind something that is no letter in upper case, the others in lower case.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        in_word = is_cased(c);
    }
    out
}

fn swap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_uppercase() {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
    }
    out
}

fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase()
}

fn is_title(text: &str) -> bool {
    let (mut in_word, mut found) = (false, false);
    for c in text.chars() {
        if c.is_uppercase() == in_word && is_cased(c) {
            return false;
        }
        in_word = is_cased(c);
        found |= in_word;
    }
    found
}

/// What Python takes for white space.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Where the decimal digits of other scripts begin (Unicode's class `Nd`); ten stand in a row.
const DECIMALS: [u32; 34] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xaa50, 0xff10,
];

fn is_decimal(c: char) -> bool {
    let code = u32::from(c);
    c.is_ascii_digit() || DECIMALS.iter().any(|first| (*first..first + 10).contains(&code))
}

/// A decimal digit, or one that is raised, lowered or in a circle.
fn is_digit(c: char) -> bool {
    is_decimal(c) || matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨')
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}
