//! tmp

use pubgrub::DerivationTree;

use crate::catalog::{Catalog, Name};
use crate::provider::Node;
use crate::request::Request;
use crate::unsolvable::{Kind, Unsolvable};
use crate::versions::Versions;

pub(crate) fn conflict(
    _catalog: &mut Catalog<'_>,
    _request: &Request,
    tree: DerivationTree<Node, Versions, &'static str>,
) -> Unsolvable {
    Unsolvable::new(Kind::Conflict, format!("{tree:?}"), Vec::new())
}

/// The deadline came first.
pub(crate) fn too_long(
    catalog: &Catalog<'_>,
    request: &Request,
    steps: u64,
    fights: &[(Name, u32)],
) -> Unsolvable {
    let ids: Vec<String> =
        fights.iter().take(5).map(|(name, _)| catalog.names.text(*name).to_owned()).collect();
    let mut text = format!(
        "no choice of versions was found within {:?}, though {steps} were tried; whether there is one is not known",
        request.deadline
    );
    if !ids.is_empty() {
        text.push_str(&format!(
            "\nMost fought over: {}.\nName a version of one of them, such as `=1.2.3`, to shorten the search.",
            ids.join(", ")
        ));
    }
    Unsolvable::new(Kind::TooLong, text, ids)
}
