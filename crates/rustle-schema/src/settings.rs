//! What a runner is told beside its plan: its name, and the defaults of its command line.

use serde::{Deserialize, Serialize};

/// The settings that a bundle carries. What is absent is as the runner's command line has it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The runner's name, as it shows it in its help and report.
    pub name: String,
    /// The runner's version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Defaults of the command line.
    pub run: RunDefaults,
    /// Whom the run is reported to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<ControllerSettings>,
}

/// Defaults of a runner's command line: the table `[run]` of `rustle.toml`. A flag on the command line wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunDefaults {
    /// `--check`: nothing is changed unless the operator says otherwise.
    #[serde(skip_serializing_if = "is_false")]
    pub check: bool,
    /// `--diff`.
    #[serde(skip_serializing_if = "is_false")]
    pub diff: bool,
    /// `--host`: the host of the inventory that this machine is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `--tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `--skip-tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip_tags: Vec<String>,
    /// The whole run ends after this many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// `--task-timeout`: a task that says nothing else ends after this many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_timeout: Option<u64>,
    /// How many `-v`.
    #[serde(skip_serializing_if = "is_zero")]
    pub verbosity: u8,
    /// `--working-dir`: the folder that the run is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// A file that is locked for the time of the run, so that two runs do not meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
}

/// Whom a run is reported to: the table `[controller]` of `rustle.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ControllerSettings {
    /// The address that everything is posted to: `https`, or `http` to this machine.
    pub url: String,
    /// The bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretSource>,
    /// The Ed25519 key that signs what is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretSource>,
    /// The only authorities that are believed, in PEM form; those that browsers believe where it is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authorities: String,
    /// SHA-256 digests of certificates, in small hexadecimal digits: the controller's must be one of them, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificate_sha256: Vec<String>,
    /// Seconds after which a sign of life is given where nothing else was sent; 0 for none.
    pub heartbeat: u64,
    /// Seconds that an event waits for others to be sent with it.
    pub interval: u64,
    /// The most events in one request.
    pub batch: u64,
    /// The most KiB of events in one request; a larger event goes alone.
    pub batch_kb: u64,
    /// Whether large bodies are compressed.
    pub gzip: bool,
    /// The longest time of one request, in seconds.
    pub timeout: u64,
    /// How many seconds the end of a run waits for the controller.
    pub wait: u64,
    /// The folder, on the host, where what is not delivered is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spool: Option<String>,
    /// How many MiB that folder may hold.
    pub spool_mb: u64,
    /// Whether a run that went well fails if its report is not acknowledged.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether the executable removes itself once its report is acknowledged.
    #[serde(skip_serializing_if = "is_false")]
    pub cleanup_on_completion: bool,
}

impl Default for ControllerSettings {
    fn default() -> ControllerSettings {
        ControllerSettings {
            url: String::new(),
            token: None,
            key: None,
            authorities: String::new(),
            certificate_sha256: Vec::new(),
            heartbeat: 30,
            interval: 2,
            batch: 200,
            batch_kb: 256,
            gzip: true,
            timeout: 30,
            wait: 10,
            spool: None,
            spool_mb: 64,
            required: false,
            cleanup_on_completion: false,
        }
    }
}

/// Where a runner finds something that its bundle does not hold in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// A secret of the bundle, by name.
    Secret(String),
    /// A file on the host.
    File(String),
    /// A credential that systemd hands over, by name (`LoadCredential=` in systemd.exec(5)).
    Credential(String),
    /// A variable of the environment.
    Env(String),
}

fn is_zero(it: &u8) -> bool {
    *it == 0
}

fn is_false(it: &bool) -> bool {
    !it
}
