//! The contracts of a round: the one that everything ends with, and a stricter one that some runs may begin with.

use fastrand::Rng;

/// What becomes of a row whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnExisting {
    Fail,
    Skip,
    Replace,
}

impl OnExisting {
    fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Replace => "replace",
        }
    }
}

/// How an earlier contract is stricter. Documents that pass it have the same rows with the final one, so that the end is defined
/// whenever the contract is changed; those that it fails are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stricter {
    /// A code is missing, and unmapped ones fail.
    MissingCode,
    /// Names must be shorter.
    ShorterName,
    /// An element that few documents have is required.
    RequiredElement,
    /// A date that is none fails the document instead of becoming null.
    InvalidDate,
}

/// What varies between the contracts of rounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) on_existing: OnExisting,
    /// Unknown codes and wrong dates become null, with an issue, or fail the document.
    pub(super) is_lenient: bool,
    /// Whether there is a table three levels deep.
    pub(super) has_parts: bool,
    /// Whether markup is kept.
    pub(super) has_markup: bool,
    /// Whether there is a table whose rows documents share. Those that come second would fail where rows may not exist.
    pub(super) has_sites: bool,
    /// Whether rows have a uuid: it is made with the contract's hash, so that all contracts of the round must be one text.
    pub(super) has_token: bool,
}

/// The contract whose source is read when nothing else of it matters.
pub(super) const PLAIN: Shape = Shape {
    on_existing: OnExisting::Fail,
    is_lenient: true,
    has_parts: true,
    has_markup: true,
    has_sites: false,
    has_token: true,
};

impl Shape {
    pub(super) fn by_chance(random: &mut Rng, has_token: bool) -> Self {
        let on_existing = match random.u8(..4) {
            0 => OnExisting::Skip,
            1 => OnExisting::Replace,
            _ => OnExisting::Fail,
        };
        Self {
            on_existing,
            is_lenient: random.bool(),
            has_parts: random.bool(),
            has_markup: random.bool(),
            has_sites: random.bool() && on_existing != OnExisting::Fail,
            has_token,
        }
    }
}

impl Stricter {
    pub(super) fn by_chance(random: &mut Rng) -> Self {
        [Self::MissingCode, Self::ShorterName, Self::RequiredElement, Self::InvalidDate][random.usize(..4)]
    }
}

/// The text of a contract. `source` and `target` are schemas, for servers.
pub(super) fn text(
    shape: &Shape,
    stricter: Option<Stricter>,
    source: Option<&str>,
    target: Option<&str>,
) -> String {
    let Shape { on_existing, is_lenient, has_parts, has_markup, has_sites, has_token } = *shape;
    let is = |wanted| stricter == Some(wanted);
    let table = source.map_or_else(|| "app_xml".to_owned(), |schema| format!("{schema}.app_xml"));
    let schema = target.map(|schema| format!("schema: {schema}, ")).unwrap_or_default();
    let policy = if is_lenient { "null" } else { "fail" };
    let on_invalid = if is(Stricter::InvalidDate) { "fail" } else { policy };
    let on_unmapped = if is(Stricter::MissingCode) { "fail" } else { policy };
    let last_code = if is(Stricter::MissingCode) { "" } else { ", CO: 3" };
    let name_length = if is(Stricter::ShorterName) { 12 } else { 40 };
    let require = if is(Stricter::RequiredElement) { ", require: [weight]" } else { "" };
    let markup = if has_markup { "      markup: { path: report, type: xml }\n" } else { "" };
    let token = if has_token { "      token:  { generate: uuid, type: uuid }\n" } else { "" };
    let parts = if has_parts { PARTS } else { "" };
    let sites = if has_sites { SITES } else { "" };
    let on_existing = on_existing.word();
    format!(
        "xmlshred: 1
name: torture
source: {{ table: {table}, key: app_id, xml: xml, min_bytes: 8 }}
target: {{ {schema}on_existing: {on_existing} }}
document: {{ root: /request, key: \"@id\"{require} }}
codes: {{ role: {{ PR: 1, AU: 2{last_code} }} }}
tables:
  person:
    columns:
      app_id: {{ path: \"@id\", type: bigint, key: true }}
      name:   {{ path: name, type: varchar({name_length}), sensitive: true }}
      role:   {{ path: \"@role\", codes: role, type: smallint, on_unmapped_code: {on_unmapped} }}
      member: {{ path: \"@member\", type: bool }}
      weight: {{ path: weight, type: double }}
      born:   {{ path: born, type: date, on_invalid: {on_invalid} }}
      seen:   {{ path: seen, type: timestamp }}
      at:     {{ path: at, type: timestamptz }}
      amount: {{ path: amount, type: \"decimal(12,2)\" }}
      note:   {{ path: note, type: text }}
      raw:    {{ path: raw, type: binary }}
{token}{markup}  item:
    each: item
    columns:
      app_id: {{ parent: person.app_id, key: true }}
      no:     {{ path: \"@no\", type: int, key: true }}
      sku:    {{ path: \"@sku\", type: varchar(12) }}
      price:  {{ path: price, type: \"decimal(9,2)\", default: 0 }}
      amount: {{ path: \"@n\", type: int, default: 1 }}
      total:  {{ expr: \"price * amount\", type: \"decimal(14,2)\" }}
{parts}  contact:
    each: contact[@id != '']
    one_per: {{ key: \"@id\", keep: last }}
    columns:
      app_id: {{ parent: person.app_id, key: true }}
      id:     {{ path: \"@id\", type: int, key: true }}
      kind:   {{ path: \"@kind\", type: varchar(10) }}
{sites}"
    )
}

/// Rows within rows.
const PARTS: &str = "  part:
    within: item
    each: part
    columns:
      app_id:  { parent: person.app_id, key: true }
      item_no: { parent: item.no, key: true }
      no:      { generate: row_number, type: int, key: true }
      text:    { path: \".\", type: varchar(60), on_too_long: truncate }
";

/// Rows with one key in several documents: that of the highest document stays, or that of the lowest.
const SITES: &str = "  site:
    each: site
    columns:
      app_id: { parent: person.app_id }
      code:   { path: \"@code\", type: varchar(8), key: true }
      title:  { path: \"@title\", type: varchar(40) }
";

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_mapping::contract::load;

    #[test]
    fn every_contract_of_a_round_is_one() {
        let mut random = Rng::with_seed(1);
        for _ in 0..50 {
            let shape = Shape::by_chance(&mut random, true);
            for stricter in [None, Some(Stricter::by_chance(&mut random))] {
                let text = text(&shape, stricter, Some("a"), Some("b"));
                let loaded = load(&text);
                assert!(loaded.contract.is_some(), "{text}\n{:#?}", loaded.diagnostics);
            }
        }
    }
}
