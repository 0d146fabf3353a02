//! Conditions: `when`, `changed_when`, `failed_when`, `until`, `break_when`.

use rustle_template::{Error, World};
use rustle_value::Value;

use super::State;

impl State<'_> {
    /// The first of `conditions` that does not hold; all of them are ANDed.
    ///
    /// # Errors
    /// If one of them cannot be evaluated, or is no boolean.
    pub(super) fn first_false<'v>(
        &self,
        conditions: impl IntoIterator<Item = &'v Value>,
        world: &dyn World,
    ) -> Result<Option<&'v Value>, Error> {
        for condition in conditions {
            if !self.holds(condition, world)? {
                return Ok(Some(condition));
            }
        }
        Ok(None)
    }

    /// Whether all of `conditions` hold.
    ///
    /// # Errors
    /// As for [`State::first_false`].
    pub(super) fn all_hold(&self, conditions: &[Value], world: &dyn World) -> Result<bool, Error> {
        Ok(self.first_false(conditions, world)?.is_none())
    }

    fn holds(&self, condition: &Value, world: &dyn World) -> Result<bool, Error> {
        match condition {
            Value::Bool(holds) => Ok(*holds),
            other => {
                let condition = self.engine.condition(other, world)?;
                if let Some(warning) = condition.warning {
                    self.warn(&warning);
                }
                Ok(condition.value)
            }
        }
    }
}
