use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write};

use rustle_runtime::prelude::*;

/// Writes into memory.
#[rustle_module(name = "acme.writes_into_memory")]
pub struct WritesIntoMemory {
    /// What is worked on.
    name: String,
}

impl Module for WritesIntoMemory {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut buffer = Vec::new();
        writeln!(buffer, "{}", self.name)?;
        buffer.write_all(b"x")?;
        let mut text = String::new();
        Cursor::new(&buffer).read_to_string(&mut text)?;
        let lines = BufReader::new(&buffer[..]).lines().count();
        let mut more = BufWriter::new(io::sink());
        io::copy(&mut &buffer[..], &mut more)?;
        let _ = (ctx, lines, more.flush());
        Ok(Outcome::default().with_message(text))
    }
}
