//! `document.limits`: what is taken, and what is told of the rest.

use xmlshred_mapping::Limits;
use xmlshred_mapping::contract::language::{Absent, LIMITS};
use xmlshred_mapping::contract::load;

fn contract(limits: &str) -> String {
    format!(
        "xmlshred: 1\nsource: {{ table: t, key: id, xml: x }}\ndocument: {{ root: /r, limits: {limits} }}\n\
         tables: {{ t: {{ columns: {{ a: {{ path: \"@a\", type: int }} }} }} }}\n"
    )
}

fn limits(text: &str) -> Limits {
    load(&contract(text)).contract.expect("a contract").document.limits
}

#[test]
fn what_is_not_set_is_the_program_s() {
    assert_eq!(limits("{}"), Limits::default());
    assert_eq!(limits("{ depth: 10_000 }".replace('_', "").as_str()).max_depth, 10_000);
    let all = "{ bytes: 1, depth: 2, attributes: 3, row_bytes: 4, steps: 5, value_bytes: 6 }";
    let expected = Limits {
        max_bytes: 1,
        max_depth: 2,
        max_attributes: 3,
        max_row_bytes: 4,
        max_steps: 5,
        max_value_bytes: 6,
    };
    assert_eq!(limits(all), expected);
    assert_eq!(limits("{ bytes: 4294967295 }").max_bytes, u64::from(u32::MAX));
}

#[test]
fn what_is_no_limit_is_told_with_the_range() {
    for (text, message, hint) in [
        ("{ bytes: 0 }", "`bytes` cannot be `0`", "write a whole number from 1 to 4294967295, digits only"),
        (
            "{ bytes: 4294967296 }",
            "`bytes` cannot be `4294967296`",
            "write a whole number from 1 to 4294967295, digits only",
        ),
        ("{ depth: -1 }", "`depth` cannot be `-1`", "write a whole number from 1 to 10000, digits only"),
        (
            "{ depth: 10001 }",
            "`depth` cannot be `10001`",
            "write a whole number from 1 to 10000, digits only",
        ),
        (
            "{ attributes: 1.5 }",
            "`attributes` cannot be `1.5`",
            "write a whole number from 1 to 1000000, digits only",
        ),
        (
            "{ row_bytes: 64MiB }",
            "`row_bytes` cannot be `64MiB`",
            "write a whole number from 1 to 1073741824, digits only",
        ),
        (
            "{ steps: 99999999999999999999 }",
            "`steps` cannot be `99999999999999999999`",
            "write a whole number from 1 to 1000000000000000, digits only",
        ),
        (
            "{ value_bytes: \"+5\" }",
            "`value_bytes` cannot be `+5`",
            "write a whole number from 1 to 68719476736, digits only",
        ),
        ("{ byte: 5 }", "limits has no key `byte`", "did you mean `bytes`?"),
        (
            "5",
            "limits: expected a map, found text",
            "write `name: value` lines under it, or `{ name: value }`",
        ),
    ] {
        let found = load(&contract(text)).diagnostics;
        let told = found.iter().map(|found| (&*found.message, &*found.hint)).collect::<Vec<_>>();
        assert_eq!(told, [(message, hint)], "{text}");
    }
}

#[test]
fn the_manual_has_the_program_s_limits() {
    let Limits { max_bytes, max_depth, max_attributes, max_row_bytes, max_steps, max_value_bytes } =
        Limits::default();
    let expected = [
        max_bytes,
        u64::from(max_depth),
        u64::from(max_attributes),
        max_row_bytes as u64,
        max_steps,
        max_value_bytes,
    ];
    for (key, expected) in LIMITS.keys.iter().zip(expected) {
        let Absent::Is(default) = key.absent else { panic!("{} has no default", key.name) };
        assert_eq!(default.parse(), Ok(expected), "{}", key.name);
    }
}
