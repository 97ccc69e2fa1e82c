//! Keys as parameters of `IN (…)`: in parts, since a statement takes 2,100 parameters, and in few lengths, so that the server keeps
//! few plans.

use xmlshred_model::log_table::CONTRACT_NAME;
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, Value};

use super::key::KeySql;

/// Keys per statement.
const MAX_KEYS: usize = 1_024;

/// Some of the keys.
pub(super) struct KeyList {
    sql: KeySql,
    keys: Vec<OwnedValue>,
    length: usize,
}

/// All keys, in parts.
pub(super) fn parts<'k>(sql: KeySql, keys: &'k [&DocumentKey]) -> impl Iterator<Item = KeyList> + 'k {
    keys.chunks(MAX_KEYS).map(move |keys| KeyList {
        sql,
        keys: keys.iter().map(|key| sql.value(key)).collect(),
        length: keys.len().next_power_of_two(),
    })
}

impl KeyList {
    /// `@P1, @P2, …`
    pub(super) fn placeholders(&self) -> String {
        (1..=self.length).map(|number| self.sql.parameter(number)).collect::<Vec<_>>().join(", ")
    }

    /// The same as text, for columns of text.
    pub(super) fn texts(&self) -> String {
        let text = |number: usize| match self.sql.key_type {
            KeyType::Integer => format!("CAST(@P{number} AS nvarchar(20))"),
            KeyType::Decimal | KeyType::Uuid | KeyType::Text => format!("@P{number}"),
        };
        (1..=self.length).map(text).collect::<Vec<_>>().join(", ")
    }

    /// That a column of the target of this type holds one of the keys.
    pub(super) fn is_one_of(&self, column: &str, data_type: DataType) -> String {
        match self.sql.key_type {
            // The column's own collation may take several keys for one.
            KeyType::Text => {
                let texts = self.texts();
                format!("{column} IN ({texts}) AND {column} COLLATE Latin1_General_BIN2 IN ({texts})")
            }
            _ if data_type.is_text() => format!("{column} IN ({})", self.texts()),
            _ => format!("{column} IN ({})", self.placeholders()),
        }
    }

    /// `contract_name = @P…`
    pub(super) fn of_contract(&self) -> String {
        format!("{CONTRACT_NAME} = {}", self.contract())
    }

    /// `@P…`: the parameter behind the keys.
    pub(super) fn contract(&self) -> String {
        format!("@P{}", self.length + 1)
    }

    /// The keys, and behind them the contract's name.
    pub(super) fn parameters_with<'a>(&'a self, contract_name: &'a str) -> Vec<Value<'a>> {
        let mut parameters = self.parameters();
        parameters.push(Value::Text(contract_name));
        parameters
    }

    /// The keys, the last repeated up to the length.
    pub(super) fn parameters(&self) -> Vec<Value<'_>> {
        let last = self.keys.last();
        let keys = self.keys.iter().chain(std::iter::repeat(last).flatten());
        keys.take(self.length).map(OwnedValue::as_value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_powers_of_two_and_no_key_is_left_out() {
        let keys: Vec<_> = (0..1_029).map(DocumentKey::Int).collect();
        let keys: Vec<_> = keys.iter().collect();
        let parts: Vec<_> = parts(KeySql::of_log(KeyType::Integer), &keys).collect();
        let lengths: Vec<_> = parts.iter().map(|part| part.placeholders().matches('@').count()).collect();
        assert_eq!(lengths, [1_024, 8]);
        let last = parts[1].parameters();
        assert_eq!(last[..5], [1_024, 1_025, 1_026, 1_027, 1_028].map(Value::Int));
        assert_eq!(last[5..], [1_028; 3].map(Value::Int));
    }

    #[test]
    fn keys_that_are_no_integers_travel_as_text_that_the_server_reads() {
        let check = |key: DocumentKey, expected: &str| {
            let keys = [&key];
            let part = parts(KeySql::of_log(KeyType::of(&key)), &keys).next().unwrap();
            let Value::Text(text) = part.parameters()[0] else { panic!("{key} is no text") };
            assert_eq!(format!("{} {text}", part.placeholders()), expected);
        };
        check(DocumentKey::Text("a".into()), "@P1 a");
        check(DocumentKey::Decimal(-12), "CAST(@P1 AS decimal(38,0)) -12");
        check(
            DocumentKey::Uuid([0x0a; 16]),
            "CAST(@P1 AS uniqueidentifier) 0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a",
        );
    }
}
