//! Keys that are no integers: text, uuids and decimals, paged as the column sorts them, of all shares.

use postgres::types::ToSql;
use xmlshred_engine::ports::{PortError, Selection};
use xmlshred_model::DocumentKey;

use crate::sql::dialect::POSTGRES;
use crate::sql::paging::{OpenBounds, OpenKeys, open_page};

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
        let (spec, has_unique_keys) = (self.spec.clone(), self.has_unique_keys);
        open_page(&spec, bounds, limit, has_unique_keys, &mut |bounds, wanted| {
            self.read_open_keys(bounds, wanted)
        })
    }

    fn read_open_keys(
        &mut self,
        bounds: &OpenBounds,
        wanted: OpenKeys,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let column = format!("{}.{}", POSTGRES.quote(&self.spec.table), POSTGRES.quote(&self.spec.key));
        let (read, from) = (self.key.read(&column), self.selecting_open(bounds));
        let sql = match wanted {
            OpenKeys::First(count) => format!("SELECT {read} {from} ORDER BY {column} LIMIT {count}"),
            OpenKeys::Twice => {
                format!(
                    "SELECT {read} {from} GROUP BY {column} HAVING count(*) > 1 ORDER BY {column} LIMIT 1"
                )
            }
        };
        let Self { client, spec, key, keys, .. } = self;
        let failed = |error| selection_error(wanted.during(), spec, error);
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
