//! Keys as parameters of `IN (…)`: in parts, since a statement takes 2,100 parameters, and in few lengths, so that the server keeps
//! few plans.

use xmlshred_model::Value;
use xmlshred_model::log_table::CONTRACT_NAME;

/// Keys per statement.
const MAX_KEYS: usize = 1_024;

/// Some of the keys.
pub(super) struct KeyList<'a> {
    keys: &'a [i64],
    length: usize,
}

/// All keys, in parts.
pub(super) fn parts(keys: &[i64]) -> impl Iterator<Item = KeyList<'_>> {
    keys.chunks(MAX_KEYS).map(|keys| KeyList { keys, length: keys.len().next_power_of_two() })
}

impl KeyList<'_> {
    /// `@P1, @P2, …`
    pub(super) fn placeholders(&self) -> String {
        (1..=self.length).map(|number| format!("@P{number}")).collect::<Vec<_>>().join(", ")
    }

    /// `contract_name = @P…`: the parameter behind the keys.
    pub(super) fn of_contract(&self) -> String {
        format!("{CONTRACT_NAME} = @P{}", self.length + 1)
    }

    /// The keys, and behind them the contract's name.
    pub(super) fn parameters_with<'a>(&self, contract_name: &'a str) -> Vec<Value<'a>> {
        let mut parameters: Vec<Value<'a>> = self.parameters();
        parameters.push(Value::Text(contract_name));
        parameters
    }

    /// The keys, the last repeated up to the length.
    pub(super) fn parameters(&self) -> Vec<Value<'static>> {
        let last = self.keys.last().copied();
        let keys = self.keys.iter().copied().chain(std::iter::repeat(last).flatten());
        keys.take(self.length).map(Value::Int).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_powers_of_two_and_no_key_is_left_out() {
        let keys: Vec<i64> = (0..1_029).collect();
        let parts: Vec<_> =
            parts(&keys).map(|part| (part.placeholders().matches('@').count(), part.parameters())).collect();
        assert_eq!(parts.iter().map(|(length, _)| *length).collect::<Vec<_>>(), [1_024, 8]);
        assert_eq!(parts[1].1[..5], [1_024, 1_025, 1_026, 1_027, 1_028].map(Value::Int));
        assert_eq!(parts[1].1[5..], [1_028; 3].map(Value::Int));
    }
}
