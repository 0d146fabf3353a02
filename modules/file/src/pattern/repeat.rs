//! Repetitions: what they may follow, and what stands in their braces.

use super::translate::Translator;

/// What stands before, as far as a repetition cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// Nothing, or a position: that cannot be repeated.
    Nothing,
    /// Something that can.
    Item,
    /// A repetition.
    Repeat,
}

impl Translator<'_> {
    /// Fails where there is nothing that the repetition at `start` could repeat.
    pub(super) fn repeat(&self, start: usize) -> Result<(), String> {
        match self.last {
            Last::Item => Ok(()),
            Last::Nothing => Err(format!("nothing to repeat at position {start}")),
            Last::Repeat => Err(format!("multiple repeat at position {start}")),
        }
    }

    /// Takes the sign that makes a repetition lazy or possessive.
    pub(super) fn quantified(&mut self) -> Last {
        for sign in ['?', '+'] {
            if self.take(sign) {
                self.out.push(sign);
                break;
            }
        }
        Last::Repeat
    }

    /// What stands in braces, if it says how often something is repeated; it is taken then. The opening brace is taken
    /// already.
    pub(super) fn bounds(&mut self) -> Result<Option<String>, String> {
        let mut ahead = self.chars.clone();
        let mut body = String::new();
        loop {
            match ahead.next() {
                Some('}') => break,
                Some(c) if c.is_ascii_digit() || c == ',' => body.push(c),
                _ => return Ok(None),
            }
        }
        let bounds = match body.split_once(',') {
            Some((_, high)) if high.contains(',') => return Ok(None),
            Some(("", high)) => format!("{{0,{high}}}"),
            Some((low, high)) => {
                let number = |text: &str| text.parse::<u64>().ok();
                if number(high).is_some_and(|high| number(low).is_none_or(|low| low > high)) {
                    return Err(format!("min repeat greater than max repeat at position {}", self.at));
                }
                format!("{{{low},{high}}}")
            }
            None if body.is_empty() => return Ok(None),
            None => format!("{{{body}}}"),
        };
        self.at += body.len() + 1;
        self.chars = ahead;
        Ok(Some(bounds))
    }
}

#[cfg(test)]
mod tests {
    use super::super::translate::translate;
    use super::super::{Flags, Over};

    fn text(pattern: &str) -> Result<String, String> {
        translate(pattern, Over::Text, Flags::default()).map(|it| it.pattern)
    }

    #[test]
    fn repetitions() {
        for pattern in ["a*?b++c{2}?", "(?P<n>a)(?P=n)*", "a{0,3}", "(?:)*", "[ab]+|c?"] {
            assert_eq!(text(pattern).as_deref(), Ok(pattern));
        }
        assert_eq!(text("a(?#x)*").as_deref(), Ok("a*"));
        assert_eq!(text("a{,}b{,2}").as_deref(), Ok("a{0,}b{0,2}"));
    }

    #[test]
    fn faults_read_as_in_python() {
        for (pattern, message) in [
            ("*", "nothing to repeat at position 0"),
            ("(+a)", "nothing to repeat at position 1"),
            ("^*", "nothing to repeat at position 1"),
            ("a|*b", "nothing to repeat at position 2"),
            ("(?i)*", "nothing to repeat at position 4"),
            ("a**", "multiple repeat at position 2"),
            ("a{2}{3}", "multiple repeat at position 4"),
            ("a{2,1}", "min repeat greater than max repeat at position 2"),
        ] {
            assert_eq!(text(pattern).unwrap_err(), message, "{pattern}");
        }
    }
}
