//! What the name of a value says of it, in words that documents of many languages and standards use.
//!
//! A name is a doubt or a reason, never a proof: only where values alone are too few does it decide between a number and text.

use super::words::words;

/// What a value seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Tells one thing from others: digits in it are no number.
    Identifier,
    /// Money, or how much there is of something.
    Amount,
    /// How many there are.
    Count,
    /// How large something is, where a number says so: a unit may follow.
    Measure,
    /// A day, a time, or both.
    Time,
    /// Yes or no.
    Flag,
    /// What things are called: people write it, in some words.
    Name,
    /// Text that people write or programs make, of any length.
    Prose,
    /// The name does not say.
    Unknown,
}

/// Words at the end of a name, or alone.
const IDENTIFIERS: &[&str] = &[
    "id",
    "ids",
    "identifier",
    "ident",
    "code",
    "cd",
    "codes",
    "number",
    "no",
    "num",
    "nr",
    "nbr",
    "numero",
    "numer",
    "nummer",
    "key",
    "ref",
    "reference",
    "version",
    "uuid",
    "guid",
    "phone",
    "telephone",
    "telefono",
    "tel",
    "fax",
    "mobile",
    "zip",
    "postcode",
    "postalcode",
    "plz",
    "cap",
    "account",
    "acct",
    "iban",
    "bic",
    "swift",
    "ssn",
    "isbn",
    "issn",
    "ean",
    "gtin",
    "upc",
    "sku",
    "lei",
    "vat",
    "tin",
    "duns",
    "serial",
    "token",
    "hash",
    "checksum",
    "pin",
    "license",
    "licence",
    "cnpj",
    "cpf",
    "cep",
    "codigo",
    "codice",
    "series",
    "serie",
    "type",
    "status",
    "class",
    "kind",
    "category",
    "scheme",
    "lang",
    "language",
    "currency",
    "country",
    "unit",
    "level",
    "page",
    "pages",
    "fpage",
    "lpage",
    "volume",
    "issue",
    "edition",
    "mode",
    "role",
];
/// Words anywhere in a name.
const IDENTIFYING: &[&str] = &[
    "phone",
    "telephone",
    "fax",
    "zip",
    "postal",
    "account",
    "acct",
    "iban",
    "ssn",
    "isbn",
    "issn",
    "identification",
];
const AMOUNTS: &[&str] = &[
    "amount",
    "amt",
    "price",
    "total",
    "subtotal",
    "sum",
    "balance",
    "cost",
    "fee",
    "quantity",
    "qty",
    "percent",
    "percentage",
    "pct",
    "rate",
    "importo",
    "prezzo",
    "quantita",
    "montant",
    "betrag",
    "importe",
    "precio",
    "cantidad",
    "valor",
    "lat",
    "lon",
    "latitude",
    "longitude",
];
const MEASURES: &[&str] = &[
    "width",
    "height",
    "length",
    "depth",
    "weight",
    "size",
    "x",
    "y",
    "z",
    "dx",
    "dy",
    "speed",
    "temperature",
    "elevation",
    "ele",
    "altitude",
    "duration",
    "distance",
    "angle",
    "radius",
    "scale",
    "opacity",
    "offset",
];
const COUNTS: &[&str] = &["count", "counts", "nof"];
const TIMES: &[&str] = &[
    "date",
    "dt",
    "time",
    "tm",
    "datetime",
    "dttm",
    "timestamp",
    "day",
    "dob",
    "birthday",
    "datum",
    "data",
    "fecha",
    "created",
    "modified",
    "updated",
    "issued",
    "published",
    "since",
    "until",
    "expires",
    "expiry",
];
const FLAGS: &[&str] = &["flag", "indicator", "ind", "enabled", "disabled", "active", "required", "optional"];
const ASKING: &[&str] = &["is", "has", "can", "may", "should", "must", "was"];
const NAMES: &[&str] = &[
    "title",
    "subtitle",
    "name",
    "names",
    "address",
    "street",
    "line",
    "line1",
    "line2",
    "subject",
    "label",
    "caption",
    "header",
    "denominazione",
    "city",
    "town",
    "author",
    "creator",
    "path",
    "file",
    "email",
    "mail",
];
const PROSE: &[&str] = &[
    "description",
    "desc",
    "descr",
    "note",
    "notes",
    "comment",
    "comments",
    "remark",
    "remarks",
    "text",
    "summary",
    "content",
    "body",
    "message",
    "info",
    "information",
    "details",
    "abstract",
    "url",
    "uri",
    "href",
    "link",
    "reason",
    "instruction",
    "instructions",
    "terms",
    "query",
    "value",
    "values",
    "data",
    "causale",
    "descrizione",
    "ustrd",
    "addtl",
    "d",
    "object",
    "attachment",
    "binary",
    "image",
    "base64",
    "signature",
    "certificate",
    "script",
    "style",
    "sql",
    "formula",
    "pattern",
    "regex",
    "expression",
    "html",
    "xml",
    "css",
    "points",
    "transform",
    "keywords",
];

/// What these names say, from the outermost to the value's own.
pub(super) fn meaning(names: &[&str]) -> Meaning {
    // `birthDate/@value` is a date: names that say nothing leave it to the one around.
    let is_empty_word = |name: &&&str| matches!(&*name.to_ascii_lowercase(), "value" | "val");
    let name = names.iter().rev().find(|name| !is_empty_word(name)).or(names.last());
    let Some(name) = name else { return Meaning::Unknown };
    let words = words(name);
    let Some(last) = words.last().map(String::as_str) else { return Meaning::Unknown };
    let has_any = |list: &[&str]| words.iter().any(|word| list.contains(&&**word));
    if AMOUNTS.contains(&last) {
        Meaning::Amount
    } else if IDENTIFIERS.contains(&last) || has_any(IDENTIFYING) {
        Meaning::Identifier
    } else if MEASURES.contains(&last) {
        Meaning::Measure
    } else if COUNTS.contains(&last) {
        Meaning::Count
    } else if TIMES.contains(&last) || last.ends_with("date") || last.ends_with("time") {
        Meaning::Time
    } else if FLAGS.contains(&last) || words.first().is_some_and(|first| ASKING.contains(&&**first)) {
        Meaning::Flag
    } else if NAMES.contains(&last) {
        Meaning::Name
    } else if PROSE.contains(&last) {
        Meaning::Prose
    } else {
        Meaning::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides_and_names_without_meaning_leave_it_to_the_one_around() {
        for (names, expected) in [
            (&["Party", "CompanyID"][..], Meaning::Identifier),
            (&["Price", "PriceAmount"], Meaning::Amount),
            (&["account_number_total"], Meaning::Amount),
            (&["Ntry", "Amt"], Meaning::Amount),
            (&["LineCount"], Meaning::Count),
            (&["birthDate", "value"], Meaning::Time),
            (&["BookgDt"], Meaning::Time),
            (&["isActive"], Meaning::Flag),
            (&["ChargeIndicator"], Meaning::Flag),
            (&["telecom", "PhoneExtension"], Meaning::Identifier),
            (&["Note"], Meaning::Prose),
            (&["PartyName", "Name"], Meaning::Name),
            (&["value"], Meaning::Prose),
            (&["x"], Meaning::Measure),
            (&["other"], Meaning::Unknown),
        ] {
            assert_eq!(meaning(names), expected, "{names:?}");
        }
    }
}
