use rustle_runtime::prelude::*;

/// Carries a file of its own.
#[rustle_module(name = "acme.embeds_its_own")]
pub struct EmbedsItsOwn {
    /// What is worked on.
    name: String,
}

impl Module for EmbedsItsOwn {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, TEMPLATE.len(), LOGO.len());
        Ok(Outcome::default().with_message(TEMPLATE.replace("{name}", &self.name)))
    }
}

const TEMPLATE: &str = include_str!("templates/greeting.txt");
const LOGO: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/logo.png"));
