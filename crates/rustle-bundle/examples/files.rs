//! Packs a folder behind an executable, with a plan that copies one file of it, to measure what large and many files cost:
//!
//! ```text
//! cargo run --release -p rustle-bundle --example files -- BASE OUT FOLDER NAME DEST
//! ```

use std::path::Path;
use std::time::Instant;

use rustle_bundle::{Compression, Packed, Writer};
use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::plan::{PLAN_FORMAT, Plan, Play};
use rustle_schema::settings::Settings;
use rustle_schema::task::{Action, Directives, Step, Task};
use rustle_value::{Map, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [base, out, folder, name, dest] = args.as_slice() else {
        return Err("files BASE OUT FOLDER NAME DEST".into());
    };
    let begun = Instant::now();
    let packed = Path::new(out).with_extension("bundle");
    let mut writer = Writer::create(&packed, Compression::default())?;
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        writer.file_from(format!("files/{}", entry.file_name().to_string_lossy()), 0o644, entry.path())?;
        count += 1;
    }
    let args = Map::from([
        ("src", Value::from(format!("{BUNDLE_ROOT}/files/{name}"))),
        ("dest", Value::from(dest.as_str())),
    ]);
    let action = Action::Module { module: "copy".into(), written: "copy".into(), args: args.into() };
    let task = Task::new(Some(Value::str("Copy")), action, Directives::default());
    let play = Play {
        name: "files".into(),
        hosts: vec![Value::str("localhost")],
        gather_facts: Value::Bool(false),
        tasks: vec![Step::Task(Box::new(task))],
        ..Play::default()
    };
    let plan = Plan {
        format: PLAN_FORMAT,
        name: "site.yml".into(),
        sources: vec!["site.yml".into()],
        plays: vec![play],
        modules: vec!["copy".into()],
        facts: Some(Vec::new()),
        ..Plan::default()
    };
    let packed = Packed::File(writer.finish(&plan, &Settings::default())?);
    let seconds = begun.elapsed().as_secs_f64();
    println!("{count} files: {} bytes, packed in {seconds:.2} s", packed.length()?);
    packed.append(Path::new(base), Path::new(out))?;
    Ok(())
}
