//! Random contracts and documents, made of the input's bytes: the shredder gives what the reference gives.

#![no_main]

use libfuzzer_sys::fuzz_target;
use xmlshred_reference::compare::{compare, contract};
use xmlshred_reference::generate::{self, Choices};

fuzz_target!(|bytes: &[u8]| {
    // The first byte says where the contract's bytes end and the document's begin.
    let Some((&split, bytes)) = bytes.split_first() else { return };
    let (for_contract, for_document) = bytes.split_at(bytes.len() * usize::from(split) / 256);
    let text = generate::contract(&mut Choices::new(for_contract));
    let document = generate::document(&mut Choices::new(for_document));
    let Ok(contract) = contract(&text) else { return };
    if let Err(difference) = compare(&contract, &document) {
        panic!("\n{text}--- document\n{document}\n{difference}");
    }
});
