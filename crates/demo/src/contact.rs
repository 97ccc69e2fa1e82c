//! Contacts with their addresses, employments and incomes.

use fastrand::Rng;

use super::fault::Fault;
use super::markup::Markup;
use super::names::{self, one};
use super::subject::Subject;

/// One document in this many names its first contact twice, in two roles.
pub(super) const REPEATED_ONE_IN: i64 = 25;

/// Writes contact `index` of an application.
pub(super) fn write(markup: &mut Markup<'_>, rng: &mut Rng, subject: Subject, index: usize) {
    let role = match index {
        0 => "PR",
        1 => one(rng, &["AUTHU", "COSGN", "REFER"]),
        _ => one(rng, &["COSGN", "REFER", "AUTHU"]),
    };
    person(markup, rng, subject, index, role);
}

/// Writes the first contact once more, as an authorised user: `one_per` keeps the primary one.
pub(super) fn write_again(markup: &mut Markup<'_>, rng: &mut Rng, subject: Subject) {
    person(markup, rng, Subject { fault: None, ..subject }, 0, "AUTHU");
}

fn person(markup: &mut Markup<'_>, rng: &mut Rng, subject: Subject, index: usize, role: &str) {
    markup.start("contact");
    if index == 3 {
        markup.plain("con_id", "");
    } else {
        markup
            .attribute("con_id", subject.app_id * 100 + i64::try_from(index).expect("a handful of contacts"));
    }
    markup.plain("ac_role_tp_c", role);
    markup.attribute(
        "ssn",
        format_args!("9{:02}-{:02}-{:04}", rng.u8(..100), rng.u8(..100), rng.u16(..10_000)),
    );
    if rng.bool() {
        markup.plain("title", one(rng, &["Dr.", "Prof.", ""]));
    }
    markup.escaped("first_name", one(rng, names::FIRST)).plain("initials", one(rng, &["Q", "X", "QX", ""]));
    if !(index == 0 && subject.fault == Some(Fault::NoLastName)) {
        markup.escaped("last_name", one(rng, names::LAST));
    }
    let (year, month, day) = (rng.u16(1940..2003), rng.u8(1..=12), rng.u8(1..=28));
    if rng.bool() {
        markup.attribute("birth_date", format_args!("{month:02}/{day:02}/{year}"));
    } else {
        markup.attribute("birth_date", format_args!("{year}-{month:02}-{day:02}"));
    }
    markup.plain("citizen", one(rng, &["Y", "N", ""])).attribute("dependents", rng.u8(..5));
    markup.open();
    contact_points(markup, rng);
    for number in 0..rng.usize(1..=2) {
        address(markup, rng, number);
    }
    for number in 0..rng.usize(..=2) {
        employment(markup, rng, number);
    }
    markup.end("contact");
}

fn contact_points(markup: &mut Markup<'_>, rng: &mut Rng) {
    if rng.u8(..4) != 0 {
        markup.start("contact_point").plain("kind", "email");
        markup.verbatim(">");
        let number = rng.u16(..);
        let out = markup.out();
        out.push_str(" Someone.");
        push_number(out, u32::from(number));
        out.push_str("@Mail.Example ");
        markup.verbatim("</contact_point>");
    }
    for kind in ["phone-home", "phone-cell"] {
        if rng.bool() {
            markup.start("contact_point").plain("kind", kind);
            markup.verbatim(">(212) 555-01");
            let number = rng.u32(10..100);
            push_number(markup.out(), number);
            markup.verbatim("</contact_point>");
        }
    }
}

fn address(markup: &mut Markup<'_>, rng: &mut Rng, number: usize) {
    let kind = if number == 0 { "CURR" } else { one(rng, &["PREV", "MAIL"]) };
    markup.start("contact_address").plain("address_tp_c", kind);
    if rng.u8(..15) == 0 {
        markup.plain("void", "Y");
    }
    markup.escaped("street", one(rng, names::STREET));
    markup.attribute("number", format_args!("{}{}", rng.u16(1..9999), one(rng, &["", "", "b", " 1/2"])));
    markup.escaped("city", one(rng, names::CITY)).plain("state", one(rng, names::STATE));
    if rng.bool() {
        markup.attribute("zip", format_args!("{:05}", rng.u32(..100_000)));
    } else {
        markup.attribute("zip", format_args!("{:05}-{:04}", rng.u32(..100_000), rng.u16(..10_000)));
    }
    markup.plain("housing_c", one(rng, &["O", "R", "P", "?"]));
    if rng.u8(..6) != 0 {
        markup.attribute("months_at_residence", rng.u8(..12)).attribute("years_at_residence", rng.u8(..30));
    }
    markup.close_empty();
}

fn employment(markup: &mut Markup<'_>, rng: &mut Rng, number: usize) {
    markup.start("contact_employment");
    if rng.u8(..10) == 0 {
        markup.plain("business_name", "  ").plain("job_title", "");
        markup.close_empty();
        return;
    }
    markup.escaped("business_name", one(rng, names::EMPLOYER)).escaped("job_title", one(rng, names::JOB));
    match rng.u8(..12) {
        0 => markup.plain("salary", "negotiable"),
        _ => {
            let salary = rng.u32(18_000..210_000);
            markup.attribute("salary", format_args!("${},{:03}.00", salary / 1000, salary % 1000))
        }
    };
    markup.attribute("hired_on", format_args!("{}-{:02}-01", rng.u16(1990..2019), rng.u8(1..=12)));
    markup.attribute("shift_start", format_args!("{:02}:30:00", rng.u8(5..20)));
    markup.plain("status_c", one(rng, &["PR", "PR", "X9"]));
    markup.plain("current", if number == 0 { "true" } else { "0" });
    markup.open();
    for _ in 0..rng.u8(..3) {
        markup.start("income").plain("kind", one(rng, &["monthly", "weekly", "yearly", "x_other"]));
        markup.verbatim(">");
        let amount = rng.u32(..9_000);
        push_number(markup.out(), amount);
        markup.verbatim(".50</income>");
    }
    markup.end("contact_employment");
}

fn push_number(out: &mut String, number: u32) {
    use std::fmt::Write as _;
    write!(out, "{number}").expect("writing to a string cannot fail");
}
