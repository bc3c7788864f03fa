//! Dates and times, in the ISO 8601 form that PostgreSQL's JSON functions use whatever
//! `DateStyle` says. The protocol counts days and microseconds from 2000-01-01.

use super::kinds::Malformed;
use super::numbers::{four, integer, two};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// From 0000-03-01 to 2000-01-01.
const DAYS_BEFORE: i64 = 730_425;
/// Days of 400 years.
const CYCLE: i64 = 146_097;

/// Writes a date.
pub fn date(days: i32, out: &mut Vec<u8>) {
    match days {
        i32::MAX => out.extend_from_slice(b"\"infinity\""),
        i32::MIN => out.extend_from_slice(b"\"-infinity\""),
        days => {
            out.push(b'"');
            let (year, month, day) = civil(days.into());
            put_date(year, month, day, out);
            put_era(year, out);
            out.push(b'"');
        }
    }
}

/// Writes a time of day.
///
/// # Errors
/// When it is outside a day.
pub fn time(micros: i64, out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.push(b'"');
    put_checked_time(micros, out)?;
    out.push(b'"');
    Ok(())
}

/// Writes a time of day in a zone so many seconds west of Greenwich.
///
/// # Errors
/// When it is outside a day.
pub fn time_in_zone(micros: i64, west: i32, out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.push(b'"');
    put_checked_time(micros, out)?;
    put_zone(-i64::from(west), Minutes::WhereNeeded, out);
    out.push(b'"');
    Ok(())
}

/// Writes a date with a time.
pub fn timestamp(micros: i64, out: &mut Vec<u8>) {
    put_timestamp(micros, None, out);
}

/// Writes a moment with the time of a zone so many seconds east of Greenwich.
pub fn timestamp_at(micros: i64, east: i64, out: &mut Vec<u8>) {
    put_timestamp(micros, Some(east), out);
}

fn put_timestamp(micros: i64, east: Option<i64>, out: &mut Vec<u8>) {
    match micros {
        i64::MAX => return out.extend_from_slice(b"\"infinity\""),
        i64::MIN => return out.extend_from_slice(b"\"-infinity\""),
        _ => {}
    }
    // PostgreSQL's range ends long before this could overflow.
    let local = micros.saturating_add(east.unwrap_or(0).saturating_mul(SECOND));
    let (year, month, day) = civil(local.div_euclid(DAY));
    out.push(b'"');
    put_date(year, month, day, out);
    out.push(b'T');
    put_time(local.rem_euclid(DAY), out);
    if let Some(east) = east {
        put_zone(east, Minutes::Always, out);
    }
    put_era(year, out);
    out.push(b'"');
}

/// The date so many days after 2000-01-01, in years that include zero. Years are counted from
/// March, so that a leap day is the last of its year.
fn civil(days: i64) -> (i64, u8, u8) {
    let days = days + DAYS_BEFORE;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    // Without the leap days before it a day's number divides by 365.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months from March on have 153 days in five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (year + 400 * cycle + next, month as u8, day as u8)
}

/// `year-month-day`, the year without its era.
fn put_date(year: i64, month: u8, day: u8, out: &mut Vec<u8>) {
    let year = if year > 0 { year } else { 1 - year };
    match u16::try_from(year) {
        Ok(year @ ..10_000) => out.extend_from_slice(&four(year)),
        _ => integer(year, out),
    }
    let [a, b] = two(month);
    let [c, d] = two(day);
    out.extend_from_slice(&[b'-', a, b, b'-', c, d]);
}

fn put_era(year: i64, out: &mut Vec<u8>) {
    if year <= 0 {
        out.extend_from_slice(b" BC");
    }
}

fn put_checked_time(micros: i64, out: &mut Vec<u8>) -> Result<(), Malformed> {
    // 24:00:00 is a time.
    if !(0..=DAY).contains(&micros) {
        return Err(Malformed);
    }
    put_time(micros, out);
    Ok(())
}

fn put_time(micros: i64, out: &mut Vec<u8>) {
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let [a, b] = two((seconds / 3600) as u8);
    let [c, d] = two((seconds / 60 % 60) as u8);
    let [e, f] = two((seconds % 60) as u8);
    out.extend_from_slice(&[a, b, b':', c, d, b':', e, f]);
    if fraction > 0 {
        let [a, b] = two((fraction / 10_000) as u8);
        let [c, d, e, f] = four((fraction % 10_000) as u16);
        let digits = [b'.', a, b, c, d, e, f];
        let kept = digits.iter().rposition(|digit| *digit != b'0');
        out.extend_from_slice(digits.get(..=kept.unwrap_or(0)).unwrap_or_default());
    }
}

/// Whether an offset of whole hours shows its minutes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Minutes {
    Always,
    WhereNeeded,
}

fn put_zone(east: i64, minutes: Minutes, out: &mut Vec<u8>) {
    out.push(if east < 0 { b'-' } else { b'+' });
    let seconds = east.unsigned_abs();
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    out.extend_from_slice(&two(hour.min(99) as u8));
    if minute > 0 || second > 0 || minutes == Minutes::Always {
        out.push(b':');
        out.extend_from_slice(&two(minute as u8));
    }
    if second > 0 {
        out.push(b':');
        out.extend_from_slice(&two(second as u8));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_know_eras_and_large_years() {
        let json = |days| written(|out| date(days, out));
        assert_eq!(json(0), "\"2000-01-01\"");
        assert_eq!(json(59), "\"2000-02-29\"");
        assert_eq!(json(-730_119), "\"0001-01-01\"");
        assert_eq!(json(-730_120), "\"0001-12-31 BC\"");
        assert_eq!(json(2_921_940), "\"10000-01-01\"");
        assert_eq!(json(i32::MAX), "\"infinity\"");
    }

    #[test]
    fn moments_show_the_time_of_their_zone() {
        let json = |micros, east| written(|out| timestamp_at(micros, east, out));
        assert_eq!(json(0, 0), "\"2000-01-01T00:00:00+00:00\"");
        assert_eq!(json(-1, 0), "\"1999-12-31T23:59:59.999999+00:00\"");
        assert_eq!(json(1_500_000, -19_800), "\"1999-12-31T18:30:01.5-05:30\"");
        assert_eq!(json(0, 1_172), "\"2000-01-01T00:19:32+00:19:32\"");
        assert_eq!(json(i64::MIN, 0), "\"-infinity\"");
    }

    #[test]
    fn times_show_their_zone_as_short_as_can_be() {
        let json = |micros, west| written(|out| time_in_zone(micros, west, out).unwrap());
        assert_eq!(json(DAY, 0), "\"24:00:00+00\"");
        assert_eq!(json(1, -19_800), "\"00:00:00.000001+05:30\"");
        assert_eq!(json(0, 3_601), "\"00:00:00-01:00:01\"");
        assert_eq!(time(DAY + 1, &mut Vec::new()), Err(Malformed));
    }
}
