//! Values with behaviour of their own.

use std::any::Any;

use crate::value::Value;

/// Something that a template can ask for attributes: a loop, a namespace, a macro. Calling one is the template engine's
/// business, which knows its own objects through [`Object::as_any`].
pub trait Object: Send + Sync {
    /// The name of its type, as Python would say it.
    fn type_name(&self) -> &str;

    /// The attribute or item called `name`.
    fn get(&self, name: &str) -> Option<Value>;

    /// Its text form.
    fn text(&self) -> String;

    /// Itself, for whoever knows the concrete type.
    fn as_any(&self) -> &dyn Any;
}
