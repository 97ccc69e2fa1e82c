//! A handler that is told a document and those in it as one: an inner document stands below its element, instead of the element's text.

use crate::xml::{
    Handler, Names, RawText, ScanLimits, StartTag, Taking, TextKind, XmlError, XmlErrorKind, scan_part,
};

use super::inner::Part;

pub(super) struct Within<'r, 'd, H> {
    text: &'d str,
    parts: &'r [Part],
    limits: ScanLimits,
    handler: &'r mut H,
    /// Open elements, those of documents around included.
    depth: u32,
    /// Open elements that have a document, with their depth.
    hosts: Vec<(u32, Part)>,
    /// Where the known tag is that is being told.
    begun_at: usize,
    /// Behind a mistake nothing is told any more.
    mistake: Option<XmlError>,
}

impl<'r, 'd, H: Handler<'d>> Within<'r, 'd, H> {
    /// For a document whose inner ones are `parts` of the text, sorted.
    pub(super) fn new(text: &'d str, parts: &'r [Part], limits: ScanLimits, handler: &'r mut H) -> Self {
        Self { text, parts, limits, handler, depth: 0, hosts: Vec::new(), begun_at: 0, mistake: None }
    }

    /// The first mistake of an inner document.
    pub(super) fn finish(self) -> Result<(), XmlError> {
        self.mistake.map_or(Ok(()), Err)
    }

    fn opened(&mut self, offset: usize) {
        self.depth += 1;
        if let Ok(at) = self.parts.binary_search_by_key(&offset, |part| part.host as usize) {
            self.hosts.push((self.depth, self.parts[at]));
        }
    }

    /// Whether the innermost open element has a document.
    fn is_in_host(&self) -> bool {
        self.hosts.last().is_some_and(|(depth, _)| *depth == self.depth)
    }

    /// Scans an inner document. Elements that may have one are named by paths, so that this goes as deep as a contract says.
    fn part(&mut self, part: Part) {
        let ScanLimits { max_depth, max_attributes } = self.limits;
        let left = ScanLimits { max_depth: max_depth.saturating_sub(self.depth), max_attributes };
        self.handler.enter();
        // Namespaces, and names that were seen, are this document's own.
        let text = &self.text[..part.stop as usize];
        let scanned = scan_part(text, part.start as usize, left, &mut Names::default(), self);
        self.handler.leave();
        if let Err(XmlError { kind, offset }) = scanned {
            let kind = match kind {
                XmlErrorKind::TooDeep(_) => XmlErrorKind::TooDeep(max_depth),
                kind => kind,
            };
            self.mistake.get_or_insert(XmlError { kind, offset });
        }
    }
}

impl<'d, H: Handler<'d>> Handler<'d> for Within<'_, 'd, H> {
    type Taker<'t>
        = H::Taker<'t>
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        if self.mistake.is_none() {
            self.handler.start(tag);
            self.opened(tag.offset);
        }
    }

    fn end(&mut self, end: usize) {
        if self.is_in_host()
            && let Some((_, part)) = self.hosts.pop()
        {
            self.part(part);
        }
        if self.mistake.is_none() {
            self.depth -= 1;
            self.handler.end(end);
        }
    }

    fn reads_text(&self) -> bool {
        !self.is_in_host() && self.handler.reads_text()
    }

    fn text(&mut self, text: RawText<'d>, kind: TextKind) {
        if self.mistake.is_none() && !self.is_in_host() {
            self.handler.text(text, kind);
        }
    }

    fn begin(&mut self, known: u32, offset: usize) -> Taking<H::Taker<'_>> {
        if self.mistake.is_some() {
            return Taking::Whole;
        }
        self.begun_at = offset;
        self.handler.begin(known, offset)
    }

    fn begun(&mut self) {
        self.handler.begun();
        self.opened(self.begun_at);
    }

    fn forget(&mut self) {
        self.handler.forget();
    }
}
