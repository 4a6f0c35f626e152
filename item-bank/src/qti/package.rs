//! Content packages: a zip with an `imsmanifest.xml`, read under limits, and written so that reading it again gives the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::xml::{Element, Position, parse};

const MANIFEST: &str = "imsmanifest.xml";
/// How the resources of files begin that [`write_package`] names itself.
const FILE: &str = "ijkpunt-file-";
const MAX_ENTRIES: usize = 20_000;
/// The largest file and the largest sum of files, unpacked, in bytes.
const MAX_FILE: u64 = 200 << 20;
const MAX_TOTAL: u64 = 1 << 30;
/// How many times its packed size a file of more than a megabyte may unpack to. Text rarely passes 20; bombs pass 1,000.
const MAX_RATIO: u64 = 200;

/// What a package holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    pub identifier: String,
    /// Items, in the order of the manifest.
    pub items: Vec<Resource>,
    pub tests: Vec<Resource>,
    /// Everything else by its path: sound, pictures, style sheets.
    pub media: BTreeMap<String, Vec<u8>>,
}

/// An item or a test with its document and what the manifest says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    pub identifier: String,
    /// Path of the document in the package.
    pub href: String,
    pub document: Vec<u8>,
    /// Paths of the files that it uses, as the manifest lists them, without its own.
    pub files: Vec<String>,
    /// Identifiers of the resources that it depends on.
    pub dependencies: Vec<String>,
    /// Metadata as path and text, such as `("lom/general/title/string", "Winkelen")`.
    pub metadata: Vec<(String, String)>,
}

/// Why a package cannot be read, by file and place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}:{}: {reason}", at.line, at.column)]
pub struct PackageProblem {
    pub file: String,
    pub at: Position,
    pub reason: String,
}

fn problem(file: &str, reason: impl Into<String>) -> PackageProblem {
    PackageProblem { file: file.to_owned(), at: Position { line: 1, column: 1 }, reason: reason.into() }
}

/// Reads a package whole, or not at all: nothing is half imported.
///
/// # Errors
/// No zip, no manifest, paths that lead out of the package, limits (20,000 files, 200 MB each, 1 GB together, 200 times its packed size), resources without their file.
pub fn read_package(bytes: &[u8]) -> Result<Package, Vec<PackageProblem>> {
    package_of(unpack(bytes).map_err(|found| vec![found])?)
}

/// The package that these files are, by their paths; one of them is its manifest.
///
/// # Errors
/// As [`read_package`], but for what only a zip can have.
pub fn package_of(mut files: BTreeMap<String, Vec<u8>>) -> Result<Package, Vec<PackageProblem>> {
    let Some(manifest) = files.remove(MANIFEST) else {
        return Err(vec![problem(MANIFEST, "the package has no manifest at its top")]);
    };
    let root = parse(&manifest).map_err(|found| vec![PackageProblem { file: MANIFEST.into(), at: found.at, reason: found.reason }])?;
    if root.name != "manifest" {
        return Err(vec![problem(MANIFEST, format!("<{}> is not a manifest", root.written))]);
    }
    let mut package = Package { identifier: root.attribute("identifier").unwrap_or_default().to_owned(), ..Package::default() };
    let mut problems = Vec::new();
    let mut documents = BTreeSet::new();
    let contents = contents(&root);
    for resource in root.child("resources").into_iter().flat_map(Element::elements).filter(|element| element.name == "resource") {
        let kind = resource.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let is_item = kind.starts_with("imsqti_item");
        let is_test = kind.starts_with("imsqti_test") || kind.starts_with("imsqti_assessment");
        if !is_item && !is_test {
            continue;
        }
        let complain = |reason: String| PackageProblem { file: MANIFEST.into(), at: resource.at, reason };
        let Some(href) = resource.attribute("href").and_then(clean_path) else {
            problems.push(complain("a resource without a path inside the package".to_owned()));
            continue;
        };
        let Some(document) = files.get(&href) else {
            problems.push(complain(format!("the file {href} is not in the package")));
            continue;
        };
        if !documents.insert(href.clone()) {
            problems.push(complain(format!("the file {href} is listed twice")));
            continue;
        }
        let made = read_resource(resource, &href, document.clone(), &contents);
        for file in made.files.iter().filter(|file| !files.contains_key(*file)) {
            problems.push(complain(format!("the file {file}, which {href} uses, is not in the package")));
        }
        if is_item { package.items.push(made) } else { package.tests.push(made) }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    files.retain(|path, _| !documents.contains(path));
    package.media = files;
    Ok(package)
}

/// The files of resources that are neither item nor test, by their identifiers.
fn contents(root: &Element) -> BTreeMap<&str, Vec<String>> {
    let resources = root.child("resources").into_iter().flat_map(Element::elements).filter(|element| element.name == "resource");
    let plain = resources.filter(|resource| {
        let kind = resource.attribute("type").unwrap_or_default().to_ascii_lowercase();
        !kind.starts_with("imsqti_item") && !kind.starts_with("imsqti_test") && !kind.starts_with("imsqti_assessment")
    });
    plain
        .filter_map(|resource| {
            let files = resource.elements().filter(|element| element.name == "file").filter_map(|file| clean_path(file.attribute("href")?));
            Some((resource.attribute("identifier")?, files.collect()))
        })
        .collect()
}

/// A dependency on plain files is as if the resource listed them itself.
fn read_resource(resource: &Element, href: &str, document: Vec<u8>, contents: &BTreeMap<&str, Vec<String>>) -> Resource {
    let listed = |name: &'static str, attribute: &'static str| {
        resource.elements().filter(move |element| element.name == name).filter_map(move |element| element.attribute(attribute))
    };
    let mut metadata = Vec::new();
    if let Some(element) = resource.child("metadata") {
        leaves(element, "", &mut metadata);
    }
    let mut files: Vec<String> = listed("file", "href").filter_map(clean_path).filter(|file| file != href).collect();
    let mut dependencies = Vec::new();
    for dependency in listed("dependency", "identifierref") {
        match contents.get(dependency) {
            Some(others) => {
                let new: Vec<String> = others.iter().filter(|file| !files.contains(*file)).cloned().collect();
                files.extend(new);
            }
            None => dependencies.push(dependency.to_owned()),
        }
    }
    Resource {
        identifier: resource.attribute("identifier").unwrap_or_default().to_owned(),
        href: href.to_owned(),
        document,
        files,
        dependencies,
        metadata,
    }
}

/// The texts of a metadata tree with the path of names that leads to each.
fn leaves(element: &Element, path: &str, found: &mut Vec<(String, String)>) {
    let mut inner = element.elements().peekable();
    if inner.peek().is_none() {
        let text = element.text();
        if !path.is_empty() && !text.trim().is_empty() {
            found.push((path.to_owned(), text.trim().to_owned()));
        }
        return;
    }
    for child in inner {
        let path = if path.is_empty() { child.written.clone() } else { format!("{path}/{}", child.written) };
        leaves(child, &path, found);
    }
}

fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, PackageProblem> {
    let broken = |error: &dyn std::fmt::Display| problem("package", format!("this is not a zip that can be read: {error}"));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(problem("package", format!("more than {MAX_ENTRIES} files")));
    }
    let mut files = BTreeMap::new();
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.is_dir() {
            continue;
        }
        let path = entry_path(&name).ok_or_else(|| problem(&name, "the path leads out of the package"))?;
        if entry.is_symlink() {
            return Err(problem(&path, "symbolic links are refused"));
        }
        let packed = entry.compressed_size();
        // What the header says may be a lie, so the reading itself is bounded too.
        let most = MAX_FILE.min(MAX_TOTAL - total).min((packed.saturating_mul(MAX_RATIO)).max(1 << 20));
        let mut content = Vec::new();
        let read = entry.by_ref().take(most + 1).read_to_end(&mut content).map_err(|error| problem(&path, error.to_string()))?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        if read > most {
            return Err(problem(&path, "the file unpacks to more than is allowed"));
        }
        total += read;
        if files.insert(path.clone(), content).is_some() {
            return Err(problem(&path, "the file is in the package twice"));
        }
    }
    Ok(files)
}

/// A path that stays inside the package, with plain slashes, or nothing.
fn entry_path(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    if name.starts_with('/') || name.contains('\0') || name.chars().nth(1) == Some(':') || name.len() > 1_000 {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Where a name in a document leads: a path of the package, beginning at the document's own folder, or nothing when it leads out of it.
pub fn resolve_path(document: &str, name: &str) -> Option<String> {
    let name = name.split(['#', '?']).next().unwrap_or_default();
    if name.contains("://") || name.starts_with("data:") {
        return None;
    }
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    clean_path(&parts.join("/"))
}

/// A path of the manifest: as an address, so with escapes.
fn clean_path(href: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.trim().bytes();
    while let Some(byte) = rest.next() {
        let escaped = (byte == b'%').then(|| {
            let digits = [rest.clone().next()?, rest.clone().nth(1)?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        });
        match escaped.flatten() {
            Some(decoded) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    entry_path(&String::from_utf8(bytes).ok()?)
}

/// Writes a package as QTI 3.0 content packaging. The same package gives the same bytes, and reading them gives the same package.
///
/// # Errors
/// When a file is named twice or the zip cannot be made.
pub fn write_package(package: &Package) -> Result<Vec<u8>, PackageProblem> {
    let failed = |file: &str| {
        let file = file.to_owned();
        move |error: zip::result::ZipError| problem(&file, error.to_string())
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // A fixed date, so that equal packages are equal bytes.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    let manifest = manifest(package);
    let documents = package.items.iter().chain(&package.tests).map(|resource| (resource.href.as_str(), resource.document.as_slice()));
    let media = package.media.iter().map(|(path, content)| (path.as_str(), content.as_slice()));
    for (path, content) in [(MANIFEST, manifest.as_bytes())].into_iter().chain(documents).chain(media) {
        if entry_path(path).as_deref() != Some(path) {
            return Err(problem(path, "this is not a path inside a package"));
        }
        zip.start_file(path, options).map_err(failed(path))?;
        zip.write_all(content).map_err(|error| problem(path, error.to_string()))?;
    }
    zip.finish().map(Cursor::into_inner).map_err(failed("package"))
}

/// The manifest's own names, those of metadata, and where their schemas are.
const OPENING: &str = concat!(
    r#"<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" "#,
    r#"xsi:schemaLocation="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1 https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd "#,
    r#"http://ltsc.ieee.org/xsd/LOM https://purl.imsglobal.org/spec/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd""#,
);

fn manifest(package: &Package) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{OPENING} identifier=\"{}\">\n  \
         <metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n  <organizations/>\n  <resources>\n",
        escaped(&package.identifier)
    );
    // Files are resources of their own too, since some players follow dependencies and others the files of an item.
    let shared: BTreeMap<&str, String> =
        package.media.keys().enumerate().map(|(n, path)| (path.as_str(), format!("{FILE}{}", n + 1))).collect();
    let items = package.items.iter().map(|resource| ("item", resource));
    let tests = package.tests.iter().map(|resource| ("test", resource));
    for (kind, resource) in items.chain(tests) {
        let href = address(&resource.href);
        let identifier = escaped(&resource.identifier);
        out.push_str(&format!(
            "    <resource identifier=\"{identifier}\" type=\"imsqti_{kind}_xml{}\" href=\"{href}\">\n",
            version(resource)
        ));
        if !resource.metadata.is_empty() {
            out.push_str(&format!("      <metadata>{}</metadata>\n", metadata(&resource.metadata)));
        }
        out.push_str(&format!("      <file href=\"{href}\"/>\n"));
        for file in &resource.files {
            out.push_str(&format!("      <file href=\"{}\"/>\n", address(file)));
        }
        let files = resource.files.iter().filter_map(|file| shared.get(file.as_str()));
        for dependency in resource.dependencies.iter().chain(files) {
            out.push_str(&format!("      <dependency identifierref=\"{}\"/>\n", escaped(dependency)));
        }
        out.push_str("    </resource>\n");
    }
    for (path, identifier) in shared {
        let href = address(path);
        out.push_str(&format!(
            "    <resource identifier=\"{identifier}\" type=\"webcontent\" href=\"{href}\"><file href=\"{href}\"/></resource>\n"
        ));
    }
    out.push_str("  </resources>\n</manifest>\n");
    out
}

/// The version of QTI that a document is written in, as the type of its resource says it.
fn version(resource: &Resource) -> &'static str {
    let head = resource.document.get(..4_000).unwrap_or(&resource.document);
    let says = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    if says(b"imsqti_v2p1") {
        "v2p1"
    } else if says(b"imsqti_v2p2") {
        "v2p2"
    } else {
        "v3p0"
    }
}

/// Paths and texts as a tree: what has the same beginning stands together, but each text in a parent of its own.
fn metadata(leaves: &[(String, String)]) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for (path, text) in leaves {
        let names: Vec<&str> = path.split('/').collect();
        let most = names.len().saturating_sub(2);
        let shared = open.iter().zip(&names).take(most).take_while(|(one, other)| one == other).count();
        for name in open.drain(shared..).rev() {
            out.push_str(&format!("</{name}>"));
        }
        for name in names.iter().skip(shared) {
            let space = if *name == "lom" { " xmlns=\"http://ltsc.ieee.org/xsd/LOM\"" } else { "" };
            out.push_str(&format!("<{name}{space}>"));
        }
        out.push_str(&escaped(text));
        open = names;
    }
    for name in open.iter().rev() {
        out.push_str(&format!("</{name}>"));
    }
    out
}

fn address(path: &str) -> String {
    escaped(&path.replace('%', "%25"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
