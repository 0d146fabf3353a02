//! A stand-in for the engine's evaluation, until that is there.

use rustle_template::{Engine, Error, Options, Variable, World};
use rustle_value::{Map, Value};

/// What the engine will offer.
pub(crate) trait Evaluate {
    /// Renders.
    fn resolve(&self, value: &Value, world: &dyn World) -> Result<Value, Error>;
    /// Condition.
    fn condition(&self, value: &Value, world: &dyn World) -> Result<bool, Error>;
    /// Bare.
    fn evaluate_text(&self, text: &str, world: &dyn World) -> Result<Value, Error> {
        expression(text, world)
    }
    /// Text.
    fn render_text(&self, text: &str, options: &Options, world: &dyn World) -> Result<String, Error>;
    /// Best effort.
    fn text_as_far_as_possible(&self, value: &Value, world: &dyn World) -> String {
        self.resolve(value, world).map_or_else(|_| value.to_string(), |value| value.to_string())
    }
}

impl Evaluate for Engine {
    fn resolve(&self, value: &Value, world: &dyn World) -> Result<Value, Error> {
        Ok(match value {
            Value::Template(text) => {
                let trimmed = text.trim();
                match trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
                    Some(inner) if !inner.contains("{{") => expression(inner, world)?,
                    _ => Value::from(self.render_text(text, &Options::default(), world)?),
                }
            }
            Value::List(items) => {
                let items: Result<Vec<Value>, Error> =
                    items.iter().map(|it| self.resolve(it, world)).collect();
                Value::from(items?)
            }
            Value::Map(map) => {
                let mut out = Map::new();
                for (key, value) in map {
                    out.insert(key.clone(), self.resolve(value, world)?);
                }
                Value::Map(out)
            }
            other => other.clone(),
        })
    }

    fn condition(&self, value: &Value, world: &dyn World) -> Result<bool, Error> {
        let text = value.to_string();
        let wrap = |error: Error| error.within("Error while evaluating conditional: ");
        Ok(expression(&text, world).map_err(wrap)?.is_true())
    }

    fn render_text(&self, text: &str, _options: &Options, world: &dyn World) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inner, after) = after.split_once("}}").unwrap_or((after, ""));
            out += before;
            out += &expression(inner, world)?.to_string();
            rest = after;
        }
        Ok(out + rest)
    }
}

fn expression(text: &str, world: &dyn World) -> Result<Value, Error> {
    let text = text.trim();
    for (op, negate) in [(" == ", false), (" != ", true)] {
        if let Some((left, right)) = text.split_once(op) {
            return Ok(Value::Bool((expression(left, world)? == expression(right, world)?) != negate));
        }
    }
    if let Some(rest) = text.strip_prefix("not ") {
        return Ok(Value::Bool(!expression(rest, world)?.is_true()));
    }
    if let Ok(int) = text.parse::<i64>() {
        return Ok(Value::Int(int));
    }
    if text.starts_with('\'') || text.starts_with('"') {
        return Ok(Value::str(text.trim_matches(['\'', '"'])));
    }
    match text {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let mut parts = text.split('.');
    let name = parts.next().unwrap_or_default();
    let mut at = match world.variable(name) {
        Some(Variable::Plain(value)) => value,
        Some(Variable::Templated(value)) => Engine::new().resolve(&value, world)?,
        None => return Err(Error::undefined(format!("'{name}' is undefined"))),
    };
    for part in parts {
        let next = match part.parse::<usize>() {
            Ok(index) => at.as_items().and_then(|items| items.get(index)).cloned(),
            Err(_) => at.get(part).cloned(),
        };
        at = next.ok_or_else(|| {
            Error::undefined(format!("object of type '{}' has no attribute '{part}'", at.type_name()))
        })?;
    }
    Ok(at)
}
