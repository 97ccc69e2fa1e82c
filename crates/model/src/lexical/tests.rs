//! Cases and properties of lexical forms.

use proptest::prelude::*;

use super::*;
use crate::Decimal;

fn read(text: &str, data_type: &str) -> String {
    read_as(text, data_type, &[])
}

fn read_as(text: &str, data_type: &str, formats: &[&str]) -> String {
    let formats = formats.iter().map(|format| TemporalFormat::new(format).unwrap()).collect::<Vec<_>>();
    match parse(text, data_type.parse().unwrap(), &formats) {
        Ok(value) => {
            let mut out = String::new();
            format(&value, &mut out);
            out
        }
        Err(LexicalError::NotA(_)) => "not".to_owned(),
        Err(LexicalError::OutOfRange(_)) => "range".to_owned(),
        Err(LexicalError::TooLong { .. }) => "long".to_owned(),
        Err(LexicalError::Inexact(_)) => "inexact".to_owned(),
        Err(LexicalError::Zone(_)) => "zone".to_owned(),
    }
}

#[test]
fn forms_of_every_type() {
    for (data_type, text, expected) in [
        ("bool", " true ", "true"),
        ("bool", "FALSE", "false"),
        ("bool", "1", "true"),
        ("bool", "yes", "not"),
        ("smallint", "32767", "32767"),
        ("smallint", "-32768", "-32768"),
        ("smallint", "32768", "range"),
        ("int", "\n+042\t", "42"),
        ("int", "2147483648", "range"),
        ("int", "150.00", "150"),
        ("int", "-7.", "-7"),
        ("int", ".0", "0"),
        ("int", ".", "not"),
        ("int", "1.5", "inexact"),
        ("int", "1.0.0", "not"),
        ("int", "2147483648.0", "range"),
        ("bigint", "9223372036854775807.000", "9223372036854775807"),
        ("int", "", "not"),
        ("int", "-", "not"),
        ("int", "1 2", "not"),
        ("int", "\u{A0}1", "not"),
        ("bigint", "-9223372036854775808", "-9223372036854775808"),
        ("bigint", "9223372036854775808", "range"),
        ("bigint", "99999999999999999999999999", "range"),
        ("decimal(12,2)", "1.5", "1.50"),
        ("decimal(12,2)", "-.5", "-0.50"),
        ("decimal(12,2)", "5.", "5.00"),
        ("decimal(12,2)", "1.500", "1.50"),
        ("decimal(12,2)", "1.505", "inexact"),
        ("decimal(4,2)", "100", "range"),
        ("decimal(4,2)", "99.99", "99.99"),
        ("decimal(12,2)", ".", "not"),
        ("decimal(12,2)", "1e2", "not"),
        ("decimal(12,2)", "1,000.00", "not"),
        ("decimal(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("decimal(38,0)", "100000000000000000000000000000000000000", "range"),
        (
            "decimal(38,38)",
            "0.99999999999999999999999999999999999999",
            "0.99999999999999999999999999999999999999",
        ),
        ("double", "1e3", "1000"),
        ("double", "-1.5E-10", "-1.5e-10"),
        ("double", "NaN", "not"),
        ("double", "INF", "not"),
        ("double", "inf", "not"),
        ("double", "1e999", "range"),
        ("double", "1e-400", "range"),
        ("double", "-0.1e-399", "range"),
        ("double", "0e-400", "0"),
        ("double", "-0.00e400", "-0"),
        ("double", "4.9e-324", "5e-324"),
        ("double", "2.4e-324", "range"),
        ("char(3)", "äöü", "äöü"),
        ("char(3)", "äöüß", "long"),
        ("varchar(2)", " a ", "long"),
        ("text", " a ", " a "),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2023-02-29", "not"),
        ("date", "2023-02-30", "not"),
        ("date", "0000-01-01", "not"),
        ("date", "9999-12-31", "9999-12-31"),
        ("date", "2024-1-2", "not"),
        ("date", "2024-01-02T00:00:00", "not"),
        ("date", "2024-01-02Z", "zone"),
        ("date", "2024-01-02-05:00", "zone"),
        ("date", "2024-01-02 x", "not"),
        ("time", "23:59", "23:59:00"),
        ("time", "03:04:05.120", "03:04:05.12"),
        ("time", "24:00:00", "not"),
        ("time", "12:60", "not"),
        ("timestamp", "2024-01-02T03:04:05.123", "2024-01-02T03:04:05.123"),
        ("timestamp", "2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("timestamp", "2024-01-02", "2024-01-02T00:00:00"),
        ("timestamp", "2024-12-31T24:00:00", "2025-01-01T00:00:00"),
        ("timestamp", "9999-12-31T24:00:00", "not"),
        ("timestamp", "2024-01-02T03:04:05.1234567", "inexact"),
        ("timestamp", "2024-01-02T03:04:05.1234560", "2024-01-02T03:04:05.123456"),
        ("timestamp", "2024-01-02T03:04:05Z", "zone"),
        ("timestamp", "1900-01-01T00:00:00.5", "1900-01-01T00:00:00.5"),
        ("timestamptz", "2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z"),
        ("timestamptz", "2024-01-01T00:30:00+0100", "2023-12-31T23:30:00Z"),
        ("timestamptz", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("timestamptz", "2024-01-02T03:04:05", "not"),
        ("timestamptz", "2024-01-02T03:04:05+15:00", "not"),
        ("uuid", "{0123ABCD-0000-4000-8000-00000000000f}", "0123abcd-0000-4000-8000-00000000000f"),
        ("uuid", "0123abcd00004000800000000000000f", "not"),
        (
            "json",
            "{\"a\": [1, -2.5e3, \"\\u00e9\", null, true]}",
            "{\"a\": [1, -2.5e3, \"\\u00e9\", null, true]}",
        ),
        ("json", "{a: 1}", "not"),
        ("json", "[1,]", "not"),
        ("json", "01", "not"),
    ] {
        assert_eq!(read(text, data_type), expected, "{text:?} as {data_type}");
    }
}

fn read_leniently(text: &str, data_type: &str, formats: &[&str], leniency: Leniency) -> String {
    let formats = formats.iter().map(|format| TemporalFormat::new(format).unwrap()).collect::<Vec<_>>();
    match parse_leniently(text, data_type.parse().unwrap(), &formats, leniency) {
        Ok((value, is_inexact)) => {
            let mut out = String::new();
            format(&value, &mut out);
            if is_inexact { out + " inexact" } else { out }
        }
        Err(error) => format!("{error:?}").split('(').next().unwrap().to_owned(),
    }
}

#[test]
fn digits_without_a_place_are_rounded_half_away_from_zero_or_cut() {
    for (data_type, text, rounded, cut) in [
        ("decimal(5,2)", "1.505", "1.51 inexact", "1.50 inexact"),
        ("decimal(5,2)", "-1.505", "-1.51 inexact", "-1.50 inexact"),
        ("decimal(5,2)", "1.5049999", "1.50 inexact", "1.50 inexact"),
        ("decimal(5,2)", "1.500", "1.50", "1.50"),
        ("decimal(4,2)", "99.995", "OutOfRange", "99.99 inexact"),
        ("decimal(38,0)", "1.5", "2 inexact", "1 inexact"),
        ("int", "-0.5", "-1 inexact", "0 inexact"),
        ("smallint", "32767.5", "OutOfRange", "32767 inexact"),
        ("int", "1.5x", "NotA", "NotA"),
        ("time", "23:59:59.9999994", "23:59:59.999999 inexact", "23:59:59.999999 inexact"),
        ("time", "23:59:59.9999995", "NotA", "23:59:59.999999 inexact"),
        (
            "timestamp",
            "2023-12-31T23:59:59.9999995",
            "2024-01-01T00:00:00 inexact",
            "2023-12-31T23:59:59.999999 inexact",
        ),
        (
            "timestamptz",
            "2024-01-01T00:00:00.1234565Z",
            "2024-01-01T00:00:00.123457Z inexact",
            "2024-01-01T00:00:00.123456Z inexact",
        ),
    ] {
        let read =
            |on_inexact| read_leniently(text, data_type, &[], Leniency { on_inexact, ..Leniency::STRICT });
        assert_eq!(read(OnInexact::Round), rounded, "{text} as {data_type}");
        assert_eq!(read(OnInexact::Truncate), cut, "{text} as {data_type}");
        assert!(read(OnInexact::Fail) == "Inexact" || !rounded.contains("inexact"), "{text} as {data_type}");
    }
}

#[test]
fn zones_are_ignored_or_the_value_is_the_one_in_utc() {
    for (data_type, format, text, ignored, in_utc) in [
        ("date", "", "2031-05-04Z", "2031-05-04", "2031-05-04"),
        ("date", "", "2031-05-04+02:00", "2031-05-04", "2031-05-03"),
        ("date", "%d.%m.%Y %z", "04.05.2031 +0200", "2031-05-04", "2031-05-03"),
        ("time", "", "10:00:00Z", "10:00:00", "10:00:00"),
        ("time", "", "01:30:00+02:00", "01:30:00", "23:30:00"),
        ("timestamp", "", "2024-01-01T01:00:00+02:00", "2024-01-01T01:00:00", "2023-12-31T23:00:00"),
        ("timestamp", "%F %T %Z", "2024-01-01 01:00:00 EST", "2024-01-01T01:00:00", "2024-01-01T06:00:00"),
        (
            "timestamp",
            "rfc2822",
            "Tue, 1 Jul 2003 10:52:37 +0200",
            "2003-07-01T10:52:37",
            "2003-07-01T08:52:37",
        ),
        ("timestamptz", "", "2024-01-01T01:00:00+02:00", "2023-12-31T23:00:00Z", "2023-12-31T23:00:00Z"),
    ] {
        let formats = if format.is_empty() { vec![] } else { vec![format] };
        let read =
            |on_zone| read_leniently(text, data_type, &formats, Leniency { on_zone, ..Leniency::STRICT });
        assert_eq!(read(OnZone::Ignore), ignored, "{text} as {data_type}");
        assert_eq!(read(OnZone::Utc), in_utc, "{text} as {data_type}");
        if data_type != "timestamptz" {
            assert_eq!(read(OnZone::Fail), "Zone", "{text} as {data_type}");
        }
    }
}

#[test]
fn usual_dates_and_times_are_what_they_are_part_by_part() {
    let dates = [
        "2024-02-29",
        "2023-02-29",
        "0001-01-01",
        "0000-01-01",
        "9999-12-31",
        "2024-13-01",
        "2024-1-01",
        "2024/02/03",
    ];
    let times = [
        "",
        "T00:00:00",
        "T23:59:59",
        "T24:00:00",
        "T23:60:00",
        "T23:59:60",
        " 12:00:00",
        "T12:00",
        "T1a:00:00",
    ];
    let zones = ["", "Z", "z", "+00:00", "-14:00", "+14:01", "+13:59", "-05:60", "+0100", "+1:00"];
    for date in dates {
        for time in times {
            for zone in zones {
                let text = format!("{date}{time}{zone}");
                for data_type in ["date", "timestamp", "timestamptz"] {
                    // With white space around it, it is no usual one.
                    let part_by_part = read(&format!(" {text} "), data_type);
                    assert_eq!(read(&text, data_type), part_by_part, "{text} as {data_type}");
                }
            }
        }
    }
}

#[test]
fn words_stand_for_whole_notations() {
    for (data_type, word, text, expected) in [
        ("timestamptz", "rfc2822", "Tue, 01 Jul 2003 10:52:37 GMT", "2003-07-01T10:52:37Z"),
        ("timestamptz", "rfc2822", "1 jul 03 10:52 pst", "2003-07-01T18:52:00Z"),
        ("timestamptz", "rfc2822", "Fri, 21 Nov 97 09:55:06 -0600 (by hand)", "1997-11-21T15:55:06Z"),
        ("timestamptz", "rfc2822", "1 Jul 2003 10:52:37", "not"),
        ("timestamptz", "rfc2822", "31 Jun 2003 10:52:37 GMT", "not"),
        ("timestamptz", "rfc2822", "Wed, 01 Jul 2003 10:52:37 GMT", "not"),
        ("timestamptz", "rfc2822", "Thu, 29 Feb 2024 23:59:59 -1200", "2024-03-01T11:59:59Z"),
        ("timestamptz", "epoch", "1700000000", "2023-11-14T22:13:20Z"),
        ("timestamp", "epoch", "-1.5", "1969-12-31T23:59:58.5"),
        ("timestamp", "epoch_ms", "1700000000123", "2023-11-14T22:13:20.123"),
        ("timestamp", "epoch_ms", "1700000000123.4567", "inexact"),
        ("timestamp", "epoch", "99999999999999999999", "not"),
        ("timestamp", "epoch", "1e3", "not"),
        ("timestamp", "epoch", "", "not"),
        ("time", "epoch", "3661", "01:01:01"),
        ("date", "epoch", "86400", "1970-01-02"),
        ("date", "epoch", "86401", "inexact"),
        ("date", "%d.%m.%Y %H:%M", "31.01.2024 00:00", "2024-01-31"),
        ("date", "%d.%m.%Y %H:%M", "31.01.2024 13:00", "inexact"),
        ("date", "iso8601", "2024-01-31T00:00:00", "2024-01-31"),
        ("timestamptz", "%F %T %Z", "2024-01-02 03:04:05 utc", "2024-01-02T03:04:05Z"),
        ("timestamptz", "%F %T %Z", "2024-01-02 03:04:05 CET", "not"),
    ] {
        assert_eq!(read_as(text, data_type, &[word]), expected, "{text:?} as {data_type} by {word}");
    }
    let cut = Leniency { on_inexact: OnInexact::Truncate, ..Leniency::STRICT };
    assert_eq!(
        read_leniently("-0.0000001", "timestamp", &["epoch"], cut),
        "1969-12-31T23:59:59.999999 inexact"
    );
    let round = Leniency { on_inexact: OnInexact::Round, ..Leniency::STRICT };
    assert_eq!(read_leniently("-0.0000001", "timestamp", &["epoch"], round), "1970-01-01T00:00:00 inexact");
    assert_eq!(read_leniently("31.01.2024 13:00", "date", &["%d.%m.%Y %R"], round), "2024-01-31 inexact");
}

#[test]
fn bytes_are_read_in_the_notation_that_is_said() {
    let read = |text, format| {
        parse_bytes(text, format)
            .map_or_else(|_| "not".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    for (text, as_base64, as_hex) in [
        ("68656c6c6f", "not", "hello"),
        (" 0x68656C6C6F ", "not", "hello"),
        ("\\x68656c6c6f", "not", "hello"),
        ("aGVsbG8=", "hello", "not"),
        ("0x68", "not", "h"),
        ("686", "not", "not"),
        ("", "", ""),
    ] {
        assert_eq!(read(text, BinaryFormat::Base64), as_base64, "{text}");
        assert_eq!(read(text, BinaryFormat::Hex), as_hex, "{text}");
    }
}

#[test]
fn patterns_are_matched_to_the_end() {
    for (data_type, pattern, text, expected) in [
        ("date", "%m/%d/%Y", "1/2/2024", "2024-01-02"),
        ("date", "%m/%d/%Y", "13/2/2024", "not"),
        ("date", "%m/%d/%Y", "1/2/2024 x", "not"),
        ("date", "%d %b %Y", "02 jan 2024", "2024-01-02"),
        ("date", "%d %B %Y", "2 January 2024", "2024-01-02"),
        ("date", "%a %d %b %Y", "Wed 31 Dec 1969", "1969-12-31"),
        ("date", "%A, %d.%m.%Y", "monday, 01.01.0001", "0001-01-01"),
        ("date", "%A, %d.%m.%Y", "tuesday, 01.01.0001", "not"),
        ("date", "%y%m%d", "690102", "1969-01-02"),
        ("date", "%Y-%j", "2024-366", "2024-12-31"),
        ("date", "%Y-%j", "2023-366", "not"),
        ("date", "%Y-%m", "2024-01", "not"),
        ("timestamp", "%m/%d/%Y %I:%M:%S %p", "12/31/2024 12:05:06 AM", "2024-12-31T00:05:06"),
        ("timestamp", "%m/%d/%Y %I:%M:%S %p", "12/31/2024 01:05:06 pm", "2024-12-31T13:05:06"),
        ("timestamp", "%F %T%.f", "2024-01-02 03:04:05.25", "2024-01-02T03:04:05.25"),
        ("timestamp", "%F %T%.f", "2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("timestamptz", "%d.%m.%Y %H:%M %z", "02.01.2024 03:04 +0200", "2024-01-02T01:04:00Z"),
        ("time", "%H%M", "0304", "03:04:00"),
    ] {
        assert_eq!(read_as(text, data_type, &[pattern]), expected, "{text:?} by {pattern}");
    }
    assert_eq!(read_as("2024-01-02", "date", &["%m/%d/%Y", "%F"]), "2024-01-02");
    assert_eq!(TemporalFormat::new("%Q").unwrap_err(), "unknown directive `%Q`");
}

#[test]
fn binary_is_base64_or_marked_hexadecimal() {
    assert_eq!(parse_binary("aGVs bG8=").unwrap(), b"hello");
    assert_eq!(parse_binary("\\x00fF").unwrap(), [0, 255]);
    // Base64 may begin with what others take for the mark of hexadecimal.
    assert_eq!(parse_binary("0xA=").unwrap(), [211, 16]);
    for text in ["a", "ab=c", "ab", "a===", "aGVsbG9=", "\\x1", "\\xgg", "häß="] {
        assert!(parse_binary(text).is_err(), "{text}");
    }
}

/// Whether writing a value and reading it again gives the same value.
fn survives(value: &Value<'_>, data_type: DataType) -> bool {
    let mut text = String::new();
    format(value, &mut text);
    parse(&text, data_type, &[]).is_ok_and(|again| again == *value)
}

proptest! {
    #[test]
    fn values_survive_writing_and_reading(
        int: i64, unscaled in -(10_i128.pow(38) - 1)..10_i128.pow(38), scale in 0_u8..=38,
        double in proptest::num::f64::NORMAL, days in -719_162..2_932_897, micros in 0..MICROS_PER_DAY, uuid: [u8; 16],
    ) {
        prop_assert!(survives(&Value::Int(int), DataType::BigInt));
        let decimal = survives(&Value::Decimal(Decimal { unscaled, scale }), DataType::Decimal { precision: 38, scale });
        prop_assert!(decimal);
        prop_assert!(survives(&Value::Double(double), DataType::Double));
        prop_assert!(survives(&Value::Date(days), DataType::Date));
        prop_assert!(survives(&Value::Time(micros), DataType::Time));
        let moment = i64::from(days) * MICROS_PER_DAY + micros;
        prop_assert!(survives(&Value::Timestamp(moment), DataType::Timestamp));
        prop_assert!(survives(&Value::TimestampTz(moment), DataType::TimestampTz));
        prop_assert!(survives(&Value::Uuid(uuid), DataType::Uuid));
    }

    #[test]
    fn bytes_survive_base64(bytes: Vec<u8>) {
        let mut text = String::new();
        format(&Value::Binary(&bytes), &mut text);
        prop_assert_eq!(parse_binary(&text).unwrap(), bytes);
    }

    #[test]
    fn dates_are_those_of_an_independent_calendar(days in -719_162..2_932_897) {
        let CivilDate { year, month, day } = civil_from_days(days);
        let other = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        prop_assert_eq!((year, month, day), (i32::from(other.year()), other.month() as u8, other.day() as u8));
        prop_assert_eq!(days_from_civil(CivilDate { year, month, day }), Some(days));
    }

    #[test]
    fn no_text_makes_a_conversion_panic(text in "\\PC{0,30}") {
        for name in DataType::NAMES {
            let data_type = match name {
                "char" | "varchar" => format!("{name}(5)"),
                "decimal" => "decimal(9,3)".to_owned(),
                _ => name.to_owned(),
            };
            let _ = parse(&text, data_type.parse().unwrap(), &[]);
        }
        let _ = parse_binary(&text);
        let all = Leniency { on_inexact: OnInexact::Round, on_zone: OnZone::Utc };
        let words = ["iso8601", "rfc2822", "epoch", "epoch_ms"].map(|word| TemporalFormat::new(word).unwrap());
        for data_type in [DataType::Date, DataType::Time, DataType::Timestamp, DataType::TimestampTz] {
            let _ = parse_leniently(&text, data_type, &words, all);
        }
        if let Ok(pattern) = TemporalFormat::new(&text) {
            let _ = pattern.parse(&text, DataType::Timestamp);
        }
    }
}
