//! Templates in files of their own.

use rustle_value::{Map, Value};

use super::files::read;
use super::{no_more_options, option, switch};
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::options::HEADER;
use crate::registry::Lookup;
use crate::world::FileKind;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("template", template)];

/// `template`: the results of template files, with `template_vars=` before the variables, and their own delimiters
fn template(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let locals = match call.named("template_vars") {
        None | Some(Value::None) => Map::new(),
        Some(Value::Map(map)) => map,
        Some(other) => {
            return Err(Error::type_error(format!(
                "template_vars must be a dictionary, not {}",
                other.type_name()
            )));
        }
    };
    let mut header = Vec::new();
    for (name, default) in [
        ("variable_start_string", "{{"),
        ("variable_end_string", "}}"),
        ("comment_start_string", "{#"),
        ("comment_end_string", "#}"),
    ] {
        let value = option(call, name, default)?;
        if value != default {
            header.push(format!("{name}:{:?}", Value::from(value)));
        }
    }
    if !switch(call, "trim_blocks", true)? {
        header.push("trim_blocks:False".to_owned());
    }
    // These have no meaning any more.
    call.named("convert_data");
    call.named("jinja2_native");
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let name = call.text(&term)?;
        let source = read(call, &name, FileKind::Templates).map_err(|error| {
            let message = format!("the template file {name} could not be found for the lookup");
            if error.kind() == ErrorKind::Io { Error::new(ErrorKind::Io, message) } else { error }
        })?;
        let source = if header.is_empty() || source.starts_with(HEADER) {
            source
        } else {
            format!("{HEADER}{}\n{source}", header.join(","))
        };
        out.push(call.render(&source, &locals)?);
    }
    Ok(out)
}
