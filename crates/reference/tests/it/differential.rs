//! Random documents × random contracts: the streaming shredder gives what the reference gives.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner, contextualize_config};
use xmlshred_reference::compare::{Agreement, compare, contract};
use xmlshred_reference::generate::{self, Choices};

#[test]
fn random_documents_and_contracts_give_the_same_rows_as_the_reference() {
    let config =
        Config { cases: 3000, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let config = contextualize_config(config);
    let case_count = f64::from(config.cases);
    let mut runner = TestRunner::new(config);
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let seen = std::cell::RefCell::new(BTreeMap::<String, u32>::new());
    let result = runner.run(&(bytes(), bytes()), |(for_contract, for_document)| {
        let text = generate::contract(&mut Choices::new(&for_contract));
        let document = generate::document(&mut Choices::new(&for_document));
        let kind = match contract(&text).map(|contract| compare(&contract, &document)) {
            Err(_) => "contract refused".to_owned(),
            Ok(Ok(Agreement::Rows(0))) => "no rows".to_owned(),
            Ok(Ok(Agreement::Rows(_))) => "rows".to_owned(),
            Ok(Ok(Agreement::NoRows(no_rows))) => no_rows.to_string(),
            Ok(Err(difference)) => {
                return Err(TestCaseError::fail(format!("\n{text}--- document\n{document}\n{difference}\n")));
            }
        };
        *seen.borrow_mut().entry(kind).or_default() += 1;
        Ok(())
    });
    if let Err(TestError::Fail(reason, _)) = result {
        panic!("{reason}");
    }
    result.unwrap();
    let seen = seen.into_inner();
    println!("{seen:?}");
    let share = |kind: &str| f64::from(seen.get(kind).copied().unwrap_or(0)) / case_count;
    assert!(share("rows") > 0.4 && share("contract refused") < 0.05, "the cases have become poor: {seen:?}");
}
