//! Contracts of any size and shape load, and what is wrong with them is told, in proportion to their size.

use std::fmt::Write as _;
use std::sync::Arc;

use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{Code, Contract, Diagnostic, RenderStyle, load, render};

const HEAD: &str = "xmlshred: 1\nsource: { table: t, key: id, xml: x }\ndocument: { root: /r }\n";
const TABLE: &str = "tables: { t: { columns: { a: { path: \"@a\", type: int } } } }\n";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        writeln!(text, "{}", line(at)).expect("a string takes all text");
        text
    })
}

fn contract(text: &str) -> Contract {
    let loaded = load(text);
    loaded
        .contract
        .unwrap_or_else(|| panic!("{}", render(&loaded.diagnostics, "c", text, RenderStyle::Plain)))
}

fn problems(text: &str) -> Vec<Diagnostic> {
    load(text).diagnostics
}

#[test]
fn a_list_of_codes_is_converted_once_for_all_columns_of_a_type() {
    let text = format!(
        "{HEAD}codes:\n  c:\n{}tables:\n  t:\n    columns:\n{}      text: {{ path: \"@a\", type: text, codes: c }}\n",
        lines(20_000, |at| format!("    k{at}: {at}")),
        lines(2_000, |at| format!("      a{at}: {{ path: \"@a{at}\", type: int, codes: c }}")),
    );
    let contract = contract(&text);
    let columns = &contract.tables[0].templates[0].columns;
    let lists = columns.iter().map(|column| column.codes.as_ref().expect("codes")).collect::<Vec<_>>();
    assert_eq!(lists[0].entries.len(), 20_000);
    assert!(lists[..2_000].iter().all(|list| Arc::ptr_eq(list, lists[0])));
    assert!(!Arc::ptr_eq(lists[2_000], lists[0]));
}

#[test]
fn all_problems_are_found_and_the_first_hundred_are_shown() {
    let text = format!("{HEAD}{TABLE}{}", lines(20_000, |at| format!("no_key_{at}: 1")));
    let found = problems(&text);
    assert_eq!(found.len(), 20_000);
    let shown = render(&found, "contract.yaml", &text, RenderStyle::Plain);
    assert_eq!(shown.matches("error[E0103").count(), 100);
    assert!(shown.contains("--> contract.yaml:104:1"), "{}", &shown[shown.len() - 600..]);
    assert!(shown.ends_with("\nand 19900 more, which `xmlshred check --json` lists\n"));
    // One line is not shown again for each of its problems.
    let keys = (0..20_000).map(|at| format!("\"no_key_{at}\":1,")).collect::<String>();
    let text = format!("{{{keys}\"xmlshred\":1}}");
    let shown = render(&problems(&text), "contract.json", &text, RenderStyle::Plain);
    assert!(shown.contains("--> contract.json:1:2\n"), "{}", &shown[..600]);
    assert!(shown.len() < 40_000, "{}", shown.len());
}

#[test]
fn aliases_repeat_no_more_than_a_contract_may_hold() {
    let tenfold = |at| format!("a{at}: &a{at} [{}]", vec![format!("*a{}", at - 1); 10].join(", "));
    let laughs = format!("a0: &a0 [x]\n{}", lines(100, |at| tenfold(at + 1)));
    let of_text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 100_000].join(", "));
    let nested = format!("{}x{}", "&a [".repeat(60), "]".repeat(60));
    for text in [laughs, of_text] {
        let found = problems(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the file is too large or nested too deeply for a contract");
    }
    assert_eq!(problems(&nested)[0].code, Code::WrongShape);
    let used = format!("{HEAD}name: &n x\n{TABLE}codes: {{ c: {{ a: *n }} }}\n");
    assert!(load(&used).contract.is_some());
}

#[test]
fn what_would_grow_with_the_square_of_a_contract_has_a_limit() {
    let columns = lines(2_000, |at| format!("      a{at}: {{ path: \"@a{at}\", type: int }}"));
    let rows = lines(1_000, |at| format!("      - {{ set: {{ a0: {at} }} }}"));
    let text = format!("{HEAD}tables:\n  t:\n    columns:\n{columns}    rows:\n{rows}");
    let found = problems(&text);
    assert_eq!(found[0].message, "1000 rows of 2000 columns for each element");
    let chain = |count| {
        let within = lines(count, |at| {
            format!(
                "  t{}: {{ within: t{at}, each: x, columns: {{ id: {{ parent: t{at}.id, key: true }} }} }}",
                at + 1
            )
        });
        format!(
            "{HEAD}tables:\n  t0: {{ each: x, columns: {{ id: {{ path: \"@a\", type: int, key: true }} }} }}\n{within}"
        )
    };
    assert!(load(&chain(256)).contract.is_some());
    assert_eq!(problems(&chain(257))[0].message, "tables lie within each other more than 256 levels deep");
}

#[test]
fn what_where_needs_is_followed_once_however_many_ways_lead_to_it() {
    let lets = lines(90, |at| format!("      l{}: {{ expr: \"l{} || l{at}\" }}", at + 2, at + 1));
    let text = format!(
        "{HEAD}tables:\n  t:\n    where: \"l91 > 'a'\"\n    let:\n      l0: {{ path: \"@a\" }}\n      l1: {{ path: \"@b\" }}\n{lets}    columns: {{ c: {{ path: \"@c\", type: text }} }}\n"
    );
    let contract = load(&text).contract.expect("it is no mistake");
    // With all ways, this would not end.
    assert_eq!(Plan::new(contract).schema().tables.len(), 1);
}

#[test]
fn constants_of_a_contract_have_one_budget() {
    let ten = "a".repeat(10);
    let nested = (0..9).fold(format!("'{ten}'"), |text, _| format!("REPLACE({text}, 'a', '{ten}')"));
    let text = format!("{HEAD}tables: {{ t: {{ columns: {{ a: {{ expr: \"{nested}\" }} }} }} }}\n");
    let found = problems(&text);
    assert_eq!(found[0].code, Code::ExpressionSyntax);
    assert!(found[0].message.starts_with("the constants make more text"), "{}", found[0].message);
}

#[test]
fn no_text_of_a_contract_has_the_character_that_no_document_has() {
    let column = |column: &str| format!("{HEAD}tables: {{ t: {{ columns: {{ a: {column} }} }} }}\n");
    let nul = "\"x\\0y\"";
    for text in [
        column(&format!("{{ value: {nul}, type: text }}")),
        column(&format!("{{ path: \"@a\", type: text, default: {nul} }}")),
        column(&format!("{{ path: \"@a\", type: text, codes: {{ a: {nul} }} }}")),
        column(&format!("{{ path: \"@a\", type: text, codes: {{ {nul}: a }} }}")),
        column("{ path: \"@a\", type: text, pick: \"join('\\0')\" }"),
        column("{ expr: \"'x\\0' || 'y'\" }"),
        column("{ expr: \"'\\u0000'\" }"),
        format!(
            "{HEAD}tables: {{ t: {{ columns: {{ a: {{ type: text }} }}, rows: [{{ set: {{ a: {nul} }} }}] }} }}\n"
        ),
        format!(
            "{HEAD}tables: {{ t: {{ unpivot: {{ name: n, value: v, type: text }}, rows: {{ {nul}: \"@a\" }} }} }}\n"
        ),
    ] {
        let found = problems(&text);
        let told = found.iter().map(|found| (found.code, &*found.message)).collect::<Vec<_>>();
        assert_eq!(told, [(Code::InvalidConstant, "text cannot have the character U+0000")], "{text}");
    }
    let raw = format!("{HEAD}name: \"a\0b\"\n{TABLE}");
    assert!(load(&raw).contract.is_none());
    let cut = format!("{HEAD}{TABLE}\0\nno_key: 1\n");
    assert!(load(&cut).contract.is_none(), "what stands behind it is not left out silently");
}

/// A contract with about everything that a contract can have.
const ALL_KINDS: &str = "xmlshred: 1
name: all
source: { table: t, key: id, xml: x, min_bytes: 1, where: a }
target: { schema: s, on_existing: fail }
document: { root: /r, namespaces: { n: urn }, key: '@id', require: a, case: sensitive, limits: { bytes: 2000000 } }
defaults: { blank: keep, on_invalid: fail }
codes: { c: { a: 1 } }
let: { l: { path: '@l', type: text } }
ignore: a/b
tables:
  p: { each: p, columns: { id: { path: '@id', type: int, key: true } } }
  t:
    within: p
    each: x
    where: k > 1
    one_per: { key: '@k', prefer: { path: '@p', order: [a, b] } }
    let: { s: { path: '@s', type: text } }
    columns:
      id: { parent: p.id, type: int }
      k: { path: '@k', type: int, codes: c, on_unmapped_code: 'null' }
      m: { path: '@m', type: varchar(3), pick: first, default: abc, clean: trim, on_too_long: truncate }
      d: { path: '@d', type: date, format: '%F', blank: keep }
      e: { expr: k + LENGTH(l || s), type: int }
      g: { generate: row_number }
      v: { value: 12, type: int }
";

#[test]
fn a_word_of_any_length_is_cut_where_a_problem_tells_of_it() {
    assert_eq!(problems(ALL_KINDS), []);
    // Each word of the contract once, key or value, in the place of which a long one stands.
    let places = ALL_KINDS.match_indices(|c: char| c.is_ascii_alphanumeric() || c == '_').map(|(at, _)| at);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = places
        .filter(|&at| at == 0 || !ALL_KINDS[..at].ends_with(is_word))
        .map(|at| (at, ALL_KINDS[at..].find(|c| !is_word(c)).map_or(ALL_KINDS.len(), |length| at + length)));
    let longs: [&dyn Fn(&str) -> String; 5] = [
        &|_| "w".repeat(2_000),
        &|word| format!("{word}{}", "9".repeat(2_000)),
        &|word| format!("\"{}{word}\"", "ä`x".repeat(700)),
        &|word| format!("\"{word} {}\"", "ab\\u001b[31m\\n ".repeat(200)),
        &|_| format!("[{}]", "a, ".repeat(900)),
    ];
    let mut wrong = String::new();
    let mut count = 0;
    for (start, end) in words {
        for long in longs {
            let text =
                format!("{}{}{}", &ALL_KINDS[..start], long(&ALL_KINDS[start..end]), &ALL_KINDS[end..]);
            let found = problems(&text);
            count += found.len();
            for problem in &found {
                let told = problem.message.chars().count().max(problem.hint.chars().count());
                let shown = render(std::slice::from_ref(problem), "c.yaml", &text, RenderStyle::Plain);
                if told > 1_200 || shown.len() > 8_000 {
                    wrong += &format!("{:?}: {told} and {} characters\n", problem.code, shown.len());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 500, "{count}");
}
