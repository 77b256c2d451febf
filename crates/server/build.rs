//! Embeds the built web client: every file of `web/dist` with its compressed forms, and the policy that its page gets.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Where the client is when it is not beside the server.
const DIST: &str = "KITH_WEB_DIST";

/// What stands in place of the client in builds for development, where it need not have been built.
const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<title>Kith</title>\n<h1>The web client was not built</h1>\n\
<p>This build of Kith has no web client in it; its API is at <code>/api/v1</code>. \
<code>cargo xtask run</code> builds both.</p>\n";

fn main() {
    println!("cargo::rerun-if-env-changed={DIST}");
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let dist = env::var_os(DIST).map_or_else(|| manifest.join("../../web/dist"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", dist.display());
    let output = PathBuf::from(variable("OUT_DIR"));
    let client = if dist.join("index.html").is_file() {
        Client::read(&copy(&dist, &output.join("client")))
    } else {
        assert!(
            variable("PROFILE") != "release",
            "there is no web client at {}: build it first (`cargo xtask run` does), or name its folder in {DIST}",
            dist.display()
        );
        Client::placeholder(&output)
    };
    fs::write(output.join("assets.rs"), client.to_rust()).expect("OUT_DIR can be written");
}

fn variable(name: &str) -> String {
    env::var(name).expect("Cargo sets it for build scripts")
}

/// Copies the client, so that what is embedded does not change while the compiler reads it. Returns where the copy is.
fn copy(dist: &Path, target: &Path) -> PathBuf {
    if target.exists() {
        fs::remove_dir_all(target).expect("OUT_DIR can be written");
    }
    let mut files = BTreeMap::new();
    collect(dist, "", &mut files);
    for (path, file) in files {
        let target = target.join(path);
        fs::create_dir_all(target.parent().expect("it was just joined")).expect("OUT_DIR can be written");
        fs::copy(&file, &target)
            .unwrap_or_else(|error| panic!("{} cannot be copied: {error}", file.display()));
    }
    target.to_owned()
}

/// The files of the client by path, and the hashes of the inline code in its page.
struct Client {
    files: BTreeMap<String, PathBuf>,
    hashes: Hashes,
}

#[derive(Default)]
struct Hashes {
    script: String,
    style: String,
}

impl Client {
    fn read(dist: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(dist, "", &mut files);
        // Neither is of any use to a browser.
        files.remove("manifest.json");
        let hashes = files.remove("csp.json").map(|path| Hashes::read(&path)).unwrap_or_default();
        Self { files, hashes }
    }

    fn placeholder(output: &Path) -> Self {
        let page = output.join("placeholder.html");
        fs::write(&page, PLACEHOLDER).expect("OUT_DIR can be written");
        Self { files: BTreeMap::from([("index.html".into(), page)]), hashes: Hashes::default() }
    }

    fn to_rust(&self) -> String {
        let compressed = |path: &String| path.ends_with(".br") || path.ends_with(".gz");
        let assets = self.files.iter().filter(|(path, _)| !compressed(path));
        let mut rust = String::from("static ASSETS: &[Asset] = &[\n");
        for (path, file) in assets {
            let include = |file: &PathBuf| format!("include_bytes!({:?})", absolute(file));
            let sibling = |ending: &str| match self.files.get(&format!("{path}.{ending}")) {
                Some(file) => format!("Some({})", include(file)),
                None => "None".to_owned(),
            };
            writeln!(
                rust,
                "    Asset {{ path: {path:?}, mime: {:?}, etag: {:?}, hashed: {}, plain: {}, br: {}, gz: {} }},",
                mime(path),
                etag(file),
                is_hashed(path),
                include(file),
                sibling("br"),
                sibling("gz"),
            )
            .expect("writing to a string cannot fail");
        }
        writeln!(rust, "];\n\nconst PAGE_POLICY: &str = {:?};", self.policy())
            .expect("writing to a string cannot fail");
        rust
    }

    /// The Content-Security-Policy of the page: nothing but what comes from here, and the inline code that was built.
    fn policy(&self) -> String {
        [
            "default-src 'none'",
            &format!("script-src 'self'{}", self.hashes.script),
            &format!("style-src 'self'{}", self.hashes.style),
            "connect-src 'self'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ]
        .join("; ")
    }
}

impl Hashes {
    /// `{ "script": ["'sha256-…'"], "style": […] }`, each with a space before it.
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("it was just found");
        let list = |name: &str| {
            let rest = text.split_once(&format!("\"{name}\"")).map_or("", |(_, rest)| rest);
            let list =
                rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
            list.split('"')
                .filter(|word| word.starts_with("'sha256-"))
                .fold(String::new(), |all, hash| all + " " + hash)
        };
        Self { script: list("script"), style: list("style") }
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).expect("the client's folder can be read") {
        let entry = entry.expect("the client's folder can be read");
        let name = entry.file_name().into_string().expect("the client's files have names in ASCII");
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, entry.path());
        }
    }
}

fn absolute(path: &Path) -> String {
    let path = fs::canonicalize(path).expect("it was just found");
    path.into_os_string().into_string().expect("the client's folder has a name in UTF-8")
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// FNV-1a over the content: enough to tell two builds apart, and the same wherever it is built.
fn etag(path: &Path) -> String {
    let bytes = fs::read(path).expect("it was just found");
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("\"{hash:016x}-{:x}\"", bytes.len())
}

/// Vite puts what it names after its content into this folder, and nothing else.
fn is_hashed(path: &str) -> bool {
    path.starts_with("assets/")
}
