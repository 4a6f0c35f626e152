//! Reading what a panel works with and did.

use chrono::NaiveDate;
use item_bank::measure::Item;
use item_bank::standard::{CutRule, setting};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;

use super::rules::{Page, Questions};
use crate::entity::enums::{RuleKind, StandardMethod};
use crate::entity::{attempts, cut_proposals, forms, marks, standard_judgements, standard_panellists, standard_settings};
use crate::ids::{CutProposalId, FormId, ItemId, StandardSettingId};
use crate::policy::{self, Rule};
use crate::psychometrics::answers::{Answers, Column};
use crate::psychometrics::calibration;
use crate::psychometrics::store::{self, Period};

pub async fn setting(db: &impl ConnectionTrait, id: StandardSettingId) -> Result<Option<standard_settings::Model>, DbErr> {
    standard_settings::Entity::find_by_id(id).one(db).await
}

pub async fn panellists(db: &impl ConnectionTrait, of: StandardSettingId) -> Result<Vec<standard_panellists::Model>, DbErr> {
    let rows = standard_panellists::Entity::find().filter(standard_panellists::Column::SettingId.eq(of));
    rows.order_by_asc(standard_panellists::Column::AddedAt).order_by_asc(standard_panellists::Column::Id).all(db).await
}

/// The judgements that count, of every round.
pub async fn judgements(
    db: &impl ConnectionTrait,
    panellists: &[standard_panellists::Model],
) -> Result<Vec<standard_judgements::Model>, DbErr> {
    standard_judgements::Entity::find()
        .filter(standard_judgements::Column::PanellistId.is_in(panellists.iter().map(|panellist| panellist.id)))
        .filter(standard_judgements::Column::SupersededAt.is_null())
        .order_by_asc(standard_judgements::Column::EnteredAt)
        .all(db)
        .await
}

pub async fn proposals(db: &impl ConnectionTrait, of: StandardSettingId) -> Result<Vec<cut_proposals::Model>, DbErr> {
    let rows = cut_proposals::Entity::find().filter(cut_proposals::Column::SettingId.eq(of));
    rows.order_by_desc(cut_proposals::Column::CreatedAt).all(db).await
}

pub async fn proposal(db: &impl ConnectionTrait, id: CutProposalId) -> Result<Option<cut_proposals::Model>, DbErr> {
    cut_proposals::Entity::find_by_id(id).one(db).await
}

/// The cut-score rule of a form on a day. A rule of another shape, as that of writing, is none here.
pub async fn cut_rule(db: &impl ConnectionTrait, form: &forms::Model, on: NaiveDate) -> Result<Option<Rule<CutRule>>, DbErr> {
    match policy::rule_at::<serde_json::Value>(db, RuleKind::CutScore, &form.cut_score_key, on).await? {
        Some(rule) => Ok(CutRule::deserialize(&rule.body).ok().map(|body| Rule {
            id: rule.id,
            key: rule.key,
            version: rule.version,
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            ground: rule.ground,
            source: rule.source,
            body,
        })),
        None => Ok(None),
    }
}

/// The questions of a form, without any answer.
pub async fn columns(db: &impl ConnectionTrait, form: FormId) -> Result<Vec<Column>, DbErr> {
    Ok(store::columns(db, &[form]).await?.0)
}

/// The curve of each question and whether it rests on answers; `None` while one has no parameters.
pub async fn curves(db: &impl ConnectionTrait, columns: &[Column]) -> Result<Option<(Vec<Item>, bool)>, DbErr> {
    let items: Vec<ItemId> = columns.iter().map(|column| column.item).collect();
    let rows = crate::items::parameters::in_force(db, Some(&items)).await?;
    let curves: Option<Vec<Item>> = items.iter().map(|item| rows.get(item).map(calibration::store::curve)).collect();
    let calibrated = rows.values().all(|row| row.source != crate::entity::enums::ParameterSource::Default);
    Ok(curves.map(|curves| (curves, calibrated)))
}

/// The ordered booklet of right-or-wrong questions; `None` while one has no parameters, or several categories.
pub async fn booklet(db: &impl ConnectionTrait, columns: &[Column], rp: f64) -> Result<Option<Vec<Page>>, DbErr> {
    let Some((curves, _)) = curves(db, columns).await? else { return Ok(None) };
    let page = |(place, location): (usize, f64)| {
        let (column, Item::Logistic { a, b, c }) = (columns.get(place)?, curves.get(place)?) else { return None };
        Some(Page { item_id: column.item.0, place, location, a: *a, b: *b, c: *c })
    };
    let pages: Option<Vec<Page>> = setting::booklet(&curves, rp).into_iter().map(page).collect();
    Ok(pages.filter(|pages| pages.len() == columns.len()))
}

/// What judgements are checked and counted against.
pub fn questions(setting: &standard_settings::Model, columns: &[Column]) -> Result<Questions, DbErr> {
    let booklet: Vec<Page> = match (&setting.method, &setting.booklet) {
        (StandardMethod::Bookmark, Some(pages)) => Vec::deserialize(pages).map_err(|error| DbErr::Type(error.to_string()))?,
        _ => Vec::new(),
    };
    let mut in_form = booklet.clone();
    in_form.sort_by_key(|page| page.place);
    Ok(Questions { worth: columns.iter().map(|column| column.max).collect(), curves: in_form.iter().map(Page::curve).collect(), booklet })
}

/// How many candidates earned how many points on a form, over all time.
pub async fn scores(db: &impl ConnectionTrait, form: FormId) -> Result<Vec<i64>, DbErr> {
    marks::Entity::find()
        .select_only()
        .column(marks::Column::Score)
        .join(
            sea_orm::JoinType::InnerJoin,
            marks::Entity::belongs_to(attempts::Entity).from(marks::Column::AttemptId).to(attempts::Column::Id).into(),
        )
        .filter(attempts::Column::FormId.eq(form))
        .filter(marks::Column::SupersededAt.is_null())
        .order_by_asc(marks::Column::Score)
        .into_tuple()
        .all(db)
        .await
}

/// As many answers as a screen can wait for, and more than its numbers need.
const ENOUGH: u64 = 3_000;

/// The newest answers to a form.
pub async fn newest(db: &impl ConnectionTrait, form: FormId, until: NaiveDate) -> Result<Answers, DbErr> {
    store::newest_answers(db, &[form], Period { from: NaiveDate::default(), until }, ENOUGH).await
}
