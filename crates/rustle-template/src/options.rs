//! [`Options`]: how the text of a template is read.

use rustle_value::Value;

use crate::error::SyntaxError;

/// How the text of a template is read. The default is what Ansible does with a template that stands in a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether the first newline after a block is removed.
    pub trim_blocks: bool,
    /// Whether white space before a block, from the start of its line, is removed.
    pub lstrip_blocks: bool,
    /// Whether newlines at the end of the template stand at the end of the result too, as Ansible sees to.
    pub keep_trailing_newline: bool,
    /// Whether the last newline belongs to the text, so that `{{ 1 }}` before it is no lone expression: Jinja2's own
    /// `keep_trailing_newline`, which only a `#jinja2:` header sets.
    pub newline_is_text: bool,
    /// Whether a backslash in a text literal within `{{ }}` stands for itself, as Ansible has it in playbooks; in files
    /// that `template` renders, and in `{% %}`, it escapes.
    pub escape_backslashes: bool,
    /// What a newline of the template becomes: `\n`, `\r\n` or `\r`.
    pub newline_sequence: Newline,
    /// `{%`
    pub block_start_string: String,
    /// `%}`
    pub block_end_string: String,
    /// `{{`
    pub variable_start_string: String,
    /// `}}`
    pub variable_end_string: String,
    /// `{#`
    pub comment_start_string: String,
    /// `#}`
    pub comment_end_string: String,
    /// Whether `{% do %}` is a tag, as with the extension `jinja2.ext.do`.
    pub do_statements: bool,
    /// Whether `{% break %}` and `{% continue %}` are tags, as with the extension `jinja2.ext.loopcontrols`.
    pub loop_controls: bool,
}

/// What a newline of the template becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Newline {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
    /// `\r`
    Cr,
}

impl Newline {
    /// The characters.
    pub fn as_str(self) -> &'static str {
        match self {
            Newline::Lf => "\n",
            Newline::CrLf => "\r\n",
            Newline::Cr => "\r",
        }
    }

    /// The newline that is written as these characters.
    pub fn parse(text: &str) -> Option<Newline> {
        match text {
            "\n" => Some(Newline::Lf),
            "\r\n" => Some(Newline::CrLf),
            "\r" => Some(Newline::Cr),
            _ => None,
        }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: true,
            newline_is_text: false,
            escape_backslashes: true,
            newline_sequence: Newline::Lf,
            block_start_string: "{%".into(),
            block_end_string: "%}".into(),
            variable_start_string: "{{".into(),
            variable_end_string: "}}".into(),
            comment_start_string: "{#".into(),
            comment_end_string: "#}".into(),
            do_statements: false,
            loop_controls: false,
        }
    }
}

/// How the first line of a template that has options of its own begins.
pub const HEADER: &str = "#jinja2:";

impl Options {
    /// What the `template` module does with a file, before the arguments of the task.
    pub fn file() -> Options {
        Options { escape_backslashes: false, ..Options::default() }
    }

    /// What an included or imported file is read with: the delimiters of the template that includes it.
    pub(crate) fn included(&self) -> Options {
        Options { escape_backslashes: false, keep_trailing_newline: false, ..self.clone() }
    }

    /// Takes over the options in the `#jinja2:` header of `source`, if there is one, and returns how many bytes it has.
    pub(crate) fn take_header(&mut self, source: &str) -> Result<usize, SyntaxError> {
        let Some(rest) = source.strip_prefix(HEADER) else { return Ok(0) };
        let fail = |message: String, len: usize| SyntaxError { message, offset: 0, len: HEADER.len() + len };
        let Some(end) = rest.find('\n') else {
            return Err(fail(format!("Missing newline after '{HEADER}' override."), rest.len()));
        };
        for pair in rest[..end].split(',') {
            if pair.trim().is_empty() {
                return Err(fail(format!("Empty '{HEADER}' override pair not allowed."), end));
            }
            let Some((key, value)) = pair.split_once(':') else {
                let message =
                    format!("Missing key-value separator `:` in '{HEADER}' override pair '{pair}'.");
                return Err(fail(message, end));
            };
            self.set(key.trim(), value.trim()).map_err(|message| fail(message, end))?;
        }
        Ok(HEADER.len() + end + 1)
    }

    fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        let value = literal(text).ok_or_else(|| format!("malformed node or string: {text}"))?;
        let wrong = || format!("The '{HEADER}' override '{key}' cannot be {text}.");
        let flag = match key {
            "trim_blocks" => Some(&mut self.trim_blocks),
            "lstrip_blocks" => Some(&mut self.lstrip_blocks),
            "keep_trailing_newline" => Some(&mut self.newline_is_text),
            _ => None,
        };
        if let Some(flag) = flag {
            *flag = value.as_bool().ok_or_else(wrong)?;
            return Ok(());
        }
        let delimiter = match key {
            "block_start_string" => &mut self.block_start_string,
            "block_end_string" => &mut self.block_end_string,
            "variable_start_string" => &mut self.variable_start_string,
            "variable_end_string" => &mut self.variable_end_string,
            "comment_start_string" => &mut self.comment_start_string,
            "comment_end_string" => &mut self.comment_end_string,
            "newline_sequence" => {
                self.newline_sequence = value.as_str().and_then(Newline::parse).ok_or_else(wrong)?;
                return Ok(());
            }
            "line_statement_prefix" | "line_comment_prefix" => {
                return if value.is_none() {
                    Ok(())
                } else {
                    Err(format!("The '{HEADER}' override '{key}' is not supported."))
                };
            }
            _ => return Err(format!("Invalid '{HEADER}' override key '{key}'.")),
        };
        *delimiter = value.as_str().filter(|text| !text.is_empty()).ok_or_else(wrong)?.to_owned();
        Ok(())
    }

    /// Whether `text` holds the start of a tag.
    pub(crate) fn has_markers(&self, text: &str) -> bool {
        [&self.variable_start_string, &self.block_start_string, &self.comment_start_string]
            .iter()
            .any(|start| text.contains(start.as_str()))
    }

    /// Refuses delimiters that cannot be told apart.
    pub(crate) fn check(&self) -> Result<(), SyntaxError> {
        let (block, variable, comment) =
            (&self.block_start_string, &self.variable_start_string, &self.comment_start_string);
        if block == variable || variable == comment || comment == block {
            let message = "Block, variable and comment start strings must be different.".into();
            return Err(SyntaxError { message, offset: 0, len: 0 });
        }
        Ok(())
    }
}

/// The Python literal in a header: `True`, `False`, `None` or quoted text.
fn literal(text: &str) -> Option<Value> {
    match text {
        "True" => Some(Value::Bool(true)),
        "False" => Some(Value::Bool(false)),
        "None" => Some(Value::None),
        _ => {
            let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            crate::lexer::unescape(inner).ok().map(Value::from)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_changes_delimiters_and_flags() {
        let mut options = Options::default();
        let source = "#jinja2: variable_start_string:'[%', trim_blocks: False, newline_sequence:'\\r\\n'\nx";
        assert_eq!(options.take_header(source), Ok(source.len() - 1));
        assert_eq!(options.variable_start_string, "[%");
        assert!(!options.trim_blocks);
        assert_eq!(options.newline_sequence, Newline::CrLf);
    }

    #[test]
    fn a_wrong_header_is_refused_in_ansibles_words() {
        let error = Options::default().take_header("#jinja2: foo: True\nx").unwrap_err();
        assert_eq!(error.message, "Invalid '#jinja2:' override key 'foo'.");
        let error = Options::default().take_header("#jinja2:foo").unwrap_err();
        assert_eq!(error.message, "Missing newline after '#jinja2:' override.");
    }
}
