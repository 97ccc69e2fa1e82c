//! A page's blocks, and the commands of a block.

/// A fenced block.
pub(super) struct Block<'t> {
    /// What stands behind the fence.
    pub(super) info: &'t str,
    pub(super) text: &'t str,
    /// Where the text begins in the page.
    pub(super) start: usize,
}

pub(super) fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None, 0);
    for line in page.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let Some(info) = line.strip_prefix("```") else { continue };
        open = match open {
            None => Some((info.trim_end(), at)),
            Some((info, start)) => {
                blocks.push(Block { info, text: &page[start..begins], start });
                None
            }
        };
    }
    blocks
}

/// A command and what the page shows of its answer.
pub(super) struct Step<'t> {
    /// As it stands there, with its line end.
    pub(super) typed: &'t str,
    pub(super) command: String,
    pub(super) shows: Vec<&'t str>,
}

pub(super) fn steps(block: &str) -> impl Iterator<Item = Step<'_>> {
    let starts: Vec<_> = block.match_indices("$ ").map(|(at, _)| at).collect();
    let starts: Vec<_> = starts.into_iter().filter(|&at| at == 0 || block[..at].ends_with('\n')).collect();
    let ends = starts.iter().copied().skip(1).chain([block.len()]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| step(&block[start..end]))
}

/// A command goes on where its line ends with `\`.
fn step(text: &str) -> Step<'_> {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    let (typed, shows) = text.split_at(end);
    let command = typed.strip_prefix("$ ").unwrap().replace("\\\n", " ");
    Step { typed, command: command.trim_end().to_owned(), shows: shows.lines().collect() }
}

/// The text with lines replaced as a `diff` block says; they must stand in it exactly once.
pub(super) fn patched(text: &str, diff: &str) -> String {
    let side = |sign: char| -> String {
        let lines = diff.split_inclusive('\n').filter(|line| line.starts_with([' ', sign]));
        lines.map(|line| &line[1..]).collect()
    };
    let (old, new) = (side('-'), side('+'));
    assert_eq!(text.matches(&old).count(), 1, "{old}\nis not once in\n{text}");
    text.replace(&old, &new)
}
