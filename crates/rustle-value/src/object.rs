//! Values with behaviour of their own.

use std::any::Any;
use std::cmp::Ordering;

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

    /// Its order relative to `other`, if they have one.
    fn compare(&self, _other: &Value) -> Option<Ordering> {
        None
    }

    /// Whether it equals another object; by default only itself does.
    fn equals(&self, _other: &dyn Object) -> bool {
        false
    }

    /// What an operator (`+`, `-`, `*`, `/` …) gives with `other`, which stands to the left if `reflected`. `None` if the
    /// two do not go together.
    fn operate(&self, _operator: &str, _other: &Value, _reflected: bool) -> Option<Value> {
        None
    }

    /// Itself, for whoever knows the concrete type.
    fn as_any(&self) -> &dyn Any;
}
