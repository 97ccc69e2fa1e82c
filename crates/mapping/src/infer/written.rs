//! Names that paths can write.

use crate::path::{Namespaces, NodeTest, Path};

/// Whether a path can write a name: one that ends in a point it cannot.
pub(super) fn is_writable(name: &str) -> bool {
    let is_name = |path: Path| match &path.steps[..] {
        [step] => step.test == NodeTest::Name { namespace: None, local: name.to_owned() },
        _ => false,
    };
    Path::parse(name, &Namespaces::new()).is_ok_and(is_name)
}
