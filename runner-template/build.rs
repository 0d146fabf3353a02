//! Checks the playbook and embeds it.

fn main() {
    rustle_build::prepare();
}
