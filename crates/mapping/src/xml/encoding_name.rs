//! Names of encodings that exist and are not read here, so that a message may name them.
//!
//! The label in a declaration is the document's own word, and might be anything: what is not in these lists is never repeated.

/// Labels in lower case, and the name.
const UNSUPPORTED: &[(&[&str], &str)] = &[
    (&["utf-7", "unicode-1-1-utf-7", "csutf7"], "UTF-7"),
    (&["utf-32", "utf-32be", "utf-32le", "ucs-4", "iso-10646-ucs-4", "csucs4"], "UTF-32"),
    (&["cesu-8"], "CESU-8"),
    (&["scsu"], "SCSU"),
    (&["viscii"], "VISCII"),
    (&["iso-2022-kr", "csiso2022kr"], "ISO-2022-KR"),
    (&["iso-2022-cn", "iso-2022-cn-ext"], "ISO-2022-CN"),
    (&["hz-gb-2312"], "HZ-GB-2312"),
];

/// Code pages of DOS and of mainframes that IANA registers, with what the family is called.
const CODE_PAGES: &[(&[u16], &str)] = &[
    (
        &[437, 737, 775, 850, 851, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 868, 869],
        "a DOS code page",
    ),
    (
        &[
            37, 38, 256, 273, 274, 275, 277, 278, 280, 281, 284, 285, 290, 297, 420, 423, 424, 500, 870, 871,
            875, 880, 905, 918, 924, 1026, 1047, 1140, 1141, 1142, 1143, 1144, 1145, 1146, 1147, 1148, 1149,
        ],
        "EBCDIC",
    ),
];

/// What an encoding is called that this label names and that is not read here; `None` for a label that nobody knows.
pub(super) fn unsupported_encoding(label: &str) -> Option<&'static str> {
    let label = label.to_ascii_lowercase();
    let known =
        UNSUPPORTED.iter().find(|(labels, _)| labels.contains(&label.as_str())).map(|(_, name)| *name);
    let is_ebcdic = || label.starts_with("ebcdic-").then_some("EBCDIC");
    known.or_else(is_ebcdic).or_else(|| code_page(&label))
}

fn code_page(label: &str) -> Option<&'static str> {
    let digits =
        label.strip_prefix("ibm").or_else(|| label.strip_prefix("cp"))?.trim_start_matches(['-', '_']);
    let number = digits.parse::<u16>().ok()?;
    CODE_PAGES.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, name)| *name)
}
