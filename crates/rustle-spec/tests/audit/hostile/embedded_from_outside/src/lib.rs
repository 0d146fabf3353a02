pub const KEY: &str = include_str!("../../../../.ssh/id_ed25519");
pub const HOSTS: &[u8] = include_bytes!("/etc/hosts");
pub const OWN: &str = include_str!("own.txt");
pub const ALSO_OWN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README"));
pub const CONFIG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../secret"));
