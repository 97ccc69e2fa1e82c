//! What the SQL parser accepts: standard SQL with names in any script, and `||` binding as in PostgreSQL.

use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// The dialect of expressions in contracts.
#[derive(Debug)]
pub(crate) struct ContractDialect;

impl Dialect for ContractDialect {
    fn is_delimited_identifier_start(&self, character: char) -> bool {
        character == '"'
    }

    fn is_identifier_start(&self, character: char) -> bool {
        character.is_alphabetic() || character == '_'
    }

    fn is_identifier_part(&self, character: char) -> bool {
        character.is_alphanumeric() || character == '_' || character == '$'
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        match parser.peek_token_ref().token {
            // `'total: ' || a + b` is what people write; databases that differ refuse it instead of reading it otherwise.
            Token::StringConcat => Some(Ok(self.prec_value(Precedence::PgOther))),
            _ => None,
        }
    }
}
