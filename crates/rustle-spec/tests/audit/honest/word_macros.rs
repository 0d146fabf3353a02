use rustle_runtime::prelude::*;

/// Has macros over words.
#[rustle_module(name = "acme.word_macros")]
pub struct WordMacros {
    /// What is worked on.
    name: String,
}

impl Module for WordMacros {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let count = words!(unsafe extern process fs => net);
        let table = table! { fs: 1, process: 2, env: 3 };
        let _ = (ctx, count, table);
        Ok(Outcome::default())
    }
}

macro_rules! words {
    ($($word:ident)* => $last:ident) => {
        [$(stringify!($word)),*, stringify!($last)].len()
    };
}

macro_rules! table {
    ($($fs:ident : $number:literal),* $(,)?) => {
        [$((stringify!($fs), $number)),*]
    };
}

use {table, words};
