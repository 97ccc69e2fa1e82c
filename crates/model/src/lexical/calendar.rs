//! The proleptic Gregorian calendar as arithmetic.

/// Microseconds of a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;
const DAYS_PER_ERA: i64 = 146_097;

/// A date by year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    /// 1 to 9999 in documents.
    pub year: i32,
    /// 1 to 12
    pub month: u8,
    /// 1 to 31
    pub day: u8,
}

/// Days since 1970-01-01; `None` when there is no such date, or its year is not 1 to 9999.
pub fn days_from_civil(date: CivilDate) -> Option<i32> {
    let CivilDate { year, month, day } = date;
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || day == 0
        || day > days_in_month(year, month)
    {
        return None;
    }
    // Years that begin in March put the leap day last; 400 of them, an era, repeat for ever.
    let shifted = year as u32 - u32::from(month <= 2);
    let (era, year_of_era) = (shifted / 400, shifted % 400);
    let month_from_march = if month > 2 { u32::from(month) - 3 } else { u32::from(month) + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + u32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * DAYS_PER_ERA as u32 + day_of_era) as i32 - EPOCH as i32)
}

/// The date that is this many days after 1970-01-01.
pub fn civil_from_days(days: i32) -> CivilDate {
    let shifted = i64::from(days) + EPOCH;
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    CivilDate { year: year as i32, month: month as u8, day: day as u8 }
}

/// The day of the week of a date that is this many days after 1970-01-01: 0 is Monday.
pub(super) fn weekday(days: i32) -> u32 {
    const THURSDAY: i32 = 3;
    (days + THURSDAY).rem_euclid(7).unsigned_abs()
}

/// 28 to 31.
pub(super) fn days_in_month(year: i32, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
