//! What a site asks of the browser at its kiosks, and whether a request shows it.

use actix_web::HttpRequest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use serde_json::json;

use super::KioskRefusal;
use super::seb::{self, Settings, Shown};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::{site_lockdowns, sites};
use crate::ids::{SiteId, UserId};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lockdown {
    pub seb_required: bool,
    /// Browser Exam Keys in lower-case hex.
    pub exam_keys: Vec<String>,
}

pub async fn of_site(db: &impl ConnectionTrait, site: SiteId) -> Result<Lockdown, DbErr> {
    let Some(row) = site_lockdowns::Entity::find_by_id(site).one(db).await? else { return Ok(Lockdown::default()) };
    let exam_keys = serde_json::from_value(row.exam_keys).map_err(|error| DbErr::Type(format!("exam keys of site {site}: {error}")))?;
    Ok(Lockdown { seb_required: row.seb_required, exam_keys })
}

/// The settings that the site's file holds. The salt makes exam keys of different sites differ.
pub fn settings(ijkpunt: &Ijkpunt, site: SiteId) -> Settings {
    seb::settings(&ijkpunt.config.public_origin, &ijkpunt.keys.index("seb-salt", &site.to_string()))
}

pub async fn change(ijkpunt: &Ijkpunt, by: UserId, site: SiteId, wanted: &Lockdown) -> Result<(), KioskRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let place = sites::Entity::find_by_id(site).one(&tx).await?.ok_or(KioskRefusal::NotFound)?;
    let row = site_lockdowns::ActiveModel {
        site_id: Set(site),
        seb_required: Set(wanted.seb_required),
        exam_keys: Set(json!(wanted.exam_keys)),
        changed_at: Set(now),
        changed_by: Set(by),
    };
    let columns = [
        site_lockdowns::Column::SebRequired,
        site_lockdowns::Column::ExamKeys,
        site_lockdowns::Column::ChangedAt,
        site_lockdowns::Column::ChangedBy,
    ];
    site_lockdowns::Entity::insert(row)
        .on_conflict(OnConflict::column(site_lockdowns::Column::SiteId).update_columns(columns).to_owned())
        .exec_without_returning(&tx)
        .await?;
    let entry = Entry::of(By::User(by), "site.lockdown-changed", ("site", Some(site.0))).at(place.agency_id);
    audit::record(&tx, now, entry.with(json!({ "seb_required": wanted.seb_required, "exam_keys": wanted.exam_keys.len() }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Does the browser that asks show what the site requires?
pub async fn is_satisfied(ijkpunt: &Ijkpunt, site: SiteId, request: &HttpRequest) -> Result<bool, DbErr> {
    let lockdown = of_site(&ijkpunt.db, site).await?;
    if !lockdown.seb_required {
        return Ok(true);
    }
    let key = seb::config_key(&settings(ijkpunt, site));
    Ok(seb::is_recognised(&shown(&ijkpunt.config.public_origin, request), &key, &lockdown.exam_keys))
}

/// What SEB says in its own headers, about the address that was asked for, and what its JavaScript API told the page, about the page. The latter
/// must be one of the kiosk's: elsewhere on the origin, hashes could be had by who is not at a kiosk.
fn shown(public_origin: &str, request: &HttpRequest) -> Vec<Shown> {
    let origin = public_origin.trim_end_matches('/');
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut shown = vec![Shown {
        address: format!("{origin}{}", request.uri().path_and_query().map_or("", |path| path.as_str())),
        config_key: header("X-SafeExamBrowser-ConfigKeyHash"),
        exam_key: header("X-SafeExamBrowser-RequestHash"),
    }];
    if let Some(address) = header("X-Seb-Page").filter(|page| page.starts_with(&format!("{origin}/kiosk/"))) {
        shown.push(Shown { address, config_key: header("X-Seb-Config-Key"), exam_key: header("X-Seb-Exam-Key") });
    }
    shown
}
