//! Exact decimal arithmetic: every result has at most 38 digits or is refused.
//!
//! Scales are those of SQL: addition and remainder keep the larger scale, multiplication adds them (38 at most), division
//! gives six digits or those of the dividend if they are more. Where a result would have more than 38 digits, those behind the point
//! give way, the last ones first: it is refused only when the digits before the point are too many. Rounding is half away from zero.

use std::cmp::Ordering;

use xmlshred_model::Decimal;

use crate::error::EvaluationError;

/// The largest number of digits, and of digits behind the point.
pub(crate) const MAX_DIGITS: u8 = 38;
/// The fewest digits behind the point that a quotient has.
pub(crate) const MIN_QUOTIENT_SCALE: u8 = 6;

const LIMIT: i128 = power_of_ten(MAX_DIGITS);

const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

const fn power_of_ten(exponent: u8) -> i128 {
    POWERS[exponent as usize]
}

/// `unscaled / 10^scale`, when it has no more than 38 digits.
pub(crate) fn new(unscaled: i128, scale: u8) -> Result<Decimal, EvaluationError> {
    if unscaled > -LIMIT && unscaled < LIMIT && scale <= MAX_DIGITS {
        Ok(Decimal { unscaled, scale })
    } else {
        Err(EvaluationError::OutOfRange)
    }
}

/// The whole number as a decimal without fraction.
pub(crate) fn from_int(value: i64) -> Decimal {
    Decimal { unscaled: i128::from(value), scale: 0 }
}

/// Reads an unsigned or signed plain number such as `-12.50`; its scale is the number of digits behind the point.
pub(crate) fn parse(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || (whole.is_empty() && fraction.is_empty()) || fraction.len() > usize::from(MAX_DIGITS) {
        return None;
    }
    let mut unscaled = 0i128;
    for byte in whole.bytes().chain(fraction.bytes()) {
        unscaled = unscaled.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    let scale = u8::try_from(fraction.len()).ok()?;
    new(if negative { -unscaled } else { unscaled }, scale).ok()
}

/// The nearest double.
pub(crate) fn to_double(value: Decimal) -> f64 {
    const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
    if value.unscaled.unsigned_abs() < EXACT && value.scale <= 22 {
        // Both operands are exact doubles, so that the quotient is rounded once.
        return value.unscaled as f64 / 10f64.powi(i32::from(value.scale));
    }
    format!("{}e-{}", { value.unscaled }, value.scale)
        .parse()
        .expect("an integer with an exponent is a double")
}

/// The decimal with this scale nearest to a double's shortest decimal form.
pub(crate) fn from_double(value: f64, scale: u8) -> Result<Decimal, EvaluationError> {
    if !value.is_finite() || value.abs() >= 1e38 {
        return Err(EvaluationError::OutOfRange);
    }
    let text = format!("{value}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let kept = fraction.len().min(usize::from(MAX_DIGITS));
    let Some(exact) = parse(&format!("{whole}.{}", &fraction[..kept])) else {
        // Too many digits for one decimal: drop the digits behind those that the result keeps, and one more to round.
        let kept = kept.min(usize::from(scale) + 1);
        let cut = parse(&format!("{whole}.{}", &fraction[..kept])).ok_or(EvaluationError::OutOfRange)?;
        return rescale(cut, scale);
    };
    rescale(exact, scale)
}

/// The same number with another scale, rounded when digits are lost.
pub(crate) fn rescale(value: Decimal, scale: u8) -> Result<Decimal, EvaluationError> {
    if scale > MAX_DIGITS {
        return Err(EvaluationError::OutOfRange);
    }
    let unscaled = match scale.cmp(&value.scale) {
        Ordering::Equal => value.unscaled,
        Ordering::Greater => value
            .unscaled
            .checked_mul(power_of_ten(scale - value.scale))
            .ok_or(EvaluationError::OutOfRange)?,
        Ordering::Less => divide_rounded(value.unscaled, power_of_ten(value.scale - scale)),
    };
    new(unscaled, scale)
}

fn divide_rounded(dividend: i128, divisor: i128) -> i128 {
    if divisor == 1 {
        return dividend;
    }
    if let (Ok(dividend), Ok(divisor)) = (i64::try_from(dividend), i64::try_from(divisor)) {
        let (quotient, rest) = (dividend / divisor, (dividend % divisor).abs());
        return i128::from(if rest >= divisor - rest { quotient + dividend.signum() } else { quotient });
    }
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() >= divisor - rest.abs() { quotient + dividend.signum() } else { quotient }
}

/// The same number with a larger scale, or as it is where it would have too many digits then.
pub(crate) fn widen(value: Decimal, scale: u8) -> Decimal {
    rescale(value, scale).unwrap_or(value)
}

/// The number without its fraction.
pub(crate) fn truncate(value: Decimal) -> i128 {
    value.unscaled / power_of_ten(value.scale)
}

/// The sum, with the larger scale, or as many digits behind the point as it has room for.
pub(crate) fn add(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    let exact = align(left, right).and_then(|(left, right, scale)| new(left.checked_add(right)?, scale).ok());
    if let Some(exact) = exact {
        return Ok(exact);
    }
    // One of the two keeps all its digits, so that the sum is rounded once.
    let (least, most) = (left.scale.min(right.scale), left.scale.max(right.scale));
    let at = |scale| {
        let (left, right) = (rescale(left, scale).ok()?, rescale(right, scale).ok()?);
        new(left.unscaled + right.unscaled, scale).ok()
    };
    (least..most).rev().find_map(at).ok_or(EvaluationError::OutOfRange)
}

/// The difference, with the larger scale.
pub(crate) fn subtract(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    add(left, negate(right))
}

/// The same number with the other sign.
pub(crate) fn negate(value: Decimal) -> Decimal {
    Decimal { unscaled: -value.unscaled, ..value }
}

/// The number without its sign.
pub(crate) fn absolute(value: Decimal) -> Decimal {
    Decimal { unscaled: value.unscaled.abs(), ..value }
}

/// Both with the larger scale, where they fit.
fn align(left: Decimal, right: Decimal) -> Option<(i128, i128, u8)> {
    let scale = left.scale.max(right.scale);
    let scaled = |value: Decimal| value.unscaled.checked_mul(power_of_ten(scale - value.scale));
    Some((scaled(left)?, scaled(right)?, scale))
}

/// The product, with the sum of the scales, or as many digits behind the point as it has room for.
pub(crate) fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    let scale = left.scale + right.scale;
    let product = left.unscaled.checked_mul(right.unscaled).and_then(|product| new(product, scale).ok());
    product.map_or_else(|| wide_product(left, right), Ok)
}

/// The product where not all of its digits fit.
#[cold]
fn wide_product(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    let mut limbs = limbs_of_product(left.unscaled.unsigned_abs(), right.unscaled.unsigned_abs());
    let is_negative = (left.unscaled < 0) != (right.unscaled < 0);
    let mut scale = left.scale + right.scale;
    let mut last = 0;
    loop {
        // Half away from zero looks at the last dropped digit only.
        if let [0, 0, high, low] = limbs
            && let Some(size) = (high << 64 | low).checked_add(u128::from(last >= 5))
            && let Ok(size) = i128::try_from(size)
            && let Ok(product) = new(if is_negative { -size } else { size }, scale)
        {
            return Ok(product);
        }
        if scale == 0 {
            return Err(EvaluationError::OutOfRange);
        }
        scale -= 1;
        last = 0;
        for limb in &mut limbs {
            let part = last << 64 | *limb;
            *limb = part / 10;
            last = part % 10;
        }
    }
}

/// The product of two numbers below 10^38 < 2^127, as four times 64 bits.
fn limbs_of_product(left: u128, right: u128) -> [u128; 4] {
    let (low_half, half) = (u128::from(u64::MAX), u64::BITS);
    let (left_high, left_low) = (left >> half, left & low_half);
    let (right_high, right_low) = (right >> half, right & low_half);
    // Both are so small that the sum of the cross products fits.
    let lowest = left_low * right_low;
    let cross = left_high * right_low + left_low * right_high;
    let middle = (lowest >> half) + (cross & low_half);
    let top = left_high * right_high + (cross >> half) + (middle >> half);
    [top >> half, top & low_half, middle & low_half, lowest & low_half]
}

/// The quotient, with six digits behind the point, or those of the dividend if they are more, as far as it has room for them.
pub(crate) fn divide(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    if right.unscaled == 0 {
        return Err(EvaluationError::DivisionByZero);
    }
    let mut scale = left.scale.max(MIN_QUOTIENT_SCALE);
    let digits = scale - left.scale + right.scale;
    let divisor = right.unscaled.unsigned_abs();
    if let (Ok(small), Some(scaled)) = (
        u64::try_from(divisor),
        left.unscaled.unsigned_abs().checked_mul(power_of_ten(digits.min(MAX_DIGITS)).unsigned_abs()),
    ) && digits <= MAX_DIGITS
        && let Ok(scaled) = u64::try_from(scaled)
    {
        let (quotient, rest) = (scaled / small, scaled % small);
        let magnitude = i128::from(quotient) + i128::from(rest >= small - rest);
        let is_negative = (left.unscaled < 0) != (right.unscaled < 0);
        return new(if is_negative { -magnitude } else { magnitude }, scale);
    }
    let mut quotient = left.unscaled.unsigned_abs() / divisor;
    let mut rest = left.unscaled.unsigned_abs() % divisor;
    for made in 0..digits {
        if quotient >= LIMIT.unsigned_abs() / 10 {
            scale = scale.checked_sub(digits - made).ok_or(EvaluationError::OutOfRange)?;
            break;
        }
        let (digit, next) = next_digit(rest, divisor);
        rest = next;
        quotient = quotient * 10 + digit;
    }
    if rest >= divisor - rest {
        quotient += 1;
    }
    let magnitude = i128::try_from(quotient).map_err(|_| EvaluationError::OutOfRange)?;
    let is_negative = (left.unscaled < 0) != (right.unscaled < 0);
    new(if is_negative { -magnitude } else { magnitude }, scale)
}

/// `rest * 10 / divisor` and what is left, where `rest < divisor`, also when `rest * 10` does not fit.
fn next_digit(rest: u128, divisor: u128) -> (u128, u128) {
    if let Some(product) = rest.checked_mul(10) {
        return (product / divisor, product % divisor);
    }
    let (mut digit, mut sum) = (0, 0);
    for _ in 0..10 {
        if sum >= divisor - rest {
            sum -= divisor - rest;
            digit += 1;
        } else {
            sum += rest;
        }
    }
    (digit, sum)
}

/// What is left of a division whose quotient is truncated; it has the sign of the dividend.
pub(crate) fn remainder(left: Decimal, right: Decimal) -> Result<Decimal, EvaluationError> {
    if right.unscaled == 0 {
        return Err(EvaluationError::DivisionByZero);
    }
    let scale = left.scale.max(right.scale);
    let Some(divisor) = right.unscaled.checked_mul(power_of_ten(scale - right.scale)) else {
        // Larger than any decimal of this scale, so that nothing is divided.
        return Ok(left);
    };
    let divisor = divisor.unsigned_abs();
    let mut rest = left.unscaled.unsigned_abs() % divisor;
    // Digit by digit: the dividend with the larger scale might not fit.
    for _ in left.scale..scale {
        (_, rest) = next_digit(rest, divisor);
    }
    let rest = i128::try_from(rest).map_err(|_| EvaluationError::OutOfRange)?;
    new(if left.unscaled < 0 { -rest } else { rest }, scale)
}

/// The number rounded to `digits` digits behind the point (before it, when negative), with the scale it had.
pub(crate) fn round(value: Decimal, digits: i64) -> Result<Decimal, EvaluationError> {
    let dropped = i64::from(value.scale).saturating_sub(digits);
    if dropped <= 0 {
        return Ok(value);
    }
    if dropped > i64::from(MAX_DIGITS) {
        return Ok(Decimal { unscaled: 0, ..value });
    }
    let unit = power_of_ten(u8::try_from(dropped).expect("at most 38"));
    let rounded =
        divide_rounded(value.unscaled, unit).checked_mul(unit).ok_or(EvaluationError::OutOfRange)?;
    new(rounded, value.scale)
}

/// The largest whole number that is not larger, with scale 0.
pub(crate) fn floor(value: Decimal) -> Decimal {
    let unit = power_of_ten(value.scale);
    let unscaled = match (i64::try_from(value.unscaled), i64::try_from(unit)) {
        (Ok(unscaled), Ok(unit)) => i128::from(unscaled.div_euclid(unit)),
        _ => value.unscaled.div_euclid(unit),
    };
    Decimal { unscaled, scale: 0 }
}

/// The smallest whole number that is not smaller, with scale 0.
pub(crate) fn ceiling(value: Decimal) -> Decimal {
    negate(floor(negate(value)))
}

/// Compares the numbers, whatever their scales.
pub(crate) fn compare(left: Decimal, right: Decimal) -> Ordering {
    if left.scale == right.scale {
        return { left.unscaled }.cmp(&{ right.unscaled });
    }
    let widened = |value: Decimal, scale: u8| value.unscaled.checked_mul(power_of_ten(scale));
    if let (Some(left), Some(right)) = (
        widened(left, right.scale.saturating_sub(left.scale)),
        widened(right, left.scale.saturating_sub(right.scale)),
    ) {
        return left.cmp(&right);
    }
    let (left_unit, right_unit) = (power_of_ten(left.scale), power_of_ten(right.scale));
    let scale = left.scale.max(right.scale);
    // Fractions are smaller than 1, so that they fit with any scale; whole numbers might not.
    (left.unscaled / left_unit).cmp(&(right.unscaled / right_unit)).then_with(|| {
        let left_fraction = (left.unscaled % left_unit) * power_of_ten(scale - left.scale);
        let right_fraction = (right.unscaled % right_unit) * power_of_ten(scale - right.scale);
        left_fraction.cmp(&right_fraction)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Decimal {
        parse(text).unwrap()
    }

    #[test]
    fn quotients_have_six_digits_or_those_of_the_dividend() {
        assert_eq!(divide(number("1"), number("3")), Ok(number("0.333333")));
        assert_eq!(divide(number("-2"), number("3.00")), Ok(number("-0.666667")));
        assert_eq!(divide(number("1.00000000"), number("8")), Ok(number("0.12500000")));
        assert_eq!(divide(number("1"), number("0.0")), Err(EvaluationError::DivisionByZero));
    }

    #[test]
    fn the_largest_numbers_divide_without_overflow() {
        let largest = number("99999999999999999999999999999999999999");
        let smallest = number("0.00000000000000000000000000000000000001");
        assert_eq!(divide(number("50000000000000000000000000000000000000"), largest), Ok(number("0.500000")));
        assert_eq!(divide(largest, number("0.1")), Err(EvaluationError::OutOfRange));
        assert_eq!({ divide(smallest, largest).unwrap().unscaled }, 0);
        assert_eq!(add(largest, number("1")), Err(EvaluationError::OutOfRange));
        assert_eq!(compare(largest, smallest), Ordering::Greater);
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(round(number("2.345"), 2), Ok(number("2.350")));
        assert_eq!(round(number("-2.345"), 2), Ok(number("-2.350")));
        assert_eq!(round(number("149"), -2), Ok(number("100")));
        assert_eq!(round(number("1"), -99), Ok(number("0")));
        assert_eq!(floor(number("-1.5")), number("-2"));
        assert_eq!(ceiling(number("-1.5")), number("-1"));
    }

    #[test]
    fn doubles_become_the_decimal_they_print_as() {
        assert_eq!(from_double(0.1, 2), Ok(number("0.10")));
        assert_eq!(from_double(1.005, 2), Ok(number("1.01")));
        assert_eq!(from_double(1e-30, 4), Ok(number("0.0000")));
        assert_eq!(from_double(1e38, 0), Err(EvaluationError::OutOfRange));
        assert!((to_double(number("0.1")) - 0.1).abs() < f64::EPSILON);
    }

    #[test]
    fn products_are_rounded_to_38_digits_behind_the_point() {
        let third = number("0.33333333333333333333");
        let square = number("0.11111111111111111110888888888888888889");
        assert_eq!(multiply(third, third), Ok(square));
        assert_eq!(multiply(negate(third), third), Ok(negate(square)));
        let largest = number("99999999999999999999999999999999999999");
        assert_eq!(multiply(largest, largest), Err(EvaluationError::OutOfRange));
    }

    #[test]
    fn digits_behind_the_point_give_way_to_those_before_it() {
        let check = |found: Result<Decimal, EvaluationError>, expected: &str| {
            assert_eq!(compare(found.unwrap(), number(expected)), Ordering::Equal, "{expected}");
        };
        let wide = number("12345678901234567.00000000000000000001");
        check(multiply(number("1.50000000000000000000"), number("2.00000000000000000000")), "3");
        check(multiply(wide, number("-1.00000000000000000000")), "-12345678901234567.00000000000000000001");
        check(multiply(wide, wide), "152415787532388345526596755677489.00025");
        // The product would round up to 39 digits.
        let nines = number("9999999999999999999.9999999999999999999");
        check(multiply(nines, number("1.0")), "9999999999999999999.9999999999999999999");
        check(
            add(number("99999999999999999999999999999999999.5"), number("0.12345")),
            "99999999999999999999999999999999999.623",
        );
        check(add(number("0.00000000000000000000000000000000000005"), number("-10")), "-10");
        check(
            divide(number("99999999999999999999999999999999999999"), number("1")),
            "99999999999999999999999999999999999999",
        );
        check(divide(number("3.0000000000000000000000000000000000000"), number("0.001")), "3000");
    }

    #[test]
    fn remainders_fit_where_their_operands_cannot_be_aligned() {
        let largest = number("99999999999999999999999999999999999999");
        assert_eq!(remainder(largest, number("0.01")), Ok(number("0.00")));
        assert_eq!(remainder(negate(largest), number("0.7")), Ok(number("-0.3")));
        let small = number("-0.00000000000000000000000000000000000001");
        assert_eq!(remainder(small, largest), Ok(small));
    }

    /// `unscaled * 10^(scale - from)` as an exact integer, for numbers small enough that it fits.
    fn at(value: Decimal, scale: u8) -> i128 {
        value.unscaled * power_of_ten(scale - value.scale)
    }

    fn small() -> impl Strategy<Value = Decimal> {
        (-999_999_999_999_i128..=999_999_999_999, 0_u8..=6)
            .prop_map(|(unscaled, scale)| Decimal { unscaled, scale })
    }

    fn any() -> impl Strategy<Value = Decimal> {
        let unscaled = prop_oneof![-(LIMIT - 1)..LIMIT, -1000_i128..1000];
        (unscaled, 0_u8..=MAX_DIGITS).prop_map(|(unscaled, scale)| Decimal { unscaled, scale })
    }

    proptest! {
        #[test]
        fn small_numbers_calculate_as_integers_do(left in small(), right in small()) {
            let scale = left.scale.max(right.scale);
            let (left_units, right_units) = (at(left, scale), at(right, scale));
            prop_assert_eq!(add(left, right).unwrap(), Decimal { unscaled: left_units + right_units, scale });
            prop_assert_eq!(subtract(left, right).unwrap(), Decimal { unscaled: left_units - right_units, scale });
            let product = Decimal { unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale };
            prop_assert_eq!(multiply(left, right).unwrap(), product);
            prop_assert_eq!(compare(left, right), left_units.cmp(&right_units));
            if right_units != 0 {
                prop_assert_eq!(remainder(left, right).unwrap(), Decimal { unscaled: left_units % right_units, scale });
                // The quotient is the number of millionths nearest to the exact one.
                let quotient = divide(left, right).unwrap();
                let error = quotient.unscaled * right_units - left_units * power_of_ten(quotient.scale);
                prop_assert!(2 * error.abs() <= right_units.abs());
            }
        }

        #[test]
        fn no_numbers_make_an_operation_panic_or_exceed_38_digits(left in any(), right in any(), digits in -50_i64..50) {
            let results = [
                add(left, right), subtract(left, right), multiply(left, right), divide(left, right),
                remainder(left, right), round(left, digits), rescale(left, right.scale),
                Ok(floor(left)), Ok(ceiling(left)),
            ];
            for result in results.into_iter().flatten() {
                prop_assert!(result.unscaled.abs() < LIMIT && result.scale <= MAX_DIGITS);
            }
        }

        #[test]
        fn a_product_with_too_many_digits_is_the_nearest_with_38(left: i64, right: i64, more in 1_u8..=38) {
            let product = i128::from(left) * i128::from(right);
            let expected = divide_rounded(product, power_of_ten(more));
            let [left, right] = [(left, MAX_DIGITS), (right, more)].map(|(unscaled, scale)| Decimal { unscaled: unscaled.into(), scale });
            prop_assert_eq!(multiply(left, right), Ok(Decimal { unscaled: expected, scale: MAX_DIGITS }));
        }
    }
}
