//! Curves as SVG: one plot, one or two curves, a logarithmic axis of sizes. Small enough that a page can hold many, and
//! legible on a bright page as on a dark one.

use std::fmt::Write as _;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 240.0;
/// Room for the words around the plot: left, top, right, bottom.
const ROOM: (f64, f64, f64, f64) = (64.0, 36.0, 24.0, 44.0);
const COLOURS: [&str; 3] = ["#2f6fde", "#c4552d", "#3d8f5b"];
/// Lines across, the lowest included.
const LINES: u32 = 4;

/// A curve: its name, and what was measured at each size.
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// Draws curves over sizes. `title` says what and in which unit; the axis of figures begins at zero, so that what is flat
/// looks flat.
pub(super) fn draw(title: &str, sizes_are: &str, curves: &[Curve]) -> String {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let top = nice(points().map(|point| point.1).fold(0.0, f64::max));
    let (low, high) =
        points().fold((f64::MAX, 0.0), |(low, high), point| (point.0.min(low), point.0.max(high)));
    let (left, above, right, below) = ROOM;
    let across = |size: f64| {
        let share = if high > low { (size / low).ln() / (high / low).ln() } else { 0.5 };
        left + 12.0 + share * (WIDTH - left - right - 24.0)
    };
    let up = |figure: f64| HEIGHT - below - figure / top * (HEIGHT - above - below);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#808080\">\n<title>{title}</title>\n\
         <text x=\"12\" y=\"20\" font-size=\"13\" font-weight=\"600\">{title}</text>\n"
    );
    let mut line = |text: String| svg.push_str(&(text + "\n"));
    for step in 0..=LINES {
        let figure = top * f64::from(step) / f64::from(LINES);
        let y = up(figure);
        line(format!(
            "<path d=\"M{left} {y:.1}H{:.0}\" stroke=\"#808080\" stroke-opacity=\"0.3\"/>",
            WIDTH - right
        ));
        line(format!(
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            y + 4.0,
            short(figure)
        ));
    }
    let mut sizes: Vec<f64> = points().map(|point| point.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    for size in sizes {
        let (x, y) = (across(size), HEIGHT - below + 18.0);
        line(format!("<text x=\"{x:.1}\" y=\"{y:.0}\" text-anchor=\"middle\">{}</text>", short(size)));
    }
    let (x, y) = ((left + WIDTH - right) / 2.0, HEIGHT - 8.0);
    line(format!("<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"middle\">{sizes_are}</text>"));
    for (curve, colour) in curves.iter().zip(COLOURS) {
        line(path(curve, colour, across, up));
        for &(size, figure) in &curve.points {
            let (x, y) = (across(size), up(figure));
            line(format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>"));
        }
    }
    if curves.len() > 1 {
        for (index, (curve, colour)) in curves.iter().zip(COLOURS).enumerate() {
            let y = above + 2.0 + 15.0 * index as f64;
            line(format!(
                "<text x=\"{:.0}\" y=\"{y:.0}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
                WIDTH - right,
                curve.name
            ));
        }
    }
    svg + "</svg>\n"
}

fn path(curve: &Curve, colour: &str, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    for (index, &(size, figure)) in curve.points.iter().enumerate() {
        let begin = if index == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{begin}{:.1} {:.1}", across(size), up(figure));
    }
    format!("<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>")
}

/// The next number that is 1, 2, 3, 4, 5, 6, 8 or 10 of something.
fn nice(highest: f64) -> f64 {
    if highest <= 0.0 {
        return 1.0;
    }
    let unit = 10_f64.powf(highest.log10().floor());
    let steps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * unit >= highest * 1.05);
    step.unwrap_or(20.0) * unit
}

fn short(figure: f64) -> String {
    let (figure, unit) = match figure {
        1e6.. => (figure / 1e6, " M"),
        1e4.. => (figure / 1e3, " k"),
        _ => (figure, ""),
    };
    let digits = format!("{figure:.2}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_drawn_inside_the_plot() {
        let points = vec![(1e6, 0.4), (1e7, 0.9), (5e7, 1.2)];
        let svg = draw("page, ms", "messages", &[Curve { name: "p50".into(), points }]);
        let marks: Vec<&str> = svg.lines().filter(|line| line.starts_with("<circle")).collect();
        assert_eq!(marks.len(), 3);
        let number = |line: &str, key: &str| -> f64 {
            let (_, rest) = line.split_once(key).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        for mark in marks {
            assert!((0.0..WIDTH).contains(&number(mark, "cx=\"")), "{mark}");
            assert!((ROOM.1..HEIGHT - ROOM.3).contains(&number(mark, "cy=\"")), "{mark}");
        }
        assert!(svg.contains(">50 M</text>"));
    }

    #[test]
    fn axes_end_at_round_numbers_above_what_was_measured() {
        for (highest, top) in [(0.0, 1.0), (0.93, 1.0), (0.99, 2.0), (7.0, 8.0), (130.0, 200.0)] {
            assert_eq!(nice(highest), top, "{highest}");
        }
    }
}
