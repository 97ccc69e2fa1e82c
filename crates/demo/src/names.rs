//! Invented people and places. Nobody here exists; telephone numbers are of the range kept free for fiction, mail goes to
//! `example` domains, social security numbers begin with 9, which none does.

use fastrand::Rng;

/// Given names of several scripts.
pub(super) const FIRST: &[&str] = &[
    "Ada",
    "Zoë",
    "Łukasz",
    "Åsa",
    "José",
    "Siân",
    "Noor",
    "Dmitri",
    "Μαρία",
    "Björn",
    "Chloé",
    "Tomás",
    "Ivana",
    "Kwame",
    "Aiko",
    "美咲",
    "Renée",
    "Owen",
    "Şebnem",
    "Jürgen",
    "Priya",
    "Mateo",
    "Søren",
    "Iñaki",
    "Олена",
    "Grace",
    "Hugo",
];

/// Family names, some with characters that XML must escape.
pub(super) const LAST: &[&str] = &[
    "Example",
    "O'Testwell",
    "Müsterfrau",
    "Sampleton",
    "Fictión",
    "Novák-Placeholder",
    "D'Ummy",
    "Śample",
    "渡辺見本",
    "Specimen",
    "Παράδειγμα",
    "van der Proef",
    "Kuvitteellinen",
    "Testşahin",
    "Inventado",
    "Primjerić",
    "Vorlage",
    "Mockley",
    "Smith & Daughter",
    "Nobodyson",
    "Muster",
    "Зразок",
];

/// Streets.
pub(super) const STREET: &[&str] = &[
    "Imaginary Ave",
    "Rue de l'Exemple",
    "Musterstraße",
    "Calle Ficticia",
    "Placeholder  Blvd",
    "Nowhere Ln",
    "Ulica Próbna",
    "Sample & Test Rd",
];

/// Towns.
pub(super) const CITY: &[&str] = &[
    "Springsample",
    "Testville",
    "Saint-Exemple",
    "Mockton",
    "Ñandutí Falls",
    "Fort Placeholder",
    "Ödheim",
    "Port Nowhere",
];

/// Two-letter states.
pub(super) const STATE: &[&str] = &["CA", "TX", "NY", "wa", "OH", "GA", "MA", "NJ", "co"];

/// Employers, some longer than a name has to be.
pub(super) const EMPLOYER: &[&str] = &[
    "Acme & Sons",
    "Globex <Test>",
    "Initech Sample GmbH",
    "Café Invención",
    "Hooli Placeholder",
    "Vandelay Imports",
    "\"Quoted\" Holdings",
    "Soylent Demo SA",
];

/// Job titles; the last one is longer than its column.
pub(super) const JOB: &[&str] = &[
    "Engineer",
    "Nurse",
    "Teacher",
    "Baker",
    "Électricien",
    "Driver",
    "Analyst",
    "Carpenter",
    "Deputy Assistant Vice President of Miscellaneous Affairs",
];

/// Makes of vehicles, and a model of each.
pub(super) const VEHICLE: &[(&str, &str)] = &[
    ("Fictra", "Modell Ä"),
    ("Roadster Co", "R-1"),
    ("Imagina", "Citadin"),
    ("Nullwagen", "Leer 3"),
    ("Placebo", "Émotion"),
];

/// Words for notes and report texts.
pub(super) const WORDS: &[&str] = &[
    "applicant",
    "verified",
    "income",
    "pending",
    "review",
    "naïve",
    "schedule",
    "account",
    "balance",
    "dealer",
    "façade",
    "stated",
    "residence",
    "underwriter",
    "called",
    "déjà",
    "approved",
    "exception",
    "ratio",
    "manual",
    "collateral",
    "title",
];

/// One of a list.
pub(super) fn one<T: Copy>(rng: &mut Rng, list: &[T]) -> T {
    list[rng.usize(..list.len())]
}

/// `count` words.
pub(super) fn words(rng: &mut Rng, count: usize, out: &mut String) {
    for index in 0..count {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(one(rng, WORDS));
    }
}
