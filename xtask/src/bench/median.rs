//! The middle of several measurements.

/// The middle one, or the mean of the two in the middle.
///
/// # Panics
/// When there is none.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_move_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 200.0]).to_bits(), 3.0_f64.to_bits());
        assert_eq!(median(&[4.0, 1.0, 2.0, 200.0]).to_bits(), 3.0_f64.to_bits());
    }
}
