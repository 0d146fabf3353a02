//! Files of the host, as Ansible's file modules treat them: replaced atomically, with their attributes kept, backed up,
//! validated and compared.
//!
//! Any module may use this. Messages, returned values and the order of what is done follow ansible-core's file modules;
//! where they differ (attributes are set before a file becomes visible, not after) the result is what Ansible means.

pub mod atomic;
pub mod attributes;
pub mod backup;
pub mod checksum;
pub mod diff;
pub mod flags;
pub mod info;
pub mod inherit;
pub mod mode;
pub mod os_error;
pub mod path;
pub mod rewrite;
pub mod selinux;
pub mod times;
pub mod tree;
pub mod users;
pub mod validate;
