//! The program that somebody would write with quick-xml for exactly [`crate::three_tables::TABLES`]: no contract, no message for
//! people, nothing that could be changed. Its rows are those of the contract, cell by cell; a test and every measurement see
//! to that.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::ArrayBuilder as _;
use arrow_array::builder::{Float64Builder, Int32Builder, Int64Builder, StringBuilder};
use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use crate::corpus::DOCUMENTS_PER_BATCH;

/// Why a document gives no rows.
type Error = Box<dyn std::error::Error>;

/// The columns of the three tables, in their order.
pub(crate) type Rows = [Vec<ArrayRef>; 3];

/// Shreds all documents and hands over the rows of every batch.
///
/// # Errors
/// When a document is not well-formed or a number is none.
pub(crate) fn shred(documents: &[String], mut each: impl FnMut(Rows)) -> Result<(), Error> {
    let mut tables = Tables::default();
    for chunk in documents.chunks(DOCUMENTS_PER_BATCH) {
        for text in chunk {
            document(text, &mut tables)?;
        }
        each(tables.finish());
    }
    Ok(())
}

/// The element that the reader is in.
#[derive(Clone, Copy)]
enum Place {
    Document,
    Provenir,
    Request,
    CustData,
    Application,
    Options,
    /// Nothing in it is wanted.
    Elsewhere,
}

fn document(text: &str, tables: &mut Tables) -> Result<(), Error> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut place = Place::Document;
    let mut above = Vec::with_capacity(16);
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                above.push(place);
                place = element(place, &start, tables)?;
            }
            Event::Empty(start) => {
                element(place, &start, tables)?;
            }
            Event::End(_) => place = above.pop().ok_or("an end tag too many")?,
            Event::Eof => break,
            _ => {}
        }
    }
    tables.base.end_row();
    Ok(())
}

fn element(place: Place, start: &BytesStart<'_>, tables: &mut Tables) -> Result<Place, Error> {
    Ok(match (place, start.name().as_ref()) {
        (Place::Document, "Provenir") => Place::Provenir,
        (Place::Provenir, "Request") => {
            tables.app_id = tables.base.request(start)?;
            Place::Request
        }
        (Place::Request, "CustData") => Place::CustData,
        (Place::CustData, "application") => {
            tables.base.application(start)?;
            Place::Application
        }
        (Place::Application, "app_product") => {
            tables.base.product(start)?;
            Place::Elsewhere
        }
        (Place::Application, "contact") => {
            tables.contacts.push(tables.app_id, start)?;
            Place::Elsewhere
        }
        (Place::Application, "options") => Place::Options,
        (Place::Options, "option") => {
            tables.options.push(tables.app_id, start)?;
            Place::Elsewhere
        }
        _ => Place::Elsewhere,
    })
}

fn text<'a>(attribute: &Attribute<'a>) -> Result<Option<Cow<'a, str>>, Error> {
    Ok(Some(attribute.normalized_value(XmlVersion::Implicit1_0)?))
}

fn number<T: FromStr<Err: std::error::Error + 'static>>(
    attribute: &Attribute<'_>,
) -> Result<Option<T>, Error> {
    let text = attribute.normalized_value(XmlVersion::Implicit1_0)?;
    let text = text.trim_ascii();
    if text.is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
}

#[derive(Default)]
struct Tables {
    /// Of the document that is read.
    app_id: Option<i32>,
    base: Base,
    contacts: Contacts,
    options: Options,
}

impl Tables {
    fn finish(&mut self) -> Rows {
        [self.base.finish(), self.contacts.finish(), self.options.finish()]
    }
}

#[derive(Default)]
struct Base {
    app_id: Int32Builder,
    received: StringBuilder,
    channel: StringBuilder,
    currency: StringBuilder,
    adults: Int32Builder,
    children: Int32Builder,
    requested_amount: StringBuilder,
    entered_by: StringBuilder,
    product: StringBuilder,
    decision: StringBuilder,
    amount: Float64Builder,
    collateral_value: Float64Builder,
    payment: Float64Builder,
    term: StringBuilder,
}

impl Base {
    fn request(&mut self, start: &BytesStart<'_>) -> Result<Option<i32>, Error> {
        let mut app_id = None;
        for attribute in start.attributes() {
            let attribute = attribute?;
            if attribute.key.as_ref() == "ID" {
                app_id = number(&attribute)?;
            }
        }
        self.app_id.append_option(app_id);
        Ok(app_id)
    }

    fn application(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        let (mut received, mut channel, mut currency) = (None, None, None);
        let (mut adults, mut children) = (None, None);
        let (mut requested_amount, mut entered_by) = (None, None);
        for attribute in start.attributes() {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "app_receive_date" => received = text(&attribute)?,
                "channel_c" => channel = text(&attribute)?,
                "currency" => currency = text(&attribute)?,
                "adults" => adults = number(&attribute)?,
                "children" => children = number(&attribute)?,
                "requested_amount" => requested_amount = text(&attribute)?,
                "entered_by" => entered_by = text(&attribute)?,
                _ => {}
            }
        }
        self.received.append_option(received);
        self.channel.append_option(channel);
        self.currency.append_option(currency);
        self.adults.append_option(adults);
        self.children.append_option(children);
        self.requested_amount.append_option(requested_amount);
        self.entered_by.append_option(entered_by);
        Ok(())
    }

    fn product(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        let (mut product, mut decision, mut term) = (None, None, None);
        let (mut amount, mut collateral_value, mut payment) = (None, None, None);
        for attribute in start.attributes() {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "product_c" => product = text(&attribute)?,
                "decision_tp_c" => decision = text(&attribute)?,
                "amount" => amount = number(&attribute)?,
                "collateral_value" => collateral_value = number(&attribute)?,
                "payment" => payment = number(&attribute)?,
                "term" => term = text(&attribute)?,
                _ => {}
            }
        }
        self.product.append_option(product);
        self.decision.append_option(decision);
        self.amount.append_option(amount);
        self.collateral_value.append_option(collateral_value);
        self.payment.append_option(payment);
        self.term.append_option(term);
        Ok(())
    }

    /// Every document has exactly one of each of the three elements.
    fn end_row(&self) {
        let row_count = self.app_id.len();
        assert!(
            self.received.len() == row_count && self.product.len() == row_count,
            "a document is of another kind"
        );
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.app_id.finish()),
            Arc::new(self.received.finish()),
            Arc::new(self.channel.finish()),
            Arc::new(self.currency.finish()),
            Arc::new(self.adults.finish()),
            Arc::new(self.children.finish()),
            Arc::new(self.requested_amount.finish()),
            Arc::new(self.entered_by.finish()),
            Arc::new(self.product.finish()),
            Arc::new(self.decision.finish()),
            Arc::new(self.amount.finish()),
            Arc::new(self.collateral_value.finish()),
            Arc::new(self.payment.finish()),
            Arc::new(self.term.finish()),
        ]
    }
}

#[derive(Default)]
struct Contacts {
    app_id: Int32Builder,
    con_id: Int64Builder,
    role: StringBuilder,
    ssn: StringBuilder,
    first_name: StringBuilder,
    last_name: StringBuilder,
    birth_date: StringBuilder,
    citizen: StringBuilder,
    dependents: Int32Builder,
}

impl Contacts {
    fn push(&mut self, app_id: Option<i32>, start: &BytesStart<'_>) -> Result<(), Error> {
        let (mut con_id, mut dependents) = (None, None);
        let (mut role, mut ssn, mut first_name, mut last_name) = (None, None, None, None);
        let (mut birth_date, mut citizen) = (None, None);
        for attribute in start.attributes() {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "con_id" => con_id = number(&attribute)?,
                "ac_role_tp_c" => role = text(&attribute)?,
                "ssn" => ssn = text(&attribute)?,
                "first_name" => first_name = text(&attribute)?,
                "last_name" => last_name = text(&attribute)?,
                "birth_date" => birth_date = text(&attribute)?,
                "citizen" => citizen = text(&attribute)?,
                "dependents" => dependents = number(&attribute)?,
                _ => {}
            }
        }
        self.app_id.append_option(app_id);
        self.con_id.append_option(con_id);
        self.role.append_option(role);
        self.ssn.append_option(ssn);
        self.first_name.append_option(first_name);
        self.last_name.append_option(last_name);
        self.birth_date.append_option(birth_date);
        self.citizen.append_option(citizen);
        self.dependents.append_option(dependents);
        Ok(())
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.app_id.finish()),
            Arc::new(self.con_id.finish()),
            Arc::new(self.role.finish()),
            Arc::new(self.ssn.finish()),
            Arc::new(self.first_name.finish()),
            Arc::new(self.last_name.finish()),
            Arc::new(self.birth_date.finish()),
            Arc::new(self.citizen.finish()),
            Arc::new(self.dependents.finish()),
        ]
    }
}

#[derive(Default)]
struct Options {
    app_id: Int32Builder,
    code: StringBuilder,
    price: Float64Builder,
    selected: StringBuilder,
}

impl Options {
    fn push(&mut self, app_id: Option<i32>, start: &BytesStart<'_>) -> Result<(), Error> {
        let (mut code, mut price, mut selected) = (None, None, None);
        for attribute in start.attributes() {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "code" => code = text(&attribute)?,
                "price" => price = number(&attribute)?,
                "selected" => selected = text(&attribute)?,
                _ => {}
            }
        }
        self.app_id.append_option(app_id);
        self.code.append_option(code);
        self.price.append_option(price);
        self.selected.append_option(selected);
        Ok(())
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.app_id.finish()),
            Arc::new(self.code.finish()),
            Arc::new(self.price.finish()),
            Arc::new(self.selected.finish()),
        ]
    }
}
