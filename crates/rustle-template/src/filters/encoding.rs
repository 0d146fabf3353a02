//! Text in other forms: base64, JSON, YAML.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rustle_value::json::{self, DumpsOptions};
use rustle_value::yaml::{self, DumpOptions};
use rustle_value::{Map, Value};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::{integer, length};

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("b64encode", b64encode),
    Filter::new("b64decode", b64decode),
    Filter::new("to_json", to_json),
    Filter::new("to_nice_json", to_nice_json),
    Filter::new("tojson", tojson),
    Filter::new("from_json", from_json),
    Filter::new("to_yaml", to_yaml),
    Filter::new("to_nice_yaml", to_nice_yaml),
    Filter::new("from_yaml", from_yaml),
    Filter::new("from_yaml_all", from_yaml_all),
];

/// `text` in an encoding that Python knows by this name.
fn encode(text: &str, encoding: &str) -> Result<Vec<u8>, Error> {
    let little = || text.encode_utf16().flat_map(u16::to_le_bytes);
    Ok(match encoding.to_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => text.as_bytes().to_vec(),
        "utf-16-le" | "utf-16le" => little().collect(),
        "utf-16" => [0xff, 0xfe].into_iter().chain(little()).collect(),
        "utf-16-be" | "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "ascii" | "us-ascii" | "latin-1" | "latin1" | "iso-8859-1" => {
            let last = if encoding.contains("ascii") { '\x7f' } else { '\u{ff}' };
            let byte = |c: char| u8::try_from(u32::from(c)).ok().filter(|_| c <= last);
            text.chars()
                .map(byte)
                .collect::<Option<_>>()
                .ok_or_else(|| Error::value_error(format!("'{encoding}' codec can't encode the text")))?
        }
        _ => return Err(Error::value_error(format!("unknown encoding: {encoding}"))),
    })
}

/// The text that `bytes` are in an encoding; what is none is replaced.
fn decode(bytes: &[u8], encoding: &str) -> Result<String, Error> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        String::from_utf16_lossy(&pairs.iter().copied().map(unit).collect::<Vec<_>>())
    };
    Ok(match encoding.to_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" | "ascii" | "us-ascii" => String::from_utf8_lossy(bytes).into_owned(),
        "utf-16-le" | "utf-16le" => wide(bytes, u16::from_le_bytes),
        "utf-16-be" | "utf-16be" => wide(bytes, u16::from_be_bytes),
        "utf-16" => match bytes {
            [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
            [0xff, 0xfe, rest @ ..] | rest => wide(rest, u16::from_le_bytes),
        },
        "latin-1" | "latin1" | "iso-8859-1" => bytes.iter().copied().map(char::from).collect(),
        _ => return Err(Error::value_error(format!("unknown encoding: {encoding}"))),
    })
}

/// The alphabet that is asked for; what was cut off in the last character does not matter.
fn alphabet(url_safe: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    GeneralPurpose::new(if url_safe { &alphabet::URL_SAFE } else { &alphabet::STANDARD }, config)
}

/// `value | b64encode(encoding='utf-8', urlsafe=false)`
fn b64encode(call: &mut Call<'_>) -> Result<Value, Error> {
    let encoding = call.text_arg(0, "encoding", "utf-8")?;
    let url_safe = call.flag(1, "urlsafe")?;
    call.finish()?;
    let bytes = match &call.value {
        Value::Bytes(bytes) => bytes.to_vec(),
        _ => encode(&call.value_text()?, &encoding)?,
    };
    Ok(Value::from(alphabet(url_safe).encode(bytes)))
}

/// `value | b64decode(encoding='utf-8', urlsafe=false)`: characters outside the alphabet are skipped
fn b64decode(call: &mut Call<'_>) -> Result<Value, Error> {
    let encoding = call.text_arg(0, "encoding", "utf-8")?;
    let url_safe = call.flag(1, "urlsafe")?;
    call.finish()?;
    let (extra, other) = if url_safe { (['-', '_'], ['+', '/']) } else { (['+', '/'], ['-', '_']) };
    let mut packed: String = call
        .value_text()?
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || extra.contains(c) || *c == '=')
        .filter(|c| !other.contains(c))
        .collect();
    // What stands behind the padding is not read.
    if let Some(at) = packed.find('=') {
        let full = at.next_multiple_of(4).min(packed.len());
        packed.truncate(full);
    }
    let bytes = alphabet(url_safe).decode(&packed).map_err(|_| {
        let data = packed.trim_end_matches('=').len();
        Error::value_error(if data % 4 == 1 {
            format!(
                "Invalid base64-encoded string: number of data characters ({data}) cannot be 1 more than a multiple of 4"
            )
        } else {
            "Incorrect padding".to_owned()
        })
    })?;
    Ok(Value::from(decode(&bytes, &encoding)?))
}

/// JSON of the value, in Ansible's profile: keys are text before they are sorted.
fn dumps(call: &Call<'_>, options: &DumpsOptions) -> Result<Value, Error> {
    call.check_whole(&call.value)?;
    let keyed = if options.sort_keys { Some(with_text_keys(&call.value)?) } else { None };
    json::dumps(keyed.as_ref().unwrap_or(&call.value), options).map(Value::from).map_err(json_error)
}

fn json_error(error: json::JsonError) -> Error {
    let key = error.0.strip_prefix("keys must be str, int, float, bool or None, not ");
    Error::type_error(key.map_or(error.0.clone(), |kind| {
        format!("Key of type '{kind}' is not JSON serializable by the 'tagless' profile.")
    }))
}

/// The value with the keys of all its dictionaries as text, as JSON writes them.
fn with_text_keys(value: &Value) -> Result<Value, Error> {
    let items = |items: &[Value]| items.iter().map(with_text_keys).collect::<Result<Vec<_>, Error>>();
    Ok(match value {
        Value::List(list) => Value::from(items(list)?),
        Value::Tuple(tuple) => Value::tuple(items(tuple)?),
        Value::Map(map) => {
            let mut keyed = Map::with_capacity(map.len());
            for (key, value) in map {
                let key = match key {
                    Value::Str(_) | Value::Tuple(_) => key.clone(),
                    other => Value::from(json::dumps(other, &DumpsOptions::default()).map_err(json_error)?),
                };
                keyed.insert(key, with_text_keys(value)?);
            }
            Value::Map(keyed)
        }
        other => other.clone(),
    })
}

/// Takes the named arguments of Python's `json.dumps`.
fn dumps_options(call: &mut Call<'_>, mut options: DumpsOptions) -> Result<DumpsOptions, Error> {
    if let Some(indent) = call.named("indent") {
        options.indent = match indent {
            Value::None => None,
            Value::Str(text) => Some(text.to_string()),
            other => Some(" ".repeat(length(integer(&other)?).min(1 << 10))),
        };
    }
    if let Some(sort) = call.named("sort_keys") {
        options.sort_keys = call.truth(&sort)?;
    }
    if let Some(ascii) = call.named("ensure_ascii") {
        options.ensure_ascii = call.truth(&ascii)?;
    }
    if let Some(separators) = call.named("separators").filter(|it| !it.is_none()) {
        let Some([item, key]) = separators.as_items() else {
            return Err(Error::value_error("separators must be a pair of texts"));
        };
        options.separators = Some((call.text(item)?, call.text(key)?));
    }
    // They choose how Python protects itself; there is nothing to protect here.
    for known in ["profile", "vault_to_text", "preprocess_unsafe", "allow_nan", "skipkeys", "check_circular"]
    {
        call.named(known);
    }
    Ok(options)
}

/// `value | to_json(**kwargs of json.dumps)`
fn to_json(call: &mut Call<'_>) -> Result<Value, Error> {
    call.given(0, "profile");
    let options = dumps_options(call, DumpsOptions::default())?;
    call.finish()?;
    dumps(call, &options)
}

/// `value | to_nice_json(indent=4, sort_keys=true, **kwargs of json.dumps)`
fn to_nice_json(call: &mut Call<'_>) -> Result<Value, Error> {
    call.named("separators");
    for (index, name) in ["indent", "sort_keys"].into_iter().enumerate() {
        if let Some(value) = call.arg(index, name) {
            call.kwargs.insert(name, value);
        }
    }
    let options = dumps_options(call, DumpsOptions::nice())?;
    let options = DumpsOptions { separators: Some((",".into(), ": ".into())), ..options };
    call.finish()?;
    dumps(call, &options)
}

/// `value | tojson(indent=none)`: JSON that can stand in HTML
fn tojson(call: &mut Call<'_>) -> Result<Value, Error> {
    let indent = call.given(0, "indent").map(|it| integer(&it)).transpose()?;
    call.finish()?;
    let indent = indent.map(|it| " ".repeat(length(it).min(1 << 10)));
    let options = DumpsOptions { indent, sort_keys: true, ..DumpsOptions::default() };
    let text = call.text(&dumps(call, &options)?)?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\'' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Ok(Value::from(out))
}

/// `value | from_json`
fn from_json(call: &mut Call<'_>) -> Result<Value, Error> {
    call.given(0, "profile");
    call.finish()?;
    let read = match &call.value {
        Value::Str(text) => json::loads(text),
        Value::Bytes(bytes) => json::loads(&String::from_utf8_lossy(bytes)),
        other => {
            return Err(Error::type_error(format!(
                "the JSON object must be str, bytes or bytearray, not {}",
                other.type_name()
            )));
        }
    };
    read.map_err(|error| Error::value_error(error.0))
}

/// Takes the named arguments of Python's `yaml.dump`.
fn dump_options(call: &mut Call<'_>, mut options: DumpOptions) -> Result<DumpOptions, Error> {
    let mut named: Map = call.rest_named();
    let mut number = |name: &str, default: usize| match named.remove(name) {
        None | Some(Value::None) => Ok(default),
        Some(value) => integer(&value).map(|int| usize::try_from(int).unwrap_or(usize::MAX)),
    };
    options.indent = number("indent", options.indent)?;
    options.width = number("width", options.width)?;
    if let Some(flow) = named.remove("default_flow_style") {
        options.default_flow_style = if flow.is_none() { None } else { Some(call.truth(&flow)?) };
    }
    if let Some(style) = named.remove("default_style") {
        options.default_style = style.as_str().and_then(|style| style.chars().next());
    }
    let mut flag = |name: &str, default: bool| named.remove(name).map_or(default, |value| value.is_true());
    options.sort_keys = flag("sort_keys", options.sort_keys);
    options.explicit_start = flag("explicit_start", options.explicit_start);
    options.explicit_end = flag("explicit_end", options.explicit_end);
    options.allow_unicode = flag("allow_unicode", options.allow_unicode);
    if let Some(name) = named.keys().next() {
        return Err(Error::type_error(format!("dump_all() got an unexpected keyword argument '{name}'")));
    }
    Ok(options)
}

/// `value | to_yaml(**kwargs of yaml.dump)`
fn to_yaml(call: &mut Call<'_>) -> Result<Value, Error> {
    call.rest(0);
    let options = dump_options(call, DumpOptions::ansible())?;
    call.check_whole(&call.value)?;
    yaml::dump(&call.value, &options).map(Value::from).map_err(json_error)
}

/// `value | to_nice_yaml(indent=4, **kwargs of yaml.dump)`
fn to_nice_yaml(call: &mut Call<'_>) -> Result<Value, Error> {
    if let Some(indent) = call.rest(0).into_iter().next() {
        call.kwargs.insert("indent", indent);
    }
    let options = dump_options(call, DumpOptions::nice())?;
    call.check_whole(&call.value)?;
    yaml::dump(&call.value, &options).map(Value::from).map_err(json_error)
}

fn yaml_error(error: yaml::YamlError) -> Error {
    Error::value_error(format!(
        "{}\n  in \"<unicode string>\", line {}, column {}",
        error.message, error.line, error.column
    ))
}

/// `value | from_yaml`; what is no text stays what it is
fn from_yaml(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    match &call.value {
        Value::Str(text) => yaml::load(text).map_err(yaml_error),
        _ => Ok(call.take_value()),
    }
}

/// `value | from_yaml_all`: a list of documents
fn from_yaml_all(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    match &call.value {
        Value::None => Ok(Value::list([])),
        Value::Str(text) => Ok(Value::from(yaml::load_all(text).map_err(yaml_error)?)),
        _ => Ok(call.take_value()),
    }
}
