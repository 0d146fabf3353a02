//! `cargo rustle inspect`.

use std::fs;

use crate::workshop::{Workshop, executable, saying};

fn shop() -> Workshop {
    let shop = Workshop::new();
    shop.put(
        "site.yml",
        saying("hello") + "    - copy:\n        src: motd\n        dest: /etc/motd\n        mode: \"0644\"\n",
    );
    shop.put("files/motd", "Welcome\n".repeat(500));
    shop.runner("web", "site.yml", &["debug", "copy"]);
    shop
}

#[test]
fn everything_is_told() {
    let shop = shop();
    let told = shop.json(&["inspect", "web", "--json"]);
    assert_eq!(told["system"], "ELF, aarch64");
    assert_eq!(told["bundle"]["place"], "appended");
    assert_eq!(told["executable_size"], executable(&["debug", "copy"]).len());
    assert_eq!(told["plan"]["plays"][0]["tasks"], 2);
    assert_eq!(told["plan"]["modules"], serde_json::json!(["copy", "debug"]));
    let files = told["files"].as_array().unwrap();
    let motd = files.iter().find(|file| file["path"] == "files/motd").unwrap();
    assert_eq!(motd["size"], 4000);
    assert!(motd["packed"].as_u64().unwrap() < 400 && motd["codecs"][0] == "zstd", "{motd}");
    assert_eq!(told["linked"]["modules"][1]["name"], "copy");
    let text = shop.done(&["inspect", "web"]);
    for part in [
        "linked      rustle-module-control 0.1.0: debug",
        "files/motd",
        "Greet (all): 2 tasks",
        "cannot be told",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_embedded_bundle_is_found_without_running_anything() {
    let shop = shop();
    let mut bytes = executable(&["debug", "copy"]);
    bytes.extend(shop.bundle("site.yml"));
    bytes.extend([1; 50]);
    shop.put("embedded", &bytes);
    let told = shop.json(&["inspect", "embedded", "--json"]);
    assert_eq!(
        (told["bundle"]["place"].as_str(), told["size"].as_u64()),
        (Some("embedded"), Some(bytes.len() as u64))
    );
    assert_eq!(told["settings"]["name"], "web");
    // Given another plan, the embedded one stays, unused.
    shop.done(&["repack", "embedded", "--playbook", "first.yml", "--in-place"]);
    let told = shop.json(&["inspect", "embedded", "--json"]);
    assert_eq!(told["bundle"]["place"], "appended");
    assert_eq!(told["bundle"]["unused_embedded_size"], shop.bundle("site.yml").len());
    assert_eq!(told["plan"]["modules"], serde_json::json!(["debug"]));
}

#[test]
fn damage_is_told_wherever_it_is() {
    let shop = shop();
    let whole = fs::read(shop.path("web")).unwrap();
    let start = executable(&["debug", "copy"]).len();
    for at in (start..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[at] ^= 4;
        shop.put("damaged", &damaged);
        let ran = shop.rustle(&["inspect", "damaged"]);
        assert_eq!(ran.code, Some(1), "byte {at}: {}", ran.out);
        assert!(ran.err.starts_with("error: ") && !ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn the_bill_of_materials_names_crates() {
    let bill = shop().json(&["inspect", "web", "--sbom"]);
    assert_eq!((bill["bomFormat"].as_str(), bill["specVersion"].as_str()), (Some("CycloneDX"), Some("1.6")));
    assert_eq!(bill["components"][0]["purl"], "pkg:cargo/zstd@0.14.0");
    assert_eq!(bill["dependencies"][0]["ref"], "runner");
}

/// Python's `cyclonedx-python-lib[json-validation]` carries the schema; `RUSTLE_PYTHON` names a Python that has it.
#[test]
#[ignore = "needs a Python with cyclonedx-python-lib[json-validation], which RUSTLE_PYTHON names"]
fn the_bill_of_materials_is_valid() {
    let shop = shop();
    shop.put("bill.json", shop.done(&["inspect", "web", "--sbom"]));
    let script = "import sys\nfrom cyclonedx.schema import SchemaVersion\nfrom cyclonedx.validation.json import JsonStrictValidator\n\
                  error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())\n\
                  print(error)\nsys.exit(error is not None)\n";
    let python = std::env::var("RUSTLE_PYTHON").unwrap_or_else(|_| "python3".into());
    let output =
        std::process::Command::new(python).args(["-c", script]).arg(shop.path("bill.json")).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
