//! What people write that is no YAML, or other YAML than they mean: told at the place where something is missing, which is seldom the one
//! where the parser gives up.

/// What could not be read, where, and what to do.
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) hint: String,
}

/// What the YAML parser could not read at this place.
pub(super) fn mistake(text: &str, at: usize, info: &str) -> Mistake {
    let here = |message: &str, hint: &str| Mistake { at, message: message.to_owned(), hint: hint.to_owned() };
    let rest = text.get(at..).unwrap_or_default();
    if let Some(mistake) = unknown_alias(text, at) {
        return mistake;
    }
    match rest.chars().next() {
        Some(sign @ ('*' | '@' | '`' | '&' | '!' | '%')) => {
            let end = rest.find([',', '}', ']', '\n', '\r']).unwrap_or(rest.len());
            let end = rest[..end].find(" #").unwrap_or(end);
            let message = format!("text that begins with `{sign}` belongs in quotes");
            Mistake { at, message, hint: format!("write `\"{}\"`", rest[..end].trim_end()) }
        }
        _ if info.contains("tabs disallowed") => here("a tab in the indentation", "indent with blanks"),
        Some(sign @ ('}' | ']')) if info.contains("misplaced bracket") => Mistake {
            at,
            message: format!("a `{sign}` that nothing opens"),
            hint: "there is one too many, or an opening one is missing before it".to_owned(),
        },
        _ if info.contains("mapping values are not allowed") => {
            without_colon(text, at).unwrap_or_else(|| here(info, GENERAL))
        }
        _ => bracket_without_colon(text, at)
            .or_else(|| without_comma(text, at, info))
            .or_else(|| unclosed(text, at, info))
            .unwrap_or_else(|| here(info, GENERAL)),
    }
}

const GENERAL: &str = "YAML is indented with blanks; text with `: `, ` #`, `{` or `[` belongs in quotes";

/// `*name` where there are anchors before, and none of this name.
fn unknown_alias(text: &str, at: usize) -> Option<Mistake> {
    /// Anchors that a hint lists, and a name is compared with.
    const MAX_ANCHORS: usize = 12;
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let name_of = |text: &'_ str| text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    let (before, rest) = text.split_at_checked(at)?;
    let rest = rest.strip_prefix('*')?;
    let (name, after) = rest.split_at(name_of(rest));
    let is_alone = after.is_empty() || after.starts_with([',', '}', ']', ' ', '\n', '\r']);
    let words = before.split([' ', '\n', '\r', '\t', '{', '[', ',']);
    let anchors = words.filter_map(|word| word.strip_prefix('&')).map(|word| &word[..name_of(word)]);
    let anchors = anchors
        .filter(|anchor| (1..=MAX_ALIAS_BYTES).contains(&anchor.len()))
        .take(MAX_ANCHORS)
        .collect::<Vec<_>>();
    if name.is_empty() || !is_alone || anchors.is_empty() || name.len() > MAX_ALIAS_BYTES {
        return None;
    }
    let near = anchors.iter().find(|anchor| strsim::damerau_levenshtein(name, anchor) * 3 <= name.len());
    let hint = match near {
        Some(near) => format!("did you mean `*{near}`?"),
        None => format!(
            "anchors before it are {}; text that begins with `*` belongs in quotes",
            anchors.iter().map(|anchor| format!("`&{anchor}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Some(Mistake {
        at,
        message: format!("`*{name}` stands for nothing: there is no `&{name}` before it"),
        hint,
    })
}

/// No anchor that people write is longer.
const MAX_ALIAS_BYTES: usize = 100;

/// A line before this one that should have ended with a colon.
fn without_colon(text: &str, at: usize) -> Option<Mistake> {
    let line_start = text[..at].rfind('\n')?;
    let before = text[..line_start].trim_end();
    let line = before.rsplit('\n').next()?.trim_start();
    let is_name = !line.is_empty() && !line.contains([':', '#', '{', '[', '"', '\'']);
    let name = line.trim_start_matches("- ");
    is_name.then(|| Mistake {
        at: before.len(),
        message: format!("a colon is missing behind `{name}`"),
        hint: format!("write `{name}:`"),
    })
}

/// `a { path: … }`: a name with its bracket behind it, and no colon between.
fn bracket_without_colon(text: &str, at: usize) -> Option<Mistake> {
    let opened = match text[at..].starts_with(['{', '[']) {
        true => at,
        false => innermost_open(&text[..at])?.0,
    };
    let before = text[..opened].strip_suffix(' ')?.trim_end_matches(' ');
    let name = before.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).next()?;
    let is_key = before[..before.len() - name.len()].trim_end_matches(' ').ends_with(['{', ',', '\n']);
    (!name.is_empty() && name != "-" && is_key).then(|| Mistake {
        at: before.len(),
        message: format!("a colon is missing behind `{name}`"),
        hint: format!("write `{name}: {}`", &text[opened..=opened]),
    })
}

/// `{ path: "@a" type: int }`: one entry behind another.
fn without_comma(text: &str, at: usize, info: &str) -> Option<Mistake> {
    let follows = text[at..].split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    if !info.contains("trailing content") || follows.is_empty() {
        return None;
    }
    innermost_open(&text[..at])?;
    Some(Mistake {
        at: text[..at].trim_end().len(),
        message: "a comma is missing".to_owned(),
        hint: format!("entries within brackets are divided by commas: add one before `{follows}`"),
    })
}

/// The innermost bracket that is open where the parser gave up: its end is missing before the next line that is indented no deeper than its own.
fn unclosed(text: &str, at: usize, info: &str) -> Option<Mistake> {
    // The parser tells an end of the file at the opening bracket.
    let limit = if info.contains("unclosed bracket") { text.len() } else { at };
    let (opened, bracket) = innermost_open(text.get(..limit)?)?;
    let closing = if bracket == '{' { '}' } else { ']' };
    let line_start = text[..opened].rfind('\n').map_or(0, |at| at + 1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own_indent = indent(&text[line_start..]);
    let mut end = line_start;
    for line in text[line_start..].split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if end > line_start && !is_blank && indent(line) <= own_indent {
            break;
        }
        end += line.len();
    }
    let end = text[..end].trim_end().len();
    // Where it goes on behind the place, the place is what is wrong.
    (limit == text.len() || end <= at).then(|| Mistake {
        at: end,
        message: format!("a `{closing}` is missing"),
        hint: format!("the `{bracket}` of this line is not closed: add `{closing}`"),
    })
}

/// The last bracket that is open at the end of a text, outside of quotes and comments.
fn innermost_open(text: &str) -> Option<(usize, char)> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    let mut is_comment = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if is_comment => is_comment = c != '\n',
            (Some('"'), '\\') if before == '\\' => {
                before = ' ';
                continue;
            }
            (Some(mark), c) if c == mark && !(mark == '"' && before == '\\') => quote = None,
            (None, '#') if before.is_whitespace() => is_comment = true,
            // Within a word, an apostrophe is one.
            (None, '"' | '\'') if before.is_whitespace() || "{[,:".contains(before) => quote = Some(c),
            (None, '{' | '[') if !open.is_empty() || before.is_whitespace() => open.push((at, c)),
            (None, '}' | ']') => drop(open.pop()),
            _ => {}
        }
        before = c;
    }
    open.pop()
}

/// A key with its value behind it, between which a colon or its blank is missing.
pub(super) struct RunTogether {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) message: String,
    pub(super) hint: String,
}

/// `path "@a"` or `path:"@a"`, which are one text to YAML.
pub(super) fn run_together(key: &str) -> Option<RunTogether> {
    let end = key.find(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|end| *end > 0)?;
    let (name, rest) = key.split_at(end);
    let (what, behind) = match rest.strip_prefix(':') {
        Some(behind) => ("a blank is missing behind the colon of", behind),
        None => ("a colon is missing behind", rest.trim_start()),
    };
    let quoted = ['"', '\''].iter().find_map(|mark| behind.strip_prefix(*mark)?.strip_suffix(*mark));
    // Without quotes, `a b` may be a name, but for what stands in nearly every column.
    let is_of_columns = ["path", "type", "expr", "key"].contains(&name);
    if quoted.is_none() && !rest.starts_with(':') && !is_of_columns || behind.is_empty() {
        return None;
    }
    Some(RunTogether {
        name: name.to_owned(),
        value: quoted.unwrap_or(behind).to_owned(),
        message: format!("{what} `{name}`"),
        hint: format!("write `{name}: {behind}`"),
    })
}

/// The text that a comma has cut, as that of `{ type: decimal(12,2) }`: the parenthesis opens in one part and closes in the next.
pub(super) fn cut_by_comma(before: &str, rest: &str) -> Option<String> {
    let is_open = before.matches('(').count() > before.matches(')').count();
    (is_open && rest.ends_with(')') && !rest.contains('(')).then(|| format!("{before},{rest}"))
}
