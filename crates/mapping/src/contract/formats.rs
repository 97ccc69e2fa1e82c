//! `format`: how documents write dates, times and bytes.

use xmlshred_model::DataType;
use xmlshred_model::lexical::{BinaryFormat, Leniency, Misfit, TemporalFormat, translated};

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
        leniency: Leniency,
    ) -> (Vec<TemporalFormat>, BinaryFormat) {
        if data_type == DataType::Binary {
            return (Vec::new(), self.binary_format(raw));
        }
        let general = self.defaults.formats.get(&data_type).cloned();
        let formats = raw.formats.clone().or(general).unwrap_or_default();
        (self.temporal_formats(&formats, raw, data_type, leniency), BinaryFormat::default())
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
        leniency: Leniency,
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
                Ok(format) => {
                    if let Some(misfit) = format.misfit(data_type, leniency).filter(|_| is_temporal) {
                        let message =
                            format!("`{}` {misfit}: no {data_type} can be read with it", found.value);
                        let hint = instead(&format, misfit, data_type, leniency);
                        // Somebody may want documents with zones to be told.
                        let code = match misfit {
                            Misfit::Zone => Code::UselessSetting,
                            _ => Code::InvalidFormat,
                        };
                        self.problems.report(code, found.span.clone(), message, hint);
                    }
                    checked.push(format);
                }
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

/// What to write instead of a pattern that can never give a value.
fn instead(format: &TemporalFormat, misfit: Misfit, data_type: DataType, leniency: Leniency) -> String {
    match misfit {
        Misfit::NoDirective => {
            let ours = translated(format.as_str()).filter(|ours| {
                TemporalFormat::new(ours).is_ok_and(|ours| ours.misfit(data_type, leniency).is_none())
            });
            match ours {
                Some(ours) => format!("write `{ours}`"),
                None => "directives begin with `%`, as in `%d.%m.%Y %H:%M:%S`".to_owned(),
            }
        }
        Misfit::Lacks("zone") => "say `type: timestamp`, or add `%z`".to_owned(),
        Misfit::Lacks("time of day") if data_type == DataType::TimestampTz => {
            "say `type: date`, or add the time, as in `%H:%M:%S`".to_owned()
        }
        Misfit::Lacks(part) => {
            let directive = match part {
                "year" => "%Y",
                "month" => "%m",
                "day" => "%d",
                _ => "%H:%M",
            };
            let text = match format.max_chars() {
                Some(length) => format!("type: varchar({length})"),
                None => "type: text".to_owned(),
            };
            format!("add `{directive}`, or keep the text with `{text}`")
        }
        Misfit::Surplus(_) => {
            "read it with a `let` of type timestamp, and take its time: `expr: CAST(x AS time)`".to_owned()
        }
        Misfit::HalfDayHour => "add `%p`, or write `%H` for hours from 0 to 23".to_owned(),
        Misfit::HalfDay => "write `%I` for hours from 1 to 12, or leave `%p` out".to_owned(),
        Misfit::NoHour => "add `%H`".to_owned(),
        Misfit::Both(..) => "keep one of them".to_owned(),
        Misfit::Zone => "say `on_zone: ignore` or `on_zone: utc`, or `type: timestamptz`".to_owned(),
    }
}
