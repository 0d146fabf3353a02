/// Greets somebody.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    name: String,
    /// How often.
    times: Option<u8>,
}
