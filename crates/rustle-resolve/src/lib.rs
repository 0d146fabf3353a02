//! Which version of which module.
//!
//! [`solve()`] picks one version of each module that a [`Request`] needs, from what an [`Index`] knows: the highest that
//! everybody accepts, those that are locked first. One version of each id, since all modules are linked into one
//! executable. If there is no such choice, [`Unsolvable`] says why in plain words.
//!
//! Versions, constraints and features mean what they mean to Cargo. The search is PubGrub's; that it finds a solution
//! exactly where there is one is tested against Cargo's own resolver.
//!
//! ```
//! use std::sync::Arc;
//! use rustle_resolve::{Candidate, Dependency, Index, IndexError, Request, solve};
//!
//! struct Shelf;
//! impl Index for Shelf {
//!     fn candidates(&self, id: &str) -> Result<Arc<[Candidate]>, IndexError> {
//!         match id {
//!             "com.acme.vhost" => Ok(["1.2.0", "1.3.1", "2.0.0"]
//!                 .map(|version| Candidate::new(version.parse().unwrap()))
//!                 .into()),
//!             _ => Err(IndexError::NotFound { searched: vec!["the shelf".into()] }),
//!         }
//!     }
//! }
//!
//! let roots = vec![Dependency::new("com.acme.vhost", "^1".parse().unwrap())];
//! let solution = solve(&Shelf, &Request { roots, ..Request::default() }).unwrap();
//! assert_eq!(solution.packages["com.acme.vhost"].version.to_string(), "1.3.1");
//! ```

mod activate;
mod catalog;
mod explain;
mod feature;
mod fitness;
mod index;
mod metadata;
mod order;
mod provider;
mod request;
mod solve;
mod survey;
mod unsolvable;
mod versions;

pub use index::{Candidate, Dependency, Index, IndexError};
pub use request::{Chosen, Effort, Request, Solution};
pub use rustle_schema::package::{Constraint, ConstraintError};
pub use solve::solve;
pub use unsolvable::{Kind, Unsolvable};
