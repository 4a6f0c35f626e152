//! Pictures and sound that authors add. What a file is, its bytes say; its name and what the browser claims are not believed.

use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::media_files;
use crate::ids::MediaId;

/// The largest recording, in bytes: an hour of speech.
pub const MAX_SOUND: usize = 32 * 1024 * 1024;
/// The largest picture, in bytes: a kiosk fetches all of a form before its clock starts.
pub const MAX_PICTURE: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadRefusal {
    /// Neither a picture nor a sound that every kiosk can show or play.
    UnknownKind,
    /// A drawing that can run programs or fetch something from elsewhere.
    ActiveDrawing,
    TooLarge,
}

/// What a file is, by its first bytes, and whether it may be taken in.
pub fn kind_of(bytes: &[u8]) -> Result<&'static str, UploadRefusal> {
    let mime = sniffed(bytes).ok_or(UploadRefusal::UnknownKind)?;
    let most = if mime.starts_with("image/") { MAX_PICTURE } else { MAX_SOUND };
    if bytes.len() > most {
        return Err(UploadRefusal::TooLarge);
    }
    if mime == "image/svg+xml" && !is_still(bytes) {
        return Err(UploadRefusal::ActiveDrawing);
    }
    Ok(mime)
}

fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, what: &[u8]| bytes.get(from..from + what.len()) == Some(what);
    if at(0, b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if at(0, b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if at(0, b"\x1a\x45\xdf\xa3") {
        Some("audio/webm")
    } else if at(0, b"OggS") {
        Some("audio/ogg")
    } else if at(0, b"RIFF") && at(8, b"WAVE") {
        Some("audio/wav")
    } else if at(4, b"ftypM4A") || at(4, b"ftypmp42") || at(4, b"ftypisom") {
        Some("audio/mp4")
    } else if at(0, b"ID3") || (at(0, b"\xff") && bytes.get(1).is_some_and(|second| second & 0xe6 == 0xe2)) {
        Some("audio/mpeg")
    } else {
        let head = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
        let named = head.starts_with("<svg") || (head.starts_with("<?xml") && head.contains("<svg"));
        named.then_some("image/svg+xml")
    }
}

/// Whether a drawing is lines and text alone: no program, no handler, no style sheet or reference that leads out of it. It errs on the
/// side of refusing.
fn is_still(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let words = [
        "<script",
        "<foreignobject",
        "<iframe",
        "<embed",
        "<object",
        "<!",
        "javascript:",
        "data:",
        "@import",
        "&#",
        "<set",
        "<animate",
        "<?xml-",
    ];
    let handler = text.match_indices("on").any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at..).unwrap_or_default().trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        before.is_some_and(|letter| letter.is_whitespace() || "\"'/".contains(letter)) && after.trim_start().starts_with('=')
    });
    let leads_out = text.split("href").skip(1).any(|rest| {
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start).unwrap_or_default();
        !value.is_empty() && !value.starts_with("\"#") && !value.starts_with("'#")
    });
    let fetches = text.split("url(").skip(1).any(|rest| !rest.trim_start_matches(['"', '\'', ' ']).starts_with('#'));
    !handler && !leads_out && !fetches && words.iter().all(|word| !text.contains(word))
}

/// Keeps a file. The same bytes are kept once.
pub async fn keep(ijkpunt: &Ijkpunt, actor: &Actor, mime: &'static str, bytes: &[u8]) -> Result<MediaId, DbErr> {
    let now = ijkpunt.clock.now();
    let sha256 = Sha256::digest(bytes).to_vec();
    let known = media_files::Column::Sha256.eq(sha256.clone());
    // The bytes are safe before anything refers to them.
    ijkpunt.media.put(bytes).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    let tx = begin_write(&ijkpunt.db).await?;
    if let Some(file) = media_files::Entity::find().filter(known).one(&tx).await? {
        return Ok(file.id);
    }
    let id = MediaId::new();
    let row = media_files::ActiveModel {
        id: Set(id),
        sha256: Set(sha256),
        mime: Set(mime.to_owned()),
        size: Set(bytes.len() as i64),
        created_at: Set(now),
    };
    media_files::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = Entry::of(By::User(actor.user_id), "item.media_added", ("media_file", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "mime": mime, "bytes": bytes.len() }))).await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_its_bytes_say() {
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n rest"), Ok("image/png"));
        assert_eq!(kind_of(b"OggS rest"), Ok("audio/ogg"));
        assert_eq!(kind_of(b"\xff\xfb\x90\x00"), Ok("audio/mpeg"));
        assert_eq!(kind_of(b"<html><body>"), Err(UploadRefusal::UnknownKind));
        assert_eq!(kind_of(b""), Err(UploadRefusal::UnknownKind));
        let large = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; MAX_PICTURE]].concat();
        assert_eq!(kind_of(&large), Err(UploadRefusal::TooLarge));
    }

    #[test]
    fn a_drawing_that_can_do_something_is_refused() {
        let drawing = |inside: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
        for still in ["<path d=\"M0 0\"/>", "<text>on = aan</text>", "<use href=\"#a\"/>", "<rect fill=\"url(#g)\"/>"] {
            assert_eq!(kind_of(drawing(still).as_bytes()).map(|_| ()), Ok(()), "{still}");
        }
        for active in [
            "<script>1</script>",
            "<rect onload=\"x\"/>",
            "<rect\nONCLICK = 'x'/>",
            "<a href=\"https://example.org\"/>",
            "<image xlink:href='data:image/png;base64,x'/>",
            "<rect fill=\"url(https://example.org/a)\"/>",
            "<foreignObject/>",
        ] {
            assert_eq!(kind_of(drawing(active).as_bytes()), Err(UploadRefusal::ActiveDrawing), "{active}");
        }
    }
}
