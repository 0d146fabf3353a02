//! Variables: layers in Ansible's order of precedence, walked and never merged.
//!
//! From high to low (the first that has the name wins):
//!
//! 1. what the running task itself has set: the item of its loop, its result ([`Locals`]);
//! 2. magic variables ([`magic`]);
//! 3. `--extra-vars`;
//! 4. secrets of the runner, under their names ([`secrets`](crate::secrets));
//! 5. `vars` of dynamic includes;
//! 6. role parameters;
//! 7. `set_fact` and `register`;
//! 8. `include_vars`;
//! 9. `vars` of the task, then of its blocks, from the innermost on;
//! 10. `vars` of the use of a role, its `vars/`, those of its dependencies, those of the roles that it was used by;
//! 11. `vars/` of all public roles of the play;
//! 12. `vars_files`, then `vars` of the play;
//! 13. facts;
//! 14. the host's variables, then those of its groups, the nearest first;
//! 15. defaults of the role, of the roles that it was used by, of its dependencies, of all public roles of the play.

pub mod facts;
pub mod host_vars;
pub mod locals;
pub mod magic;
pub mod scope;
pub mod store;
pub mod world;

pub use locals::Locals;
pub use scope::{RoleScope, Scope};
pub use store::Store;
pub use world::TaskWorld;
