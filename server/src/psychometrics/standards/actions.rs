//! A panel at work: beginning, judging, closing a round, proposing and putting in force.

use chrono::NaiveDate;
use item_bank::standard::CutRule;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::rules::{self, JudgementFault, LevelCut, ProposalFault};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{ProposalStatus, RuleKind, RuleSource, StandardMethod, StandardStatus};
use crate::entity::{cut_proposals, forms, standard_judgements, standard_panellists, standard_settings};
use crate::ids::{CutProposalId, FormId, PanellistId, StandardJudgementId, StandardSettingId, UserId};
use crate::policy::actions::{NewVersion, PolicyRefusal, add_within};

/// More than a room holds.
const MAX_PANELLISTS: usize = 60;

#[derive(Debug, thiserror::Error)]
pub enum StandardRefusal {
    #[error("there is no such session, panellist or proposal")]
    NotFound,
    #[error("there is no such form")]
    NoForm,
    #[error("the cut scores of this form do not rest on all its questions together")]
    NotByQuestions,
    #[error("not every question has parameters, which a bookmark needs")]
    NoParameters,
    #[error("a panellist has this name already")]
    NameTaken,
    #[error("the panel is full")]
    Full,
    #[error("the session is closed")]
    Closed,
    #[error("the session is still open")]
    StillOpen,
    #[error("another round is open")]
    OtherRound,
    #[error("there is no such level")]
    NoLevel,
    #[error("the judgement is not possible: {0:?}")]
    Judgement(JudgementFault),
    #[error("panellists have not judged everything yet: {0}")]
    Incomplete(usize),
    #[error("the cuts are not possible: {0:?}")]
    Cuts(ProposalFault),
    #[error("there is a proposal that waits already")]
    AlreadyProposed,
    #[error("the rule would begin in the past")]
    Past,
    #[error("somebody else puts a proposal in force")]
    OwnProposal,
    #[error("the proposal was decided on")]
    Decided,
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

pub struct NewSetting {
    pub title: String,
    pub form: FormId,
    pub method: StandardMethod,
    /// Of a bookmark.
    pub response_probability: f64,
}

/// Begins a session on a form. A bookmark's booklet is frozen here, so that later parameters do not move what was judged.
pub async fn begin(ijkpunt: &Ijkpunt, by: UserId, new: &NewSetting) -> Result<StandardSettingId, StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let form = forms::Entity::find_by_id(new.form).one(&tx).await?.ok_or(StandardRefusal::NoForm)?;
    let rule = store::cut_rule(&tx, &form, belgian_date(now)).await?.ok_or(StandardRefusal::NotByQuestions)?;
    let columns = store::columns(&tx, form.id).await?;
    let levels = rules::levels_of(&rule.body);
    if levels.iter().any(|level| rules::score_needed(&rule.body, level, highest(&columns)).is_none()) {
        return Err(StandardRefusal::NotByQuestions);
    }
    let bookmark = new.method == StandardMethod::Bookmark;
    let booklet = if bookmark {
        Some(store::booklet(&tx, &columns, new.response_probability).await?.ok_or(StandardRefusal::NoParameters)?)
    } else {
        None
    };
    let id = StandardSettingId::new();
    let row = standard_settings::ActiveModel {
        id: Set(id),
        title: Set(new.title.clone()),
        form_id: Set(form.id),
        method: Set(new.method),
        levels: Set(json!(levels)),
        response_probability: Set(bookmark.then_some(new.response_probability)),
        booklet: Set(booklet.map(|pages| json!(pages))),
        round: Set(1),
        status: Set(StandardStatus::Open),
        created_at: Set(now),
        created_by: Set(by),
        closed_at: Set(None),
        closed_by: Set(None),
    };
    standard_settings::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = Entry::of(By::User(by), "standard.begun", ("standard_setting", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "form": form.id, "method": new.method }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// The points of a form: whole, since cuts are scores.
pub fn highest(columns: &[crate::psychometrics::answers::Column]) -> usize {
    columns.iter().map(|column| column.max).sum::<f64>().round().max(0.0) as usize
}

pub async fn add_panellist(ijkpunt: &Ijkpunt, by: UserId, id: StandardSettingId, name: &str) -> Result<PanellistId, StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let setting = open(&tx, id).await?;
    if setting.round > 1 {
        // Who was not there in the first round has not judged all that the others have.
        return Err(StandardRefusal::OtherRound);
    }
    if store::panellists(&tx, id).await?.len() >= MAX_PANELLISTS {
        return Err(StandardRefusal::Full);
    }
    let panellist = PanellistId::new();
    let row = standard_panellists::ActiveModel {
        id: Set(panellist),
        setting_id: Set(id),
        name: Set(name.to_owned()),
        added_at: Set(now),
        added_by: Set(by),
    };
    let entry = Entry::of(By::User(by), "standard.panellist-added", ("standard_setting", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "panellist": panellist }))).await?;
    match standard_panellists::Entity::insert(row).exec_without_returning(&tx).await {
        Ok(_) => {}
        Err(error) if is_unique_violation(&error) => return Err(StandardRefusal::NameTaken),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(panellist)
}

/// Writes a panellist's marks for a level in the open round; earlier ones of the same round are superseded.
pub async fn judge(
    ijkpunt: &Ijkpunt,
    by: UserId,
    id: StandardSettingId,
    (panellist, round, level): (PanellistId, i64, &str),
    given: &[f64],
) -> Result<(), StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let setting = open(&tx, id).await?;
    if setting.round != round {
        return Err(StandardRefusal::OtherRound);
    }
    if !levels(&setting).iter().any(|known| known == level) {
        return Err(StandardRefusal::NoLevel);
    }
    if !store::panellists(&tx, id).await?.iter().any(|row| row.id == panellist) {
        return Err(StandardRefusal::NotFound);
    }
    let columns = store::columns(&tx, setting.form_id).await?;
    rules::check(setting.method, given, &store::questions(&setting, &columns)?).map_err(StandardRefusal::Judgement)?;
    standard_judgements::Entity::update_many()
        .col_expr(standard_judgements::Column::SupersededAt, Expr::value(now))
        .filter(standard_judgements::Column::PanellistId.eq(panellist))
        .filter(standard_judgements::Column::Round.eq(round))
        .filter(standard_judgements::Column::Level.eq(level))
        .filter(standard_judgements::Column::SupersededAt.is_null())
        .exec(&tx)
        .await?;
    let row = standard_judgements::ActiveModel {
        id: Set(StandardJudgementId::new()),
        panellist_id: Set(panellist),
        round: Set(round),
        level: Set(level.to_owned()),
        marks: Set(json!(given)),
        entered_at: Set(now),
        entered_by: Set(by),
        superseded_at: Set(None),
    };
    standard_judgements::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = Entry::of(By::User(by), "standard.judged", ("standard_setting", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "panellist": panellist, "round": round, "level": level }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens the next round, once everybody has judged everything in this one.
pub async fn next_round(ijkpunt: &Ijkpunt, by: UserId, id: StandardSettingId) -> Result<(), StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let setting = open(&tx, id).await?;
    require_complete(&tx, &setting).await?;
    standard_settings::Entity::update_many()
        .col_expr(standard_settings::Column::Round, Expr::value(setting.round + 1))
        .filter(standard_settings::Column::Id.eq(id))
        .filter(standard_settings::Column::Round.eq(setting.round))
        .exec(&tx)
        .await?;
    let entry = Entry::of(By::User(by), "standard.round-opened", ("standard_setting", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "round": setting.round + 1 }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes the session; the last round is what counts.
pub async fn close(ijkpunt: &Ijkpunt, by: UserId, id: StandardSettingId) -> Result<(), StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let setting = open(&tx, id).await?;
    require_complete(&tx, &setting).await?;
    standard_settings::Entity::update_many()
        .col_expr(standard_settings::Column::Status, Expr::value(StandardStatus::Closed))
        .col_expr(standard_settings::Column::ClosedAt, Expr::value(now))
        .col_expr(standard_settings::Column::ClosedBy, Expr::value(by))
        .filter(standard_settings::Column::Id.eq(id))
        .filter(standard_settings::Column::Status.eq(StandardStatus::Open))
        .exec(&tx)
        .await?;
    audit::record(&tx, now, Entry::of(By::User(by), "standard.closed", ("standard_setting", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}

/// Proposes the cuts of a closed session as the next version of the form's rule.
pub async fn propose(
    ijkpunt: &Ijkpunt,
    by: UserId,
    id: StandardSettingId,
    valid_from: NaiveDate,
    ground: &str,
) -> Result<CutProposalId, StandardRefusal> {
    let now = ijkpunt.clock.now();
    let today = belgian_date(now);
    if valid_from < today {
        return Err(StandardRefusal::Past);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    let setting = store::setting(&tx, id).await?.ok_or(StandardRefusal::NotFound)?;
    if setting.status != StandardStatus::Closed {
        return Err(StandardRefusal::StillOpen);
    }
    let form = forms::Entity::find_by_id(setting.form_id).one(&tx).await?.ok_or(StandardRefusal::NoForm)?;
    let rule = store::cut_rule(&tx, &form, today).await?.ok_or(StandardRefusal::NotByQuestions)?;
    let columns = store::columns(&tx, form.id).await?;
    let cuts = cuts_of_round(&tx, &setting, &columns, setting.round).await?;
    let body = body_of(&rule.body, &cuts, highest(&columns))?;
    let proposal = CutProposalId::new();
    let row = cut_proposals::ActiveModel {
        id: Set(proposal),
        setting_id: Set(id),
        rule_key: Set(rule.key),
        cuts: Set(json!(cuts)),
        body: Set(json!(body)),
        valid_from: Set(valid_from),
        ground: Set(ground.to_owned()),
        status: Set(ProposalStatus::Proposed),
        created_at: Set(now),
        created_by: Set(by),
        ..Default::default()
    };
    let entry = Entry::of(By::User(by), "cut-score.proposed", ("cut_proposal", Some(proposal.0)));
    audit::record(&tx, now, entry.with(json!({ "setting": id, "valid_from": valid_from }))).await?;
    match cut_proposals::Entity::insert(row).exec_without_returning(&tx).await {
        Ok(_) => {}
        Err(error) if is_unique_violation(&error) => return Err(StandardRefusal::AlreadyProposed),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(proposal)
}

fn body_of(rule: &CutRule, cuts: &[LevelCut], highest: usize) -> Result<CutRule, StandardRefusal> {
    let scores: Vec<(String, usize)> = cuts.iter().map(|cut| (cut.level.clone(), cut.score)).collect();
    rules::check_scores(&scores, highest).map_err(StandardRefusal::Cuts)?;
    rules::with_scores(rule, &scores, highest).ok_or(StandardRefusal::NotByQuestions)
}

/// Puts a proposal in force as a dated rule, or rejects it.
pub async fn decide(ijkpunt: &Ijkpunt, by: UserId, id: CutProposalId, in_force: bool, reason: &str) -> Result<(), StandardRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let row = store::proposal(&tx, id).await?.ok_or(StandardRefusal::NotFound)?;
    if in_force && !rules::may_put_in_force(row.created_by, by) {
        return Err(StandardRefusal::OwnProposal);
    }
    if in_force && row.valid_from < belgian_date(now) {
        return Err(StandardRefusal::Past);
    }
    let status = if in_force { ProposalStatus::InForce } else { ProposalStatus::Rejected };
    let decided = cut_proposals::Entity::update_many()
        .col_expr(cut_proposals::Column::Status, Expr::value(status))
        .col_expr(cut_proposals::Column::DecidedAt, Expr::value(now))
        .col_expr(cut_proposals::Column::DecidedBy, Expr::value(by))
        .col_expr(cut_proposals::Column::DecisionReason, Expr::value(reason))
        .filter(cut_proposals::Column::Id.eq(id))
        .filter(cut_proposals::Column::Status.eq(ProposalStatus::Proposed))
        .exec(&tx)
        .await?;
    if decided.rows_affected == 0 {
        return Err(StandardRefusal::Decided);
    }
    if in_force {
        let version = NewVersion {
            kind: RuleKind::CutScore,
            key: row.rule_key,
            valid_from: row.valid_from,
            valid_to: None,
            ground: row.ground,
            source: RuleSource::Default,
            body: row.body,
        };
        let rule = add_within(&tx, by, version, now).await?;
        cut_proposals::Entity::update_many()
            .col_expr(cut_proposals::Column::RuleId, Expr::value(rule.id))
            .filter(cut_proposals::Column::Id.eq(id))
            .exec(&tx)
            .await?;
    }
    let entry = Entry::of(By::User(by), "cut-score.decided", ("cut_proposal", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "status": status }))).await?;
    tx.commit().await?;
    Ok(())
}

/// The cuts of each level in a round, from low to high; levels that nobody has judged are absent.
pub async fn cuts_of_round(
    db: &impl sea_orm::ConnectionTrait,
    setting: &standard_settings::Model,
    columns: &[crate::psychometrics::answers::Column],
    round: i64,
) -> Result<Vec<LevelCut>, DbErr> {
    let questions = store::questions(setting, columns)?;
    let panellists = store::panellists(db, setting.id).await?;
    let judged = store::judgements(db, &panellists).await?;
    let of_level = |level: &String| {
        let own = judged.iter().filter(|row| row.round == round && row.level == *level);
        let cuts: Vec<f64> = own.filter_map(|row| rules::cut(setting.method, &marks_of(row), &questions)).collect();
        rules::panel(setting.method, level, &cuts, &questions)
    };
    Ok(levels(setting).iter().filter_map(of_level).collect())
}

pub fn marks_of(row: &standard_judgements::Model) -> Vec<f64> {
    serde_json::from_value(row.marks.clone()).unwrap_or_default()
}

pub fn levels(setting: &standard_settings::Model) -> Vec<String> {
    serde_json::from_value(setting.levels.clone()).unwrap_or_default()
}

async fn open(tx: &DatabaseTransaction, id: StandardSettingId) -> Result<standard_settings::Model, StandardRefusal> {
    let setting = store::setting(tx, id).await?.ok_or(StandardRefusal::NotFound)?;
    if setting.status == StandardStatus::Open { Ok(setting) } else { Err(StandardRefusal::Closed) }
}

/// Everybody has judged every level in the open round.
async fn require_complete(tx: &DatabaseTransaction, setting: &standard_settings::Model) -> Result<(), StandardRefusal> {
    let panellists = store::panellists(tx, setting.id).await?;
    let judged = store::judgements(tx, &panellists).await?;
    let wanted = panellists.len() * levels(setting).len();
    let there = judged.iter().filter(|row| row.round == setting.round).count();
    if wanted > 0 && there == wanted { Ok(()) } else { Err(StandardRefusal::Incomplete(wanted.saturating_sub(there))) }
}
