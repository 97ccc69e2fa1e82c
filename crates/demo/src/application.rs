//! The part of a document that the contract reads: the application with its product, options, decision and workflow.

use fastrand::Rng;

use super::contact;
use super::fault::Fault;
use super::markup::Markup;
use super::names::{self, one};
use super::subject::Subject;

/// Writes `<application>`.
pub(super) fn write(markup: &mut Markup<'_>, rng: &mut Rng, subject: Subject) {
    let Subject { app_id, fault, target_bytes } = subject;
    let contact_count = 1 + rng.usize(..(1 + target_bytes / 7_000).min(4));
    start(markup, rng, subject, contact_count);
    product(markup, rng, fault);
    for index in 0..contact_count {
        contact::write(markup, rng, subject, index);
    }
    if app_id % contact::REPEATED_ONE_IN == 3 {
        contact::write_again(markup, rng, subject);
    }
    collateral(markup, rng);
    options(markup, rng, fault);
    decision(markup, rng);
    workflow(markup, rng);
    notes(markup, rng, app_id);
    if rng.u8(..4) == 0 {
        attachments(markup, rng, app_id);
    }
    markup.end("application");
}

fn start(markup: &mut Markup<'_>, rng: &mut Rng, subject: Subject, contact_count: usize) {
    let (month, day) = (rng.u8(1..=12), rng.u8(1..=28));
    let (hour, minute, second) = (rng.u8(..24), rng.u8(..60), rng.u8(..60));
    let year = rng.u16(2019..=2024);
    let (month, day) = match subject.fault {
        Some(Fault::ImpossibleDate) => (2, 30),
        _ => (month, day),
    };
    markup.start("application");
    if rng.bool() {
        markup.attribute(
            "app_receive_date",
            format_args!("{month:02}/{day:02}/{year} {hour:02}:{minute:02}:{second:02}"),
        );
    } else {
        markup.attribute(
            "app_receive_date",
            format_args!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
        );
    }
    if rng.u8(..10) != 0 {
        let decided_day = (day + rng.u8(..4)).min(28);
        markup.attribute(
            "decision_date",
            format_args!("{year}-{month:02}-{decided_day:02}T23:{minute:02}:00.250"),
        );
    }
    markup.plain("channel_c", one(rng, &["WEB", "WEB", "BRNCH", "PHONE", "FAX", "DLR"]));
    let branch = if rng.u8(..8) == 0 { "BRANCH_CODE" } else { "branch_code" };
    markup.attribute(branch, format_args!("b{:03}", rng.u16(..1000)));
    if rng.bool() {
        markup.plain("campaign", one(rng, &["  Spring-Drive ", "LOYALTY", "refi_24", ""]));
    }
    markup.plain("currency", one(rng, &["USD", "USD", "USD", "EUR", ""]));
    markup.plain("paperless", one(rng, &["Y", "N", "Y", ""]));
    markup.attribute("adults", contact_count).attribute("children", rng.u8(..4));
    let amount = rng.u32(2_000..90_000);
    markup.attribute(
        "requested_amount",
        format_args!("${},{:03}.{:02}", amount / 1000, amount % 1000, rng.u8(..100)),
    );
    markup.attribute("entered_by", format_args!("user{:04}", rng.u16(..3000)));
    markup.plain("underwriter_queue", one(rng, &["A1", "A2", "MANUAL", "FRAUD"]));
    markup.open();
    markup.start("preference").plain("language", one(rng, &["en", "es", "fr"])).close_empty();
    if rng.u8(..12) == 0 {
        markup.start("preference").plain("language", "de").close_empty();
    }
}

fn product(markup: &mut Markup<'_>, rng: &mut Rng, fault: Option<Fault>) {
    let amount = rng.u32(200_000..9_000_000);
    let value = if fault == Some(Fault::ZeroValue) { 0 } else { amount / 2 + rng.u32(100_000..6_000_000) };
    let decision = match fault {
        Some(Fault::UnknownCode) => "MAYBE",
        _ => one(rng, &["APPRV", "APPRV", "DECLN", "DECNC", "PENDG"]),
    };
    let product_code = if fault == Some(Fault::TooLong) {
        "AUTOMOBILE-LOAN"
    } else {
        one(rng, &["AUTO", "CARD", "HELOC", "RV"])
    };
    markup.start("app_product").plain("decision_tp_c", decision).plain("product_c", product_code);
    match fault {
        Some(Fault::WordsForAmount) => markup.plain("amount", "twelve thousand"),
        _ => markup.attribute("amount", format_args!("{}.{:02}", amount / 100, amount % 100)),
    };
    markup.attribute("collateral_value", format_args!("{}.{:02}", value / 100, value % 100));
    markup.plain("term", one(rng, &["36", "48", "60", "72", "84", "open"]));
    match rng.u8(..20) {
        0 => markup.plain("apr", "n/a"),
        1 => markup.plain("apr", ""),
        _ => markup.attribute("apr", format_args!("{}.{:04}", rng.u8(1..24), rng.u16(..10_000))),
    };
    markup.attribute("risk_weight", format_args!("{}.{}e-1", rng.u8(1..10), rng.u16(..1000)));
    markup.attribute("payment", format_args!("{}.{:02}", rng.u16(90..1800), rng.u8(..100)));
    for (name, low) in
        [("tu_die_score", 450), ("eq_score", 440), ("xp_score", 430), ("aj_score", 300), ("fraud_score", 1)]
    {
        if rng.u8(..4) != 0 {
            markup.attribute(name, rng.u16(low..850));
        }
    }
    for (name, top) in [("dti_ratio", 60), ("pti_ratio", 20), ("advance_pct", 130), ("holdback_pct", 9)] {
        markup.attribute(name, format_args!("{}.{}", rng.u8(..top), rng.u8(..10)));
    }
    markup.open();
    markup.start("dealer").attribute("code", format_args!("DLR{}", rng.u32(1_000..4_000_000)));
    markup.plain("tier", one(rng, &["gold", "silver", "none"])).close_empty();
    markup.start("terms").plain("lang", "en").open();
    markup.start("clause").attribute("no", rng.u8(1..40));
    markup.text_and_end("Late fees < 5 % & no penalty — see § 4", "clause");
    markup.end("terms");
    markup.end("app_product");
}

fn collateral(markup: &mut Markup<'_>, rng: &mut Rng) {
    markup.start("IL_collateral");
    for slot in 1..=rng.u8(..4) {
        let (make, model) = one(rng, names::VEHICLE);
        markup.out().push_str(match slot {
            1 => " coll1_make=\"",
            2 => " coll2_make=\"",
            _ => " coll3_make=\"",
        });
        markup.verbatim(make);
        markup.verbatim("\"");
        match slot {
            1 => markup.escaped("coll1_model", model),
            2 => markup.escaped("coll2_model", model),
            _ => markup.escaped("coll3_model", model),
        };
        let value = rng.u32(1_000..70_000);
        markup
            .attribute(
                ["coll1_year", "coll2_year", "coll3_year"][usize::from(slot) - 1],
                rng.u16(1998..=2025),
            )
            .attribute(
                ["coll1_value", "coll2_value", "coll3_value"][usize::from(slot) - 1],
                format_args!("{},{:03}.00", value / 1000, value % 1000),
            );
    }
    markup.close_empty();
}

fn options(markup: &mut Markup<'_>, rng: &mut Rng, fault: Option<Fault>) {
    markup.start("options").open();
    let option = |markup: &mut Markup<'_>, rng: &mut Rng, code: &str| {
        markup.start("option").plain("code", code);
        if rng.bool() {
            markup.attribute("price", format_args!("{}.{:02}", rng.u16(49..1500), rng.u8(..100)));
        }
        if rng.u8(..5) != 0 {
            markup.plain("selected", "1");
        }
        markup.close_empty();
    };
    for code in ["GAP", "VSC", "TIRE", "KEYS"] {
        if rng.bool() {
            option(markup, rng, code);
        }
    }
    if fault == Some(Fault::OptionTwice) {
        for _ in 0..2 {
            markup.start("option").plain("code", "WAX").plain("selected", "1").close_empty();
        }
    }
    markup.end("options");
}

fn decision(markup: &mut Markup<'_>, rng: &mut Rng) {
    markup.start("decision").open();
    for _ in 0..rng.u8(..4) {
        markup.start("reason").attribute("code", format_args!("R{:03}", rng.u16(..400)));
        markup.plain("severity", one(rng, &["1", "2", "3", "high"]));
        let mut text = String::with_capacity(320);
        let word_count = if rng.u8(..25) == 0 { 40 } else { 6 };
        names::words(rng, word_count, &mut text);
        markup.text_and_end(&text, "reason");
    }
    for code in ["S10", "S11", "S12"] {
        if rng.bool() {
            markup.start("stipulation").plain("code", code).plain("met", one(rng, &["Y", "N", ""]));
            markup.attribute("due", format_args!("2024-{:02}-{:02}", rng.u8(1..=12), rng.u8(1..=28))).open();
            markup.start("proof").text_and_end("Proof of income, ≤ 30 days old", "proof");
            markup.end("stipulation");
        }
    }
    markup.end("decision");
}

fn workflow(markup: &mut Markup<'_>, rng: &mut Rng) {
    markup.start("workflow").open();
    for phase in ["intake", "scoring", "funding"] {
        markup.start("phase").plain("phase", phase).open();
        for name in ["auto.check_in", "auto.pull_bureau", "manual.review", "idle"] {
            if rng.bool() {
                markup.start("step").plain("name", name).attribute("done", rng.u8(..90));
                markup.attribute(
                    "at",
                    format_args!("2024-03-{:02}T09:{:02}:00-05:00", rng.u8(1..=28), rng.u8(..60)),
                );
                markup.close_empty();
            }
        }
        markup.end("phase");
    }
    markup.end("workflow");
}

fn notes(markup: &mut Markup<'_>, rng: &mut Rng, app_id: i64) {
    markup.start("notes").open();
    for _ in 0..rng.u8(1..4) {
        markup.start("note").escaped("by", one(rng, names::LAST));
        markup.verbatim(">");
        if rng.bool() {
            markup.verbatim("<![CDATA[Called back; said \"a < b && c\" ]] fine. ]]>");
        }
        let mut text = String::with_capacity(64);
        names::words(rng, 5, &mut text);
        markup.verbatim(&text);
        markup.verbatim("<!-- typed by hand -->");
        markup.out().push_str(" #");
        markup.out().push_str(if app_id % 2 == 0 { "even" } else { "odd &amp; fine" });
        markup.verbatim("</note>");
    }
    markup.end("notes");
}

fn attachments(markup: &mut Markup<'_>, rng: &mut Rng, app_id: i64) {
    markup.start("attachments").open();
    for number in 0..rng.u8(1..3) {
        markup.start("attachment");
        markup.attribute("id", format_args!("{app_id:08x}-{:04x}-4000-8000-{number:012x}", rng.u16(..)));
        markup.plain("file", one(rng, &["pay-stub.pdf", "id.png", "übersicht.pdf"]));
        markup.attribute("at", format_args!("2024-05-{:02}T12:00:00.5Z", rng.u8(1..=28))).open();
        markup.start("properties");
        markup.text_and_end("{\"pages\": 2, \"scanned\": true}", "properties");
        markup
            .start("content")
            .text_and_end(one(rng, &["iVBORw0KGgo=", "JVBERi0xLjc=", "AAECAwQF"]), "content");
        markup.end("attachment");
    }
    markup.end("attachments");
}
