//! Plots over time, as SVG.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::console::{count, formatted};
use crate::sessions::{Axis, InstanceFound, readable};

/// Colours that stand for those of the page, which knows whether it is light or dark.
const COLOURS: [(RGBColor, &str, &str); 5] = [
    (TEXT, "#010101", "var(--text)"),
    (LINE, "#020202", "var(--line)"),
    (GOOD, "#030303", "var(--read)"),
    (BAD, "#040404", "var(--unread)"),
    (FAINT, "#050505", "var(--faint)"),
];
const TEXT: RGBColor = RGBColor(1, 1, 1);
const LINE: RGBColor = RGBColor(2, 2, 2);
const GOOD: RGBColor = RGBColor(3, 3, 3);
const BAD: RGBColor = RGBColor(4, 4, 4);
const FAINT: RGBColor = RGBColor(5, 5, 5);

/// Pixels of both forms, and of what stands around the plot.
const WIDTHS: [u32; 2] = [920, 350];
const HEIGHT: u32 = 210;
const LANE: u32 = 42;
const LEFT: u32 = 62;
const BELOW: u32 = 26;
/// Pixels of a label of the time.
const LABEL: f64 = 84.0;
const FONT: (&str, u32) = ("system-ui, sans-serif", 12);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>>;

/// A plot with its title and what it says in words.
pub(super) struct Plot<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

impl Plot<'_> {
    /// Bars of a number per step.
    pub(super) fn bars(&self, axis: &Axis, series: &[(&[f64], Series)]) -> Markup {
        let most = series.iter().flat_map(|(values, _)| values.iter()).copied().fold(0.0, f64::max);
        self.both(HEIGHT, |area, width| bars(area, width, axis, series, most))
    }

    /// A lane for each instance.
    pub(super) fn lanes(&self, axis: &Axis, instances: &[InstanceFound], names: &[String]) -> Markup {
        let height = LANE * instances.len() as u32 + BELOW + 8;
        self.both(height, |area, width| lanes(area, width, axis, instances, names))
    }

    /// Both forms; the page shows one of them.
    fn both(&self, height: u32, draw: impl Fn(&Area<'_>, u32) -> Drawn) -> Markup {
        let Self { id, title, description } = self;
        let form = |width: u32, class: &str| {
            let mut text = String::new();
            {
                let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
                draw(&area, width).and_then(|()| area.present()).expect("text takes everything");
            }
            for (_, drawn, of_page) in COLOURS {
                text = text.replace(drawn, of_page);
            }
            let body = text.split_once('>').map_or("", |(_, body)| body).trim_end();
            let body = body.strip_suffix("</svg>").unwrap_or(body);
            html! {
                svg class=(class) viewBox=(format!("0 0 {width} {height}")) role="img"
                    aria-labelledby=(format!("{id}-{class}-title {id}-{class}-text")) {
                    title id=(format!("{id}-{class}-title")) { (title) }
                    desc id=(format!("{id}-{class}-text")) { (description) }
                    (PreEscaped(body))
                }
            }
        };
        html! { (form(WIDTHS[0], "wide")) (form(WIDTHS[1], "narrow")) }
    }
}

/// What bars show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    Good,
    Bad,
}

impl Series {
    fn colour(self) -> RGBColor {
        match self {
            Self::Good => GOOD,
            Self::Bad => BAD,
        }
    }
}

fn bars(area: &Area<'_>, width: u32, axis: &Axis, series: &[(&[f64], Series)], most: f64) -> Drawn {
    let steps = axis.len().max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin_top(8)
        .margin_right(8)
        .x_label_area_size(BELOW)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(0.0..steps, 0.0..most.max(1.0) * 1.05)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(5)
        .light_line_style(TRANSPARENT)
        .bold_line_style(LINE)
        .axis_style(LINE)
        .label_style(FONT.into_font().color(&TEXT))
        .y_label_formatter(&|value| count(value.round() as u64))
        .draw()?;
    for (values, what) in series {
        let style = what.colour().filled();
        let bars = values.iter().enumerate().filter(|(_, value)| **value > 0.0);
        // Never thinner than can be seen.
        let least = most * 0.012;
        chart.draw_series(bars.map(|(step, value)| {
            Rectangle::new([(step as f64, 0.0), (step as f64 + 1.0, value.max(least))], style)
        }))?;
    }
    times(&chart, area, width, axis)
}

fn lanes(area: &Area<'_>, width: u32, axis: &Axis, instances: &[InstanceFound], names: &[String]) -> Drawn {
    let steps = axis.len().max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin_top(8)
        .margin_right(8)
        .margin_left(8)
        .x_label_area_size(BELOW)
        .build_cartesian_2d(0.0..steps, 0.0..instances.len().max(1) as f64)?;
    let label = FONT.into_font().color(&TEXT).pos(Pos::new(HPos::Left, VPos::Top));
    for (at, (instance, name)) in instances.iter().zip(names).enumerate() {
        let top = (instances.len() - at) as f64;
        let (above, below) = (top - 0.42, top - 0.80);
        chart.draw_series([Text::new(name.clone(), (0.0, top), label.clone())])?;
        let most = instance.documents.iter().copied().max().unwrap_or(1).max(1) as f64;
        let back = Rectangle::new([(0.0, above), (steps, below)], LINE.mix(0.5).filled());
        chart.draw_series([back])?;
        let busy = instance.documents.iter().enumerate().filter(|(_, count)| **count > 0);
        chart.draw_series(busy.map(|(step, count)| {
            let strength = 0.35 + 0.65 * *count as f64 / most;
            Rectangle::new([(step as f64, above), (step as f64 + 1.0, below)], GOOD.mix(strength).filled())
        }))?;
        let line = |step: usize| [(step as f64, above + 0.08), (step as f64, below - 0.06)];
        let begun = instance.begun.iter().map(|&step| PathElement::new(line(step), TEXT.stroke_width(1)));
        chart.draw_series(begun)?;
        for &step in &instance.killed {
            let middle = chart.backend_coord(&(step as f64 + 0.5, f64::midpoint(above, below)));
            for (dx, dy) in [(6, 6), (6, -6)] {
                let ends = [(middle.0 - dx, middle.1 - dy), (middle.0 + dx, middle.1 + dy)];
                area.draw(&PathElement::new(ends, BAD.stroke_width(3)))?;
            }
        }
    }
    times(&chart, area, width, axis)
}

/// Labels of the time below, as many as there is room for, and lines where a pause was cut out.
fn times(chart: &Chart<'_, '_>, area: &Area<'_>, width: u32, axis: &Axis) -> Drawn {
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    let line = LINE.stroke_width(1);
    area.draw(&PathElement::new([(columns.start, rows.end), (columns.end, rows.end)], line))?;
    let style = FONT.into_font().color(&TEXT).pos(Pos::new(HPos::Center, VPos::Top));
    let mut free = f64::NEG_INFINITY;
    for (step, is_cut) in ticks(axis, (columns.end - columns.start) as f64) {
        let (x, _) = chart.backend_coord(&(step as f64, 0.0));
        if is_cut && step > 0 {
            let cut = FAINT.stroke_width(1);
            let dashes = (rows.start..rows.end).step_by(8);
            for y in dashes {
                area.draw(&PathElement::new([(x, y), (x, (y + 4).min(rows.end))], cut))?;
            }
        }
        let (half, right) = (LABEL / 2.0, f64::from(width));
        let centre = f64::from(x).clamp(half, right - half);
        if centre - half < free {
            continue;
        }
        free = centre + half;
        area.draw(&PathElement::new([(x, rows.end), (x, rows.end + 4)], line))?;
        let label = Text::new(tick_label(axis, step), (centre as i32, rows.end + 7), style.clone());
        area.draw(&label)?;
    }
    Ok(())
}

/// Steps that have a label, with whether a part begins there.
fn ticks(axis: &Axis, room: f64) -> Vec<(usize, bool)> {
    if axis.parts.len() > 1 {
        return axis.parts.iter().map(|part| (part.first, true)).collect();
    }
    let most = (room / (LABEL * 1.3)).max(1.0) as usize;
    let every = i64::try_from(axis.len().div_ceil(most).max(1)).unwrap_or(i64::MAX);
    let every = readable(every.saturating_mul(axis.step));
    (0..axis.len())
        .filter(|&step| axis.begin_of(step).rem_euclid(every) == 0)
        .map(|step| (step, false))
        .collect()
}

fn tick_label(axis: &Axis, step: usize) -> String {
    let is_long = axis.parts.len() > 1 || axis.step >= 600_000_000;
    let format = if is_long {
        "%m-%d %H:%M"
    } else if axis.step >= 30_000_000 {
        "%H:%M"
    } else if axis.step >= 500_000 {
        "%H:%M:%S"
    } else {
        "%H:%M:%S%.1f"
    };
    formatted(axis.begin_of(step), format)
}

/// Values per minute of counts per step.
pub(super) fn per_minute(counts: &[u64], axis: &Axis) -> Vec<f64> {
    let steps_per_minute = 60e6 / axis.step as f64;
    counts.iter().map(|count| *count as f64 * steps_per_minute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_a_title_both_forms_and_no_colour_of_its_own() {
        let axis = Axis::of([(0, 60_000_000)]);
        let plot = Plot { id: "p", title: "A < B", description: "words" };
        let values = vec![3.0; axis.len()];
        let text = plot.bars(&axis, &[(&values, Series::Good)]).into_string();
        assert_eq!(text.matches("<svg ").count(), 2);
        assert!(
            text.contains("A &lt; B") && text.contains("var(--read)") && text.contains("00:00:30"),
            "{text}"
        );
        assert!(!text.contains("#0"), "{text}");
    }
}
