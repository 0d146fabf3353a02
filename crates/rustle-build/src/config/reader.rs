//! Reads tables of TOML key by key, with the place of everything, and tells the keys that nobody asked for.

use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::mapped;
use crate::suggest;

/// A table that is being read.
pub(crate) struct Table<'a> {
    /// Its name; empty for the whole file.
    name: String,
    file: &'a Arc<SourceFile>,
    entries: Vec<(Spanned<DeString<'a>>, Spanned<DeValue<'a>>)>,
    /// The keys that were asked for.
    asked: Vec<String>,
}

impl<'a> Table<'a> {
    pub(crate) fn parse(file: &'a Arc<SourceFile>, problems: &mut Vec<Problem>) -> Option<Table<'a>> {
        match DeTable::parse(&file.text) {
            Ok(table) => {
                let entries = table.into_inner().into_iter().collect();
                Some(Table { name: String::new(), file, entries, asked: Vec::new() })
            }
            Err(error) => {
                let mut problem = Problem::error("config-syntax", error.message().replace('\n', ", "));
                if let Some(span) = error.span() {
                    problem = problem.at(Location::new(file, span));
                }
                problems.push(problem);
                None
            }
        }
    }

    fn at(&self, span: Range<usize>) -> Location {
        Location::new(self.file, span)
    }

    fn entry(&mut self, key: &str) -> Option<&(Spanned<DeString<'a>>, Spanned<DeValue<'a>>)> {
        self.asked.push(key.to_owned());
        self.entries.iter().find(|(name, _)| name.get_ref().as_ref() == key)
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> String {
        self.file.path.clone()
    }

    /// The keys, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.entries.iter().map(|(key, _)| key.get_ref().to_string()).collect()
    }

    /// Where the key `key` stands.
    pub(crate) fn key_at(&self, key: &str) -> Option<Location> {
        let (name, _) = self.entries.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(self.at(name.span()))
    }

    /// What `read` makes of the value of `key`; a problem if that is none `wanted`.
    fn value<T>(
        &mut self,
        key: &str,
        wanted: &str,
        problems: &mut Vec<Problem>,
        read: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Option<(T, Location)> {
        let (_, value) = self.entry(key)?;
        let (read, span, found) = (read(value.get_ref()), value.span(), describe(value.get_ref()));
        let at = self.at(span);
        match read {
            Some(value) => Some((value, at)),
            None => {
                let message = format!("`{key}` should be {wanted}, and is {found}");
                problems.push(Problem::error("config", message).at(at));
                None
            }
        }
    }

    pub(crate) fn table(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Table<'a>> {
        let file = self.file;
        let read = |value: &DeValue<'a>| Some(value.as_table()?.clone().into_iter().collect());
        let (entries, _) = self.value(key, "a table", problems, read)?;
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Some(Table { name, file, entries, asked: Vec::new() })
    }

    /// The value of `key` as a table if it is one, and as text if it is that.
    pub(crate) fn table_or_text(
        &mut self,
        key: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Result<Table<'a>, (String, Location)>> {
        if self.entry(key)?.1.get_ref().as_str().is_some() {
            return self.text_at(key, problems).map(Err);
        }
        self.table(key, problems).map(Ok)
    }

    pub(crate) fn text_at(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<(String, Location)> {
        self.value(key, "text", problems, |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn text(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<String> {
        self.text_at(key, problems).map(|(text, _)| text)
    }

    pub(crate) fn path(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<(PathBuf, Location)> {
        self.text_at(key, problems).map(|(text, at)| (text.into(), at))
    }

    /// A list of texts, or one text alone.
    pub(crate) fn texts(&mut self, key: &str, problems: &mut Vec<Problem>) -> Vec<(String, Location)> {
        let read = |value: &DeValue<'a>| match value {
            DeValue::String(text) => Some(vec![(text.to_string(), None)]),
            DeValue::Array(items) => items
                .iter()
                .map(|item| Some((item.get_ref().as_str()?.to_owned(), Some(item.span()))))
                .collect(),
            _ => None,
        };
        let found = self.value(key, "text or a list of texts", problems, read);
        let Some((texts, whole)) = found else { return Vec::new() };
        let place = |span: Option<Range<usize>>| span.map_or_else(|| whole.clone(), |span| self.at(span));
        texts.into_iter().map(|(text, span)| (text, place(span))).collect()
    }

    pub(crate) fn boolean(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<bool> {
        self.value(key, "true or false", problems, DeValue::as_bool).map(|(bool, _)| bool)
    }

    pub(crate) fn integer(
        &mut self,
        key: &str,
        range: RangeInclusive<i64>,
        problems: &mut Vec<Problem>,
    ) -> Option<i64> {
        let read = |value: &DeValue<'a>| {
            let integer = value.as_integer()?;
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()
        };
        let (integer, at) = self.value(key, "a whole number", problems, read)?;
        if range.contains(&integer) {
            return Some(integer);
        }
        let message = format!("`{key}` should be between {} and {}", range.start(), range.end());
        problems.push(Problem::error("config", message).at(at));
        None
    }

    /// The table at `key` as it is, for what nobody here looks into.
    pub(crate) fn json(
        &mut self,
        key: &str,
        problems: &mut Vec<Problem>,
    ) -> serde_json::Map<String, serde_json::Value> {
        let read = |value: &DeValue<'a>| match json(value) {
            serde_json::Value::Object(object) => Some(object),
            _ => None,
        };
        self.value(key, "a table", problems, read).map(|(object, _)| object).unwrap_or_default()
    }

    /// Tells the keys that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Vec<Problem>) {
        for (key, value) in &self.entries {
            let name = key.get_ref().as_ref();
            if self.asked.iter().any(|asked| asked == name) {
                continue;
            }
            let message = match self.name.as_str() {
                "" => format!("there is no table `[{name}]`"),
                table => format!("`[{table}]` has no key `{name}`"),
            };
            let known = self.asked.iter().map(String::as_str);
            let problem = Problem::error("unknown-key", message).at(self.at(key.span()));
            let help = match (suggest::closest(name, known.clone()), mapped::of(name)) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(mapped)) => format!("here that is {}", mapped.here),
                (None, None) if self.name.is_empty() && name == mapped::TABLE => {
                    let keys = value.get_ref().as_table().into_iter().flat_map(|table| table.keys());
                    let known = keys.filter_map(|key| mapped::of(key.get_ref()));
                    let told = known.map(|mapped| format!("`{}` is {}", mapped.key, mapped.here));
                    let problem = told.fold(problem, Problem::with_help);
                    problems.push(problem.with_help("docs/CONFIGURATION.md has them all"));
                    continue;
                }
                (None, None) => format!("there are {}", suggest::enumerate(known)),
            };
            problems.push(problem.with_help(help));
        }
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(boolean) => (*boolean).into(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
