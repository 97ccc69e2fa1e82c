//! `format`: how documents write dates, times and bytes.

use xmlshred_model::DataType;
use xmlshred_model::lexical::{BinaryFormat, TemporalFormat};

use super::diagnostic::Code;
use super::fields::{Spanned, word};
use super::raw::RawColumn;
use super::resolve::Checker;
use super::words::BINARY_FORMATS;

impl<'n> Checker<'n> {
    /// A column's own patterns, else those of `defaults`.
    pub(super) fn formats(
        &mut self,
        raw: &RawColumn<'n>,
        data_type: DataType,
    ) -> (Vec<TemporalFormat>, BinaryFormat) {
        if data_type == DataType::Binary {
            return (Vec::new(), self.binary_format(raw));
        }
        let general = self.defaults.formats.get(&data_type).cloned();
        let formats = raw.formats.clone().or(general).unwrap_or_default();
        (self.temporal_formats(&formats, raw, data_type), BinaryFormat::default())
    }

    fn binary_format(&mut self, raw: &RawColumn<'n>) -> BinaryFormat {
        match raw.formats.as_deref() {
            None | Some([]) => BinaryFormat::default(),
            Some([found]) => word(found, "format", &BINARY_FORMATS, &mut self.problems).unwrap_or_default(),
            Some([_, second, ..]) => {
                let message = "bytes are written in one way: `hex` or `base64`";
                self.problems.report(Code::InvalidFormat, second.span.clone(), message, "keep one of them");
                BinaryFormat::default()
            }
        }
    }

    fn temporal_formats(
        &mut self,
        formats: &[Spanned<&'n str>],
        raw: &RawColumn<'n>,
        data_type: DataType,
    ) -> Vec<TemporalFormat> {
        let is_temporal = matches!(
            data_type,
            DataType::Date | DataType::Time | DataType::Timestamp | DataType::TimestampTz
        );
        let mut checked = Vec::with_capacity(formats.len());
        for found in formats {
            if !is_temporal && !raw.has_wrong_type {
                let message = format!("`format` on a column of type {data_type}");
                let hint = "formats are for date, time, timestamp, timestamptz and binary";
                self.problems.report(Code::InvalidFormat, found.span.clone(), message, hint);
                break;
            }
            match TemporalFormat::new(found.value) {
                Ok(format) => checked.push(format),
                Err(message) => self.problems.report(
                    Code::InvalidFormat,
                    found.span.clone(),
                    message,
                    "known are %Y %y %m %b %B %d %j %a %H %I %M %S %f %.f %p %z %Z %T %F %D %R %%, and the words iso8601, rfc2822, epoch, epoch_ms",
                ),
            }
        }
        checked
    }
}
