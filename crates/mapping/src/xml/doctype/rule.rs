//! What a declaration says of an attribute.

/// What is declared of an attribute.
#[derive(Clone, Copy, Debug)]
pub(in crate::xml) struct AttributeRule<'t> {
    pub(in crate::xml) element: &'t str,
    pub(in crate::xml) attribute: &'t str,
    /// Blanks around and between its tokens do not count.
    pub(in crate::xml) is_tokens: bool,
    /// As it is written.
    pub(in crate::xml) default: Option<&'t str>,
}
