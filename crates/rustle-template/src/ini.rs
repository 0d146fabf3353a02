//! Files with sections, as Python's `configparser` reads them.

use crate::error::Error;

/// A key and its value; `None` if the file gives none.
type Entry = (String, Option<String>);

/// What a file says, section by section.
pub(crate) struct Ini {
    sections: Vec<(String, Vec<Entry>)>,
}

/// The section whose entries belong to all others too.
const DEFAULT: &str = "DEFAULT";

/// How deep values may refer to each other.
const MAX_DEPTH: usize = 10;

impl Ini {
    /// Reads `text`. Keys are in lower case unless `case_sensitive`; with `no_value` they need no value.
    ///
    /// # Errors
    /// If a line is neither a section nor an entry, or a section or key stands twice.
    pub(crate) fn parse(text: &str, case_sensitive: bool, no_value: bool) -> Result<Ini, Error> {
        let mut sections: Vec<(String, Vec<Entry>)> = vec![(DEFAULT.to_owned(), Vec::new())];
        let mut current: Option<usize> = None;
        let mut key_indent: Option<usize> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let trimmed = line.trim();
            if trimmed.starts_with(['#', ';']) {
                continue;
            }
            let entries = current.and_then(|index| sections.get_mut(index)).map(|(_, entries)| entries);
            let indent = line.len() - line.trim_start().len();
            // A line that is indented further than its key continues the value; so does an empty one.
            if let (Some(depth), Some(entries)) = (key_indent, entries) {
                let value = entries.last_mut().and_then(|(_, value)| value.as_mut());
                match value {
                    Some(value) if trimmed.is_empty() => {
                        value.push('\n');
                        continue;
                    }
                    Some(value) if indent > depth => {
                        value.push('\n');
                        value.push_str(trimmed);
                        continue;
                    }
                    _ => {}
                }
            }
            if trimmed.is_empty() {
                continue;
            }
            if let Some((name, _)) = trimmed.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
                key_indent = None;
                let known = sections.iter().position(|(known, _)| known == name);
                if known.is_some() && name != DEFAULT {
                    return Err(Error::value_error(format!(
                        "line {number}: section '{name}' already exists"
                    )));
                }
                current = known.or_else(|| {
                    sections.push((name.to_owned(), Vec::new()));
                    Some(sections.len() - 1)
                });
                continue;
            }
            let Some((_, entries)) = current.and_then(|index| sections.get_mut(index)) else {
                return Err(Error::value_error(format!("line {number}: File contains no section headers.")));
            };
            let (key, value) = match trimmed.split_once(['=', ':']) {
                Some((key, value)) => (key.trim_end(), Some(value.trim().to_owned())),
                None if no_value => (trimmed, None),
                None => {
                    return Err(Error::value_error(format!(
                        "line {number}: Source contains parsing errors: {trimmed}"
                    )));
                }
            };
            let key = if case_sensitive { key.to_owned() } else { key.to_lowercase() };
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(Error::value_error(format!("line {number}: option '{key}' already exists")));
            }
            entries.push((key, value));
            key_indent = Some(indent);
        }
        for (_, value) in sections.iter_mut().flat_map(|(_, entries)| entries) {
            if let Some(value) = value {
                value.truncate(value.trim_end_matches('\n').len());
            }
        }
        Ok(Ini { sections })
    }

    /// The entries of a section, and those of `DEFAULT` that it does not have itself.
    pub(crate) fn section(&self, name: &str) -> Option<Vec<Entry>> {
        let entries =
            |name: &str| self.sections.iter().find(|(known, _)| known == name).map(|(_, entries)| entries);
        if name == DEFAULT {
            return None;
        }
        let mut all = entries(name)?.clone();
        for (key, value) in entries(DEFAULT).into_iter().flatten() {
            if !all.iter().any(|(known, _)| known == key) {
                all.push((key.clone(), value.clone()));
            }
        }
        Some(all)
    }

    /// `value` with `%(key)s` replaced by other values of the section, and `%%` by one sign.
    ///
    /// # Errors
    /// If a key is not there, something else follows a `%`, or values refer to each other too deeply.
    pub(crate) fn interpolated(&self, entries: &[Entry], value: &str, depth: usize) -> Result<String, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::value_error("Recursion limit exceeded in value substitution"));
        }
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                out.push('%');
                rest = after;
                continue;
            }
            let reference = after.strip_prefix('(').and_then(|tail| tail.split_once(")s"));
            let Some((name, behind)) = reference else {
                return Err(Error::value_error(format!(
                    "'%' must be followed by '%' or '(', found: '%{after}'"
                )));
            };
            let found = entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let Some((_, Some(found))) = found else {
                return Err(Error::value_error(format!(
                    "Bad value substitution: '{name}' is not a valid option name"
                )));
            };
            out.push_str(&self.interpolated(entries, found, depth + 1)?);
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_configparser_reads_them() {
        let text =
            "[DEFAULT]\nhome = /srv\n[a]\nKey: 1\nlong = x\n  y\n# no\nz = %(home)s/%%z\nempty =\n[b]\nq=w\n";
        let ini = Ini::parse(text, false, false).unwrap();
        let section = ini.section("a").unwrap();
        let get =
            |name: &str| section.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.clone());
        assert_eq!(get("key").as_deref(), Some("1"));
        assert_eq!(get("long").as_deref(), Some("x\ny"));
        assert_eq!(get("empty").as_deref(), Some(""));
        assert_eq!(get("home").as_deref(), Some("/srv"));
        assert_eq!(ini.interpolated(&section, &get("z").unwrap(), 0).unwrap(), "/srv/%z");
        assert!(ini.section("c").is_none());
        assert!(Ini::parse("[a]\nx\n", false, false).is_err());
        assert!(Ini::parse("[a]\nx\n", false, true).is_ok());
        assert!(Ini::parse("[a]\nx=1\nx=2\n", false, false).is_err());
    }
}
