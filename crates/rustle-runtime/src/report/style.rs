//! Colours, as Ansible uses them.

/// How text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

/// What a text is about, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something went well.
    Ok,
    /// Something changed.
    Changed,
    /// Something was skipped or included.
    Skipped,
    /// Something failed.
    Failed,
    /// Nobody could be reached.
    Unreachable,
    /// A warning.
    Warning,
    /// What is only for who looks closer.
    Debug,
    /// What `-v` shows.
    Verbose,
    /// Nothing in particular.
    Plain,
}

impl Kind {
    fn code(self) -> Option<&'static str> {
        Some(match self {
            Kind::Ok => "0;32",
            Kind::Changed => "0;33",
            Kind::Skipped => "0;36",
            Kind::Failed => "0;31",
            Kind::Unreachable => "1;31",
            Kind::Warning => "1;35",
            Kind::Debug => "1;30",
            Kind::Verbose => "0;34",
            Kind::Plain => return None,
        })
    }
}

impl Style {
    /// With colours or without.
    pub fn new(colour: bool) -> Style {
        Style { colour }
    }

    /// Whether there are colours.
    pub fn is_coloured(self) -> bool {
        self.colour
    }

    /// `text` in its colour, line by line.
    pub fn paint(self, text: &str, kind: Kind) -> String {
        match kind.code().filter(|_| self.colour) {
            None => text.to_owned(),
            Some(code) => {
                let lines: Vec<String> =
                    text.split('\n').map(|line| format!("\x1b[{code}m{line}\x1b[0m")).collect();
                lines.join("\n")
            }
        }
    }
}

/// `text` with everything that could steer a terminal made visible: a result is data.
pub fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    let harmful = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(harmful) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmful(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_colour() {
        assert_eq!(Style::new(true).paint("a\nb", Kind::Ok), "\x1b[0;32ma\x1b[0m\n\x1b[0;32mb\x1b[0m");
        assert_eq!(Style::new(false).paint("a", Kind::Failed), "a");
    }

    #[test]
    fn a_result_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\x1b[2J\tb\n"), "a\\u{1b}[2J\tb\n");
    }
}
