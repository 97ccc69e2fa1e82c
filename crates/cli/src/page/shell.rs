//! A page, from `<!doctype html>` to its last script.

const STYLE: &str = include_str!("base.css");
/// Script: elements without markup.
pub(crate) const DOM: &str = include_str!("dom.js");
/// Script: text to the clipboard.
pub(crate) const COPY: &str = include_str!("copy.js");

/// Nothing is fetched, sent or framed, whatever a page holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// One self-contained page. Nothing of it is escaped here.
pub(crate) struct Page<'a> {
    /// The command that writes it.
    pub(crate) command: &'static str,
    /// For the browser's tab: text without markup.
    pub(crate) title: &'a str,
    pub(crate) style: &'a str,
    pub(crate) body: &'a str,
    /// Elements behind the body, for scripts.
    pub(crate) data: &'a str,
    pub(crate) scripts: &'a [&'a str],
}

impl Page<'_> {
    /// Its text.
    pub(crate) fn text(&self) -> String {
        let Self { command, title, style, body, data, scripts } = self;
        let scripts_length: usize = scripts.iter().map(|script| script.len()).sum();
        let room = STYLE.len() + style.len() + body.len() + data.len() + scripts_length + 2048;
        let mut page = String::with_capacity(room);
        page += &sign(command);
        page += "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
        page += &format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n");
        page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
                 <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
        page += &format!("<title>{title}</title>\n<style>\n");
        page += STYLE;
        page += style;
        page += "</style>\n</head>\n<body>\n";
        page += body;
        page += data;
        page += "<script>\n";
        scripts.iter().for_each(|script| page += script);
        page += "</script>\n</body>\n</html>\n";
        page
    }
}

/// The first lines, by which a file is a page that this command wrote, and may be written again.
fn sign(command: &str) -> String {
    format!("<!doctype html>\n<!-- xmlshred {command} -->\n")
}

/// Whether a file that begins so is a page of this command.
pub(crate) fn is_page(command: &str, beginning: &[u8]) -> bool {
    beginning.starts_with(sign(command).as_bytes())
}
