//! Format specifications: what stands behind the colon in `{:>10,.2f}`.

use num_bigint::BigInt;
use num_traits::Signed;

use super::number::{float_digits, grouped};
use super::percent::MAX_WIDTH;
use crate::ops::OpError;
use crate::python;
use crate::value::Value;

/// `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`
struct Spec {
    fill: char,
    align: Option<char>,
    sign: char,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Python's `format(value, spec)`.
///
/// # Errors
/// If the specification is none, or not one for values of this type.
pub fn format_value(value: &Value, spec: &str) -> Result<String, OpError> {
    if let Value::Undefined(undefined) = value {
        return Err(OpError::Undefined(undefined.clone()));
    }
    if spec.is_empty() {
        return Ok(python::str(value));
    }
    let parse = || Spec::parse(spec, value);
    match value {
        Value::Str(text) | Value::Template(text) => parse()?.text(text),
        Value::Int(int) => parse()?.integer(&(*int).into(), value),
        Value::Bool(bool) => parse()?.integer(&u8::from(*bool).into(), value),
        Value::BigInt(int) => parse()?.integer(int, value),
        Value::Float(float) => parse()?.float(*float, value),
        other => Err(OpError::Type(format!(
            "unsupported format string passed to {}.__format__",
            other.type_name()
        ))),
    }
}

/// The number that comes next, if one does.
fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, OpError> {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if digits.is_empty() {
        return Ok(None);
    }
    let number = digits.parse().ok().filter(|number| *number <= MAX_WIDTH);
    number.map(Some).ok_or_else(|| OpError::Value("Too many decimal digits in format string".into()))
}

impl Spec {
    fn parse(text: &str, value: &Value) -> Result<Spec, OpError> {
        let invalid = || {
            OpError::Value(format!(
                "Invalid format specifier '{text}' for object of type '{}'",
                value.type_name()
            ))
        };
        let is_align = |c: char| matches!(c, '<' | '>' | '=' | '^');
        let mut rest = text.chars().peekable();
        let mut spec = Spec {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        };
        let mut ahead = text.chars();
        let fill = ahead.next().filter(|_| ahead.next().is_some_and(is_align));
        if let Some(fill) = fill {
            spec.fill = fill;
            rest.next();
        }
        spec.align = rest.next_if(|c| is_align(*c));
        spec.sign = rest.next_if(|c| matches!(c, '+' | '-' | ' ')).unwrap_or('-');
        if rest.next_if_eq(&'z').is_some() && !matches!(value, Value::Float(_)) {
            let kind = if matches!(value, Value::Str(_)) { "string" } else { "integer" };
            return Err(OpError::Value(format!(
                "Negative zero coercion (z) not allowed in {kind} format specifier"
            )));
        }
        spec.alternate = rest.next_if_eq(&'#').is_some();
        if rest.next_if_eq(&'0').is_some() && fill.is_none() {
            spec.fill = '0';
            spec.align = spec.align.or(Some(if matches!(value, Value::Str(_)) { '<' } else { '=' }));
        }
        spec.width = number(&mut rest)?.unwrap_or(0);
        spec.grouping = rest.next_if(|c| matches!(c, ',' | '_'));
        if rest.next_if_eq(&'.').is_some() {
            let precision = number(&mut rest)?
                .ok_or_else(|| OpError::Value("Format specifier missing precision".into()))?;
            spec.precision = Some(precision);
        }
        spec.kind = rest.next();
        if rest.next().is_some() { Err(invalid()) } else { Ok(spec) }
    }

    fn unknown_code(code: char, value: &Value) -> OpError {
        OpError::Value(format!("Unknown format code '{code}' for object of type '{}'", value.type_name()))
    }

    fn text(&self, text: &str) -> Result<String, OpError> {
        let refuse =
            |what: &str| Err(OpError::Value(format!("{what} not allowed in string format specifier")));
        if let Some(kind) = self.kind.filter(|kind| *kind != 's') {
            return Err(Spec::unknown_code(kind, &Value::str("")));
        }
        if let Some(grouping) = self.grouping {
            return Err(OpError::Value(format!("Cannot specify '{grouping}' with 's'.")));
        }
        match (self.sign, self.alternate, self.align) {
            ('+' | ' ', ..) => return refuse(if self.sign == ' ' { "Space" } else { "Sign" }),
            (_, true, _) => return refuse("Alternate form (#)"),
            (.., Some('=')) => return refuse("'=' alignment"),
            _ => {}
        }
        let text: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        Ok(self.padded("", &text, self.align.unwrap_or('<')))
    }

    fn integer(&self, int: &BigInt, value: &Value) -> Result<String, OpError> {
        let kind = self.kind.unwrap_or('d');
        if matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') {
            let float = num_traits::ToPrimitive::to_f64(int).filter(|float| float.is_finite());
            let float = float.ok_or_else(|| OpError::Overflow("int too large to convert to float".into()))?;
            return self.float(float, &Value::Float(float));
        }
        if self.precision.is_some() {
            return Err(OpError::Value("Precision not allowed in integer format specifier".into()));
        }
        let (radix, prefix) = match kind {
            'd' | 'n' => (10, ""),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            'o' => (8, "0o"),
            'b' => (2, "0b"),
            'c' => {
                let code = num_traits::ToPrimitive::to_u32(int).and_then(char::from_u32);
                let c = code.ok_or_else(|| OpError::Overflow("%c arg not in range(0x110000)".into()))?;
                return Ok(self.padded("", &c.to_string(), self.align.unwrap_or('<')));
            }
            other => return Err(Spec::unknown_code(other, value)),
        };
        if let Some(grouping) =
            self.grouping.filter(|grouping| kind == 'n' || (*grouping == ',' && radix != 10))
        {
            return Err(OpError::Value(format!("Cannot specify '{grouping}' with '{kind}'.")));
        }
        let mut digits = int.abs().to_str_radix(radix);
        if kind == 'X' {
            digits = digits.to_ascii_uppercase();
        }
        let prefix = if self.alternate { prefix } else { "" };
        let head = format!("{}{prefix}", self.sign_of(int.is_negative()));
        let size = if radix == 10 { 3 } else { 4 };
        Ok(self.number(&head, &digits, "", size))
    }

    fn float(&self, float: f64, value: &Value) -> Result<String, OpError> {
        let digits = match self.kind {
            None => match self.precision {
                None => python::float_repr(float.abs()),
                // As `g`, but with a dot always.
                Some(precision) => {
                    let digits = float_digits(float, 'g', precision, self.alternate);
                    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
                    let fits = digits.len() < precision.max(1);
                    match (whole, fits) {
                        (true, true) => digits + ".0",
                        (true, false) => {
                            float_digits(float, 'e', precision.max(1) - 1, self.alternate).replace(".e", "e")
                        }
                        _ => digits,
                    }
                }
            },
            Some('n') => float_digits(float, 'g', self.precision.unwrap_or(6), self.alternate),
            Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) => {
                float_digits(float, kind, self.precision.unwrap_or(6), self.alternate)
            }
            Some(other) => return Err(Spec::unknown_code(other, value)),
        };
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, tail) = digits.split_at(whole);
        let head = self.sign_of(float.is_sign_negative() && !float.is_nan());
        Ok(self.number(head, digits, tail, 3))
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        }
    }

    /// A number of a sign (and prefix), whole digits, and a tail. Zeros that fill are grouped with the digits.
    fn number(&self, head: &str, digits: &str, tail: &str, group_size: usize) -> String {
        let align = self.align.unwrap_or('>');
        let Some(separator) = self.grouping else {
            return self.padded(head, &format!("{digits}{tail}"), align);
        };
        let mut digits = digits.to_owned();
        if align == '=' && self.fill == '0' {
            let room = self.width.saturating_sub(head.chars().count() + tail.chars().count());
            while grouped(&digits, separator, group_size).len() < room {
                digits.insert(0, '0');
            }
        }
        self.padded(head, &format!("{}{tail}", grouped(&digits, separator, group_size)), align)
    }

    fn padded(&self, head: &str, text: &str, align: char) -> String {
        let missing = self.width.saturating_sub(head.chars().count() + text.chars().count());
        let fill = |n: usize| self.fill.to_string().repeat(n);
        match align {
            '<' => format!("{head}{text}{}", fill(missing)),
            '^' => format!("{}{head}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{head}{}{text}", fill(missing)),
            _ => format!("{}{head}{text}", fill(missing)),
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
        for (value, spec, wanted) in [
            ("1", "5", "    1"),
            ("2", "<5", "2    "),
            ("3", "^5", "  3  "),
            ("5", "=+5", "+   5"),
            ("-6", "05d", "-0006"),
            ("1234567", ",", "1,234,567"),
            ("1234567", "_", "1_234_567"),
            ("1234567.891", ",.2f", "1,234,567.89"),
            ("0.25", "%", "25.000000%"),
            ("255", "#x", "0xff"),
            ("255", "X", "FF"),
            ("5", "b", "101"),
            ("65", "c", "A"),
            ("'a'", ">4", "   a"),
            ("'abcdef'", ".3", "abc"),
            ("3.14159", ".3", "3.14"),
            ("'mid'", "*^9", "***mid***"),
            ("-3.14159", "08.3f", "-003.142"),
            ("3", "+", "+3"),
            ("3", " ", " 3"),
            ("1.0", "#g", "1.00000"),
            ("True", "5", "    1"),
            ("0.5", ".0f", "0"),
            ("1e20", "g", "1e+20"),
            ("1234", "010,", "00,001,234"),
            ("1234.5", ",", "1,234.5"),
            ("1e16", "", "1e+16"),
            ("1000.0", ".3", "1e+03"),
            ("100.0", ".4", "100.0"),
            ("255", "#010x", "0x000000ff"),
            ("65535", "_x", "ffff"),
            ("65536", "_x", "1_0000"),
            ("'a'", "05", "a0000"),
            ("1", "f", "1.000000"),
            ("1.5", "10", "       1.5"),
            ("-1.5", "<8", "-1.5    "),
            ("1.0", ".1", "1e+00"),
        ] {
            let value = literal_eval(value).unwrap();
            assert_eq!(format_value(&value, spec).as_deref(), Ok(wanted), "format({value:?}, {spec:?})");
        }
    }

    #[test]
    fn errors_are_pythons() {
        for (value, spec, wanted) in [
            ("'a'", "d", "Unknown format code 'd' for object of type 'str'"),
            ("1", "s", "Unknown format code 's' for object of type 'int'"),
            ("None", "10", "unsupported format string passed to NoneType.__format__"),
            ("'a'", ",", "Cannot specify ',' with 's'."),
            ("'a'", "=5", "'=' alignment not allowed in string format specifier"),
            ("1.5", "x", "Unknown format code 'x' for object of type 'float'"),
            ("1", ".2", "Precision not allowed in integer format specifier"),
            ("1", "5xx", "Invalid format specifier '5xx' for object of type 'int'"),
            ("1", "99999999999999999999", "Too many decimal digits in format string"),
        ] {
            let value = literal_eval(value).unwrap();
            assert_eq!(
                format_value(&value, spec).unwrap_err().to_string(),
                wanted,
                "format({value:?}, {spec:?})"
            );
        }
    }
}
