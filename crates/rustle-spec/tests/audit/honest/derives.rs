use std::hash::Hash;

use rustle_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// Derives much.
#[rustle_module(name = "acme.derives")]
pub struct Derives {
    /// What is worked on.
    name: String,
}

impl Module for Derives {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let point = Point { x: 1, y: self.name.len(), shape: Shape::default() };
        let _ = (ctx, point.clone() == point, format!("{point:?}"));
        Ok(Outcome::default())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Point {
    #[serde(alias = "std::fs", skip_serializing_if = "is_zero")]
    x: usize,
    #[serde(default = "Default::default", with = "self::plain")]
    y: usize,
    shape: Shape,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, rustle_runtime::Choice,
)]
#[repr(u8)]
enum Shape {
    /// A command.
    #[default]
    Command,
    /// A process.
    Process,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}
