//! Keys that are no integers: text, uuids and decimals, paged as the column sorts them, of all shares.

use postgres::types::ToSql;
use xmlshred_engine::ports::{PortError, Selection};
use xmlshred_model::DocumentKey;

use crate::sql::dialect::POSTGRES;
use crate::sql::paging::{OpenBounds, last_of_page, not_unique, rows_wanted};

use super::{PostgresSource, count_within_time, selection_error};

impl PostgresSource {
    pub(super) fn selecting_open(&self, bounds: &OpenBounds) -> String {
        bounds.selecting(&POSTGRES, &self.spec, &|number| self.key.one(number))
    }

    /// The next keys that are no integers, as the column sorts them.
    pub(super) fn open_keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let bounds = OpenBounds::of(&self.spec, self.key.key_type, selection, after)?;
        let column = format!("{}.{}", POSTGRES.quote(&self.spec.table), POSTGRES.quote(&self.spec.key));
        let (read, rows_wanted) = (self.key.read(&column), rows_wanted(limit, self.has_unique_keys));
        let from = self.selecting_open(&bounds);
        let sql = format!("SELECT {read} {from} ORDER BY {column} LIMIT {rows_wanted}");
        let mut keys = self.read_open_keys("reading keys of documents", sql, &bounds)?;
        if !self.has_unique_keys {
            // The column says which keys are one: that is asked of it.
            let page = bounds.up_to(last_of_page(&keys, limit));
            let from = self.selecting_open(&page);
            let sql = format!(
                "SELECT {read} {from} GROUP BY {column} HAVING count(*) > 1 ORDER BY {column} LIMIT 1"
            );
            if let Some(twice) = self.read_open_keys("looking for repeated keys", sql, &page)?.first() {
                return Err(not_unique(&self.spec, twice));
            }
        }
        keys.truncate(limit);
        Ok(keys)
    }

    fn read_open_keys(
        &mut self,
        during: &str,
        sql: String,
        bounds: &OpenBounds,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let Self { client, spec, key, keys, .. } = self;
        let failed = |error| selection_error(during, spec, error);
        let texts: Vec<String> = bounds.parameters().into_iter().map(DocumentKey::spelled).collect();
        let statement = match keys.take() {
            Some((known, statement)) if known == sql => statement,
            _ => client.prepare_typed(&sql, &vec![key.one_type(); texts.len()]).map_err(failed)?,
        };
        let parameters: Vec<_> = texts.iter().map(|text| text as &(dyn ToSql + Sync)).collect();
        let rows = client.query(&statement, &parameters).map_err(failed)?;
        *keys = Some((sql, statement));
        key.keys(spec, &rows)
    }

    /// How many keys that are no integers there are.
    pub(super) fn count_open(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        if selection.share.count() > 1 {
            return Ok(None);
        }
        let bounds = OpenBounds::of(&self.spec, self.key.key_type, selection, None)?;
        let sql = format!("SELECT count(*) {}", self.selecting_open(&bounds));
        let texts: Vec<String> = bounds.parameters().into_iter().map(DocumentKey::spelled).collect();
        let parameters: Vec<_> = texts.iter().map(|text| text as &(dyn ToSql + Sync)).collect();
        let types = vec![self.key.one_type(); texts.len()];
        count_within_time(&mut self.client, &self.spec, &sql, &types, &parameters)
    }
}
