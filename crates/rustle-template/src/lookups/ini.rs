//! Values of files with sections.

use rustle_value::{Map, Value};

use super::files::read;
use super::{no_more_options, option, switch};
use crate::call::Call;
use crate::error::Error;
use crate::ini::Ini;
use crate::regex::{self, Flags};
use crate::registry::Lookup;
use crate::world::FileKind;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("ini", ini)];

/// `ini`: of `section='global'` in `file='ansible.ini'` of `type='ini'` or `'properties'`, the value of a key, or with
/// `re=true` those of all keys that match; `default=''` for a key that is not there. Options may stand in the term too.
fn ini(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let mut options = Map::new();
    for (name, default) in
        [("type", "ini"), ("file", "ansible.ini"), ("section", "global"), ("encoding", "utf-8")]
    {
        options.insert(name, option(call, name, default)?);
    }
    options.insert("default", call.named("default").unwrap_or_else(|| Value::str("")));
    for (name, default) in [
        ("re", false),
        ("case_sensitive", false),
        ("allow_no_value", false),
        ("allow_none", false),
        ("interpolation", true),
    ] {
        options.insert(name, switch(call, name, default)?);
    }
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let mut options = options.clone();
        let key = inline_options(&call.text(&term)?, &mut options)?;
        let text = |name: &str| options.get(name).map_or(Ok(String::new()), |value| call.text(value));
        let flag = |name: &str| options.get(name).and_then(rustle_value::coerce::as_boolean).unwrap_or(false);
        let (file, mut section) = (text("file")?, text("section")?);
        let mut content = read(call, &file, FileKind::Files)?;
        if text("type")? == "properties" {
            section = "java_properties".to_owned();
            content.insert_str(0, "[java_properties]\n");
        }
        let no_value = flag("allow_no_value") || flag("allow_none");
        let ini = Ini::parse(&content, flag("case_sensitive"), no_value)
            .map_err(|error| error.within(format!("{file}: ")))?;
        let Some(values) = ini.section(&section) else {
            return Err(Error::value_error(format!("No section '{section}' in '{file}'.")));
        };
        let interpolate = |value: &Option<String>| match value {
            Some(value) if flag("interpolation") => ini.interpolated(&values, value, 0).map(Value::from),
            other => Ok(other.clone().into()),
        };
        if flag("re") {
            let regex = regex::compile(&key, Flags::default())?;
            for (name, value) in &values {
                if regex::matches_at_start(&regex, name)? {
                    out.push(interpolate(value)?);
                }
            }
            continue;
        }
        let name = if flag("case_sensitive") { key } else { key.to_lowercase() };
        let found = match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => interpolate(value)?,
            None => options.get("default").cloned().unwrap_or_default(),
        };
        match found {
            Value::None => {}
            Value::List(items) => out.extend(items.iter().cloned()),
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Takes the options out of a term such as `key section=x file=y`; the key.
fn inline_options(term: &str, options: &mut Map) -> Result<String, Error> {
    if !term.contains('=') && !term.trim().contains(' ') {
        return Ok(term.to_owned());
    }
    let mut parts: Vec<String> = Vec::new();
    for word in term.split_whitespace() {
        let is_option = word.split_once('=').is_some_and(|(name, _)| options.contains_key(name));
        match parts.last_mut() {
            Some(last) if !is_option => {
                last.push(' ');
                last.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    let mut key = None;
    for part in parts {
        match part.split_once('=') {
            Some((name, value)) if options.contains_key(name) => {
                options.insert(name, value);
            }
            Some((name, _)) => return Err(Error::value_error(format!("'{name}' is not a valid option."))),
            None => {
                key.get_or_insert(part);
            }
        }
    }
    key.ok_or_else(|| {
        Error::value_error(format!(
            "No key to look up was provided as first term within string inline options: {term}"
        ))
    })
}
