//! Photos of 12 megapixels: how long each takes with all its sizes, what it takes of memory, and what becomes of those who
//! write meanwhile.

use std::{
    io::Cursor,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use hdrhistogram::Histogram;
use image::{ImageFormat, Rgb, RgbImage};
use kith_protocol::ConversationId;
use serde_json::json;

use super::{
    Bench, Report,
    direct::{self, Direct, Pace},
};
use crate::{
    fill::Person,
    http::Client,
    lobby,
    measurement::{Latency, Stopwatch, histogram, note},
    server::Server,
    sockets::Sockets,
    words::Words,
};

const WIDTH: u32 = 4_000;
const HEIGHT: u32 = 3_000;
const PAIRS: usize = 100;
/// Messages that all of them write a second.
const CHAT_PER_SECOND: u64 = 500;

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let photo = photo()?;
    let (data, people, conversations) = direct::fill(bench, PAIRS)?;
    // A new server each time: the peak of memory is that of a first photo as well.
    for _ in 0..bench.runs {
        let server = bench.serve(&data, &[])?;
        measure(bench, &server, (&people, &conversations), &photo, report)?;
        server.stop()?;
    }
    bench.verify(&data)
}

fn measure(
    bench: &Bench,
    server: &Server,
    (people, conversations): (&[Person], &[ConversationId]),
    photo: &[u8],
    report: Report<'_>,
) -> Result<()> {
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, people, 100)?;
    lobby::sync_all(&mut sockets, 64)?;
    let mut chat = Direct::new(Pace::Open(CHAT_PER_SECOND), false, conversations);
    let calm = talk(&mut chat, &mut sockets, bench.time())?;

    let photos = bench.either(3, 8);
    let before = server.resident_kib()?;
    server.forget_peak()?;
    let mut took = histogram();
    let watch = Stopwatch::start(server)?;
    for person in people.iter().take(photos) {
        send(server, person, photo, &mut took)?;
    }
    let alone = watch.stop(server, "photos", "photos", photos as u64)?;
    let peak_mib = server.peak_kib()?.saturating_sub(before) as f64 / 1_024.0;

    let over = AtomicBool::new(false);
    let (busy, meanwhile) = thread::scope(|scope| -> Result<_> {
        let uploads = scope.spawn(|| -> Result<Histogram<u64>> {
            let mut took = histogram();
            for person in people.iter().cycle().take_while(|_| !over.load(Ordering::Relaxed)) {
                send(server, person, photo, &mut took)?;
            }
            Ok(took)
        });
        let busy = talk(&mut chat, &mut sockets, bench.time());
        over.store(true, Ordering::Relaxed);
        let meanwhile = uploads.join().map_err(|_| anyhow!("nobody sends photos any more"))??;
        Ok((busy?, meanwhile))
    })?;
    let p99 = |histogram: &Histogram<u64>| histogram.value_at_quantile(0.99) as f64;
    let latency = |histogram: &Histogram<u64>| Latency::from(histogram);
    report(
        alone.with(json!({ "megapixels": WIDTH * HEIGHT / 1_000_000, "bytes": photo.len(), "chat_per_second": CHAT_PER_SECOND }))
            .seen(&took)
            .and(json!({
                "peak_mib_each": peak_mib, "chat_p99_ratio": p99(&busy) / p99(&calm), "chat_ms": latency(&busy),
                "chat_without_ms": latency(&calm), "photos_meanwhile": meanwhile.len(), "photo_meanwhile_ms": latency(&meanwhile),
            })),
    )
}

/// How long acknowledgements took.
fn talk(chat: &mut Direct, sockets: &mut Sockets, time: Duration) -> Result<Histogram<u64>> {
    chat.run_for(sockets, Duration::from_millis(500))?;
    chat.forget();
    chat.run_for(sockets, time)?;
    ensure!(chat.refused == 0, "{} were refused", chat.refused);
    Ok(chat.acks.clone())
}

fn send(server: &Server, person: &Person, photo: &[u8], took: &mut Histogram<u64>) -> Result<()> {
    let mut client = Client::connect(server.addr(), &person.token)?;
    let began = Instant::now();
    client.post("/api/v1/attachments?name=harbour.jpg", photo).context("a photo was not taken")?;
    note(took, began.elapsed().as_micros() as u64);
    Ok(())
}

/// A JPEG as large as a telephone's: soft shapes, and noise as a sensor has it.
fn photo() -> Result<Vec<u8>> {
    let mut noise = Words::from_seed(29);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let grain = noise.below(24) as u32;
        let wave = |at: u32, length: u32| (at % length).abs_diff(length / 2) * 200 / length;
        let light =
            [wave(x, 1_700) + wave(y, 900), wave(x + y, 1_300) + wave(y, 400), wave(y, 2_100) + wave(x, 600)];
        Rgb(light.map(|light| (light + grain + 16).min(255) as u8))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).context("a JPEG can be made")?;
    Ok(bytes.into_inner())
}
