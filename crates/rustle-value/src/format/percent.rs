//! `'%s' % value`.

use num_bigint::BigInt;
use num_traits::Signed;

use super::number::float_digits;
use crate::ops::{self, OpError};
use crate::python;
use crate::value::Value;

/// The widest field and the highest precision.
pub(super) const MAX_WIDTH: usize = 1 << 20;

/// `template % values`: a tuple gives one value after another, a dictionary those that `%(name)s` asks for, anything else
/// is the only value.
///
/// # Errors
/// As Python's: too few or too many values, wrong types, unknown letters.
pub fn percent(template: &str, values: &Value) -> Result<String, OpError> {
    let mut arguments = Arguments { values, next: 0, by_name: false };
    let mut out = String::with_capacity(template.len());
    let mut chars = template.chars().enumerate().peekable();
    while let Some((_, c)) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut field = Field::default();
        if chars.next_if(|(_, c)| *c == '(').is_some() {
            field.name = Some(name(&mut chars)?);
        }
        while let Some((_, flag)) = chars.next_if(|(_, c)| "-+ #0".contains(*c)) {
            match flag {
                '-' => field.left = true,
                '+' => field.plus = true,
                ' ' => field.space = true,
                '#' => field.alternate = true,
                _ => field.zero = true,
            }
        }
        if let Some(width) = number(&mut chars, &mut arguments)? {
            field.left |= width < 0;
            field.width = width.unsigned_abs().try_into().unwrap_or(usize::MAX);
        }
        if chars.next_if(|(_, c)| *c == '.').is_some() {
            let precision = number(&mut chars, &mut arguments)?.unwrap_or(0);
            field.precision = Some(usize::try_from(precision).unwrap_or(0));
        }
        if field.width > MAX_WIDTH || field.precision.is_some_and(|precision| precision > MAX_WIDTH) {
            return Err(OpError::Value("width too big".into()));
        }
        chars.next_if(|(_, c)| matches!(c, 'h' | 'l' | 'L'));
        let Some((index, letter)) = chars.next() else {
            return Err(OpError::Value("incomplete format".into()));
        };
        if letter == '%' {
            out.push('%');
            continue;
        }
        if !"srabdiuoxXeEfFgGc".contains(letter) {
            return Err(OpError::Value(format!(
                "unsupported format character '{}' (0x{:x}) at index {index}",
                if python::is_printable(letter) { letter } else { '?' },
                u32::from(letter)
            )));
        }
        let value = match &field.name {
            Some(name) => arguments.named(name)?,
            None => arguments.positional()?,
        };
        out.push_str(&field.text(letter, &value)?);
    }
    arguments.finish()?;
    Ok(out)
}

type Chars<'a> = std::iter::Peekable<std::iter::Enumerate<std::str::Chars<'a>>>;

/// The name in `%(name)s`; parentheses in it must balance.
fn name(chars: &mut Chars<'_>) -> Result<String, OpError> {
    let mut name = String::new();
    let mut depth = 1;
    for (_, c) in chars {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(name);
        }
        name.push(c);
    }
    Err(OpError::Value("incomplete format key".into()))
}

/// A width or precision: digits, or `*`, which takes it from the values.
fn number(chars: &mut Chars<'_>, arguments: &mut Arguments<'_>) -> Result<Option<i64>, OpError> {
    if chars.next_if(|(_, c)| *c == '*').is_some() {
        let width = arguments.positional()?.as_int();
        return width.map(Some).ok_or_else(|| OpError::Type("* wants int".into()));
    }
    let mut digits = String::new();
    while let Some((_, c)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
        digits.push(c);
    }
    match digits.as_str() {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| OpError::Value("width too big".into())),
    }
}

struct Arguments<'a> {
    values: &'a Value,
    next: usize,
    by_name: bool,
}

impl Arguments<'_> {
    fn positional(&mut self) -> Result<Value, OpError> {
        let value = match self.values {
            Value::Tuple(items) => items.get(self.next).cloned(),
            only => (self.next == 0).then(|| only.clone()),
        };
        self.next += 1;
        value.ok_or_else(|| OpError::Type("not enough arguments for format string".into()))
    }

    fn named(&mut self, name: &str) -> Result<Value, OpError> {
        self.by_name = true;
        match self.values {
            Value::Map(map) => {
                map.get(name).cloned().ok_or_else(|| OpError::Value(python::repr(&Value::str(name))))
            }
            _ => Err(OpError::Type("format requires a mapping".into())),
        }
    }

    /// Refuses values that nobody asked for. Python takes what has items for a mapping, which need not be used up.
    fn finish(&self) -> Result<(), OpError> {
        let unused = match self.values {
            Value::Tuple(items) => self.next < items.len(),
            Value::Map(_) | Value::List(_) => false,
            _ => self.next == 0,
        };
        if unused && !self.by_name {
            return Err(OpError::Type("not all arguments converted during string formatting".into()));
        }
        Ok(())
    }
}

#[derive(Default)]
struct Field {
    name: Option<String>,
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Field {
    fn text(&self, letter: char, value: &Value) -> Result<String, OpError> {
        if let Value::Undefined(undefined) = value {
            return Err(OpError::Undefined(undefined.clone()));
        }
        match letter {
            's' => Ok(self.padded("", &self.cut(python::str(value)), false)),
            'r' => Ok(self.padded("", &self.cut(python::repr(value)), false)),
            'a' => Ok(self.padded("", &self.cut(python::ascii(value)), false)),
            'c' => self.character(value),
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => self.integer(letter, value),
            _ => self.float(letter, value),
        }
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        }
    }

    fn character(&self, value: &Value) -> Result<String, OpError> {
        let c = match value {
            Value::Int(code) => u32::try_from(*code)
                .ok()
                .filter(|code| *code < 0x11_0000)
                .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
                .ok_or_else(|| OpError::Overflow("%c arg not in range(0x110000)".into()))?,
            Value::Str(text) if text.chars().count() == 1 => text.chars().next().unwrap_or_default(),
            _ => return Err(OpError::Type("%c requires int or char".into())),
        };
        Ok(self.padded("", &c.to_string(), false))
    }

    fn integer(&self, letter: char, value: &Value) -> Result<String, OpError> {
        let decimal = matches!(letter, 'd' | 'i' | 'u');
        let int: BigInt = match value {
            Value::Int(int) => (*int).into(),
            Value::Bool(bool) => u8::from(*bool).into(),
            Value::BigInt(int) => BigInt::clone(int),
            Value::Float(float) if decimal => match ops::truncate(*float)? {
                Value::Int(int) => int.into(),
                Value::BigInt(int) => BigInt::clone(&int),
                _ => BigInt::ZERO,
            },
            other => {
                let wanted = if decimal { "a real number" } else { "an integer" };
                return Err(OpError::Type(format!(
                    "%{letter} format: {wanted} is required, not {}",
                    other.type_name()
                )));
            }
        };
        let (radix, prefix) = match letter {
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = int.abs().to_str_radix(radix);
        if letter == 'X' {
            digits = digits.to_ascii_uppercase();
        }
        if let Some(missing) = self.precision.and_then(|precision| precision.checked_sub(digits.len())) {
            digits.insert_str(0, &"0".repeat(missing));
        }
        let prefix = if self.alternate { prefix } else { "" };
        Ok(self.padded(&format!("{}{prefix}", self.sign(int.is_negative())), &digits, true))
    }

    fn float(&self, letter: char, value: &Value) -> Result<String, OpError> {
        let float = match value {
            Value::Float(float) => *float,
            Value::Int(int) => *int as f64,
            Value::Bool(bool) => f64::from(u8::from(*bool)),
            Value::BigInt(int) => num_traits::ToPrimitive::to_f64(int.as_ref())
                .filter(|float| float.is_finite())
                .ok_or_else(|| OpError::Overflow("int too large to convert to float".into()))?,
            other => {
                return Err(OpError::Type(format!("must be real number, not {}", other.type_name())));
            }
        };
        let digits = float_digits(float, letter, self.precision.unwrap_or(6), self.alternate);
        Ok(self.padded(self.sign(float.is_sign_negative() && !float.is_nan()), &digits, float.is_finite()))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    /// The text in its field; zeros stand between the sign and the digits of a number.
    fn padded(&self, sign: &str, text: &str, is_number: bool) -> String {
        let missing = self.width.saturating_sub(sign.chars().count() + text.chars().count());
        if self.left {
            format!("{sign}{text}{}", " ".repeat(missing))
        } else if self.zero && is_number {
            format!("{sign}{}{text}", "0".repeat(missing))
        } else {
            format!("{}{sign}{text}", " ".repeat(missing))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::literal_eval;

    /// Recorded from CPython.
    #[test]
    fn results_are_pythons() {
        for (template, values, wanted) in [
            (
                "%5.1f|%-5d|%+d|% d|%05d|%#x|%#o",
                "(1.25, 3, 4, 5, -6, 255, 8)",
                "  1.2|3    |+4| 5|-0006|0xff|0o10",
            ),
            ("%.3s|%10r", "('abcdef', 'x')", "abc|       'x'"),
            ("%i%%", "True", "1%"),
            ("%*d", "(5, 3)", "    3"),
            ("%e|%G", "(12345.678, 1e-10)", "1.234568e+04|1E-10"),
            ("%d", "1e20", "100000000000000000000"),
            ("%d", "1.9", "1"),
            ("%s", "{'a': 1}", "{'a': 1}"),
            ("%(a)5.1f %(b)s", "{'a': 2, 'b': None}", "  2.0 None"),
            ("x", "[1]", "x"),
            ("%c%c", "(65, 'b')", "Ab"),
            ("%a", "'é'", "'\\xe9'"),
            ("%010.2f", "-3.14159", "-000003.14"),
        ] {
            let value = literal_eval(values).unwrap();
            assert_eq!(percent(template, &value).as_deref(), Ok(wanted), "{template:?} % {values}");
        }
    }

    #[test]
    fn errors_are_pythons() {
        for (template, values, wanted) in [
            ("a", "1", "not all arguments converted during string formatting"),
            ("%d", "'a'", "%d format: a real number is required, not str"),
            ("%s %s", "1", "not enough arguments for format string"),
            ("%(a)s", "1", "format requires a mapping"),
            ("%(a)s", "{}", "'a'"),
            ("%z", "1", "unsupported format character 'z' (0x7a) at index 1"),
            ("%", "()", "incomplete format"),
            ("%x", "1.5", "%x format: an integer is required, not float"),
            ("%c", "'ab'", "%c requires int or char"),
            ("%f", "'a'", "must be real number, not str"),
            ("%s", "()", "not enough arguments for format string"),
            ("%999999999999d", "1", "width too big"),
        ] {
            let value = literal_eval(values).unwrap();
            assert_eq!(percent(template, &value).unwrap_err().to_string(), wanted, "{template:?} % {values}");
        }
    }
}
