//! `/api/measurement/standards`: panels that set cut scores, and how surely forms decide at them.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, NewSetting, StandardRefusal};
use super::classification::{self, Classification};
use super::rules::{self, LevelCut};
use super::store;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::clock::belgian_date;
use crate::entity::enums::{ProposalStatus, RuleSource, StandardMethod, StandardStatus};
use crate::entity::{cut_proposals, forms, standard_judgements, standard_settings, users};
use crate::http::extract::Json;
use crate::ids::{CutProposalId, FormId, PanellistId, RuleId, StandardSettingId, UserId};
use crate::problem::{Code, Problem, ProblemBody};
use crate::psychometrics::analysis::report::FormName;
use crate::psychometrics::answers::Column;
use crate::psychometrics::settings;

#[derive(Serialize, ToSchema)]
pub struct SettingView {
    pub id: StandardSettingId,
    pub title: String,
    pub form: FormName,
    pub method: StandardMethod,
    pub levels: Vec<String>,
    pub response_probability: Option<f64>,
    /// The round that is open, or the last one.
    pub round: i64,
    pub status: StandardStatus,
    pub created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct SettingDetail {
    #[serde(flatten)]
    pub setting: SettingView,
    pub highest: usize,
    pub questions: Vec<QuestionView>,
    /// Of a bookmark: places of the questions, from the easiest to the hardest.
    pub booklet: Vec<PageView>,
    pub panellists: Vec<PanellistView>,
    pub judgements: Vec<JudgementView>,
    /// Judgements of the open round that are not there yet.
    pub missing: usize,
    /// Feedback on every round that is complete.
    pub rounds: Vec<RoundView>,
    pub proposals: Vec<ProposalView>,
    /// The rule in force, and its scores by level.
    pub rule: Option<CutRuleView>,
}

#[derive(Serialize, ToSchema)]
pub struct QuestionView {
    pub identifier: String,
    pub title: String,
    pub worth: f64,
    /// Share right among the newest who sat the form; absent when they are too few.
    pub p: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub struct PageView {
    pub place: usize,
    pub location: f64,
}

#[derive(Serialize, ToSchema)]
pub struct PanellistView {
    pub id: PanellistId,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct JudgementView {
    pub panellist: PanellistId,
    pub round: i64,
    pub level: String,
    pub marks: Vec<f64>,
    /// The panellist's cut: points, or logits of a bookmark.
    pub cut: Option<f64>,
}

/// What the panel hears after a round.
#[derive(Serialize, ToSchema)]
pub struct RoundView {
    pub round: i64,
    pub cuts: Vec<LevelCut>,
    /// Of each level the mean mark of each question, in the form's order; empty for a bookmark.
    pub means: Vec<Vec<f64>>,
    /// Of each level the share of those who sat the form that would reach it; absent when they are too few.
    pub impact: Option<Vec<f64>>,
}

#[derive(Serialize, ToSchema)]
pub struct ProposalView {
    pub id: CutProposalId,
    pub cuts: Vec<LevelCut>,
    pub valid_from: NaiveDate,
    pub ground: String,
    pub status: ProposalStatus,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<String>,
    pub rule_id: Option<RuleId>,
    pub may_put_in_force: bool,
}

#[derive(Serialize, ToSchema)]
pub struct CutRuleView {
    pub key: String,
    pub version: i64,
    pub valid_from: NaiveDate,
    pub ground: String,
    pub source: RuleSource,
    pub scores: Vec<LevelScore>,
}

#[derive(Serialize, ToSchema)]
pub struct LevelScore {
    pub level: String,
    pub score: Option<usize>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStandard {
    pub title: String,
    pub form: FormId,
    pub method: StandardMethod,
    /// Of a bookmark: two thirds when nothing is said.
    #[serde(default = "two_thirds")]
    pub response_probability: f64,
}

fn two_thirds() -> f64 {
    2.0 / 3.0
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPanellist {
    pub name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJudgement {
    pub panellist: PanellistId,
    /// The round that the marks are meant for, so that late ones do not fall into the next.
    pub round: i64,
    pub level: String,
    /// Chances from 0 to 1, a question each in the form's order; or the page of the bookmark alone.
    pub marks: Vec<f64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    pub valid_from: NaiveDate,
    /// Why this becomes the rule: the panel and the decision.
    pub ground: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalDecision {
    pub in_force: bool,
    #[serde(default)]
    pub reason: String,
}

#[utoipa::path(get, path = "/api/measurement/standards", operation_id = "listStandards", tag = "measurement", responses((status = 200, body = Vec<SettingView>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<SettingView>>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let rows = standard_settings::Entity::find().order_by_desc(standard_settings::Column::CreatedAt).all(&ijkpunt.db).await?;
    let forms: HashMap<FormId, forms::Model> =
        forms::Entity::find().all(&ijkpunt.db).await?.into_iter().map(|form| (form.id, form)).collect();
    Ok(web::Json(rows.iter().map(|row| describe(row, forms.get(&row.form_id))).collect()))
}

#[utoipa::path(post, path = "/api/measurement/standards", operation_id = "beginStandard", tag = "measurement", request_body = NewStandard, responses((status = 201, body = SettingDetail), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn begin(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewStandard>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let title = named(&new.title, "/title", 100)?;
    if !(0.5..=0.9).contains(&new.response_probability) {
        return Err(Problem::field("/response_probability", Code::OutOfRange));
    }
    let new = NewSetting { title, form: new.form, method: new.method, response_probability: new.response_probability };
    let id = actions::begin(&ijkpunt, actor.user_id, &new).await?;
    Ok(HttpResponse::Created().json(detail(&ijkpunt, &actor, id).await?))
}

#[utoipa::path(get, path = "/api/measurement/standards/{id}", operation_id = "getStandard", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = SettingDetail), (status = 404, body = ProblemBody)))]
pub async fn read(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
) -> Result<web::Json<SettingDetail>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    Ok(web::Json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/standards/{id}/panellists", operation_id = "addPanellist", tag = "measurement", params(("id" = Uuid, Path)), request_body = NewPanellist, responses((status = 201, body = SettingDetail), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn add_panellist(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
    Json(new): Json<NewPanellist>,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    actions::add_panellist(&ijkpunt, actor.user_id, *id, &named(&new.name, "/name", 80)?).await?;
    Ok(HttpResponse::Created().json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/standards/{id}/judgements", operation_id = "judgeStandard", tag = "measurement", params(("id" = Uuid, Path)), request_body = NewJudgement, responses((status = 200, body = SettingDetail), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn judge(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
    Json(new): Json<NewJudgement>,
) -> Result<web::Json<SettingDetail>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    actions::judge(&ijkpunt, actor.user_id, *id, (new.panellist, new.round, &new.level), &new.marks).await?;
    Ok(web::Json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/standards/{id}/rounds", operation_id = "openRound", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = SettingDetail), (status = 409, body = ProblemBody)))]
pub async fn next_round(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
) -> Result<web::Json<SettingDetail>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    actions::next_round(&ijkpunt, actor.user_id, *id).await?;
    Ok(web::Json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/standards/{id}/close", operation_id = "closeStandard", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = SettingDetail), (status = 409, body = ProblemBody)))]
pub async fn close(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
) -> Result<web::Json<SettingDetail>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    actions::close(&ijkpunt, actor.user_id, *id).await?;
    Ok(web::Json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/standards/{id}/proposals", operation_id = "proposeCut", tag = "measurement", params(("id" = Uuid, Path)), request_body = NewProposal, responses((status = 201, body = SettingDetail), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn propose(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<StandardSettingId>,
    Json(new): Json<NewProposal>,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let ground = named(&new.ground, "/ground", 1_000)?;
    actions::propose(&ijkpunt, actor.user_id, *id, new.valid_from, &ground).await?;
    Ok(HttpResponse::Created().json(detail(&ijkpunt, &actor, *id).await?))
}

#[utoipa::path(post, path = "/api/measurement/proposals/{id}/decision", operation_id = "decideCut", tag = "measurement", params(("id" = Uuid, Path)), request_body = ProposalDecision, responses((status = 200, body = SettingDetail), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn decide(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CutProposalId>,
    Json(body): Json<ProposalDecision>,
) -> Result<web::Json<SettingDetail>, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    let reason = if body.in_force { body.reason.trim().to_owned() } else { named(&body.reason, "/reason", 1_000)? };
    actions::decide(&ijkpunt, actor.user_id, *id, body.in_force, &reason).await?;
    let row = store::proposal(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    Ok(web::Json(detail(&ijkpunt, &actor, row.setting_id).await?))
}

#[utoipa::path(get, path = "/api/measurement/forms/{id}/classification", operation_id = "classifyForm", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = Classification), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn classification(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<FormId>,
) -> Result<web::Json<Classification>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let (db, today) = (&ijkpunt.db, belgian_date(ijkpunt.clock.now()));
    let form = forms::Entity::find_by_id(*id).one(db).await?.ok_or_else(Problem::not_found)?;
    let rule = store::cut_rule(db, &form, today).await?.ok_or(StandardRefusal::NotByQuestions)?;
    let answers = store::newest(db, form.id, today).await?;
    let highest = actions::highest(&answers.columns);
    let cut = |level: String| rules::score_needed(&rule.body, &level, highest).map(|score| (level, score));
    let cuts: Option<Vec<(String, usize)>> = rules::levels_of(&rule.body).into_iter().map(cut).collect();
    let cuts = cuts.ok_or(StandardRefusal::NotByQuestions)?;
    let curves = store::curves(db, &answers.columns).await?;
    let few = settings::on(db, today).await?.body.few;
    // Minutes of a test of thousands are milliseconds here, but not on a thread that serves.
    let found = web::block(move || classification::classification(&answers.categories(), curves.as_ref(), &cuts, highest, few)).await;
    found.map(web::Json).map_err(|_| Problem::new(Code::Unavailable))
}

fn named(text: &str, pointer: &str, longest: usize) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::field(pointer, Code::Required)),
        n if n > longest => Err(Problem::field(pointer, Code::TooLong)),
        _ => Ok(text.to_owned()),
    }
}

fn describe(row: &standard_settings::Model, form: Option<&forms::Model>) -> SettingView {
    SettingView {
        id: row.id,
        title: row.title.clone(),
        form: FormName {
            id: row.form_id.0,
            key: form.map(|form| form.key.clone()).unwrap_or_default(),
            version: form.map_or(0, |form| form.version),
        },
        method: row.method,
        levels: actions::levels(row),
        response_probability: row.response_probability,
        round: row.round,
        status: row.status,
        created_at: row.created_at,
    }
}

async fn detail(ijkpunt: &Ijkpunt, actor: &Actor, id: StandardSettingId) -> Result<SettingDetail, Problem> {
    let (db, today) = (&ijkpunt.db, belgian_date(ijkpunt.clock.now()));
    let row = store::setting(db, id).await?.ok_or_else(Problem::not_found)?;
    let form = forms::Entity::find_by_id(row.form_id).one(db).await?.ok_or_else(Problem::not_found)?;
    let answers = store::newest(db, form.id, today).await?;
    let few = settings::on(db, today).await?.body.few;
    let highest = actions::highest(&answers.columns);
    let questions = store::questions(&row, &answers.columns)?;
    let panellists = store::panellists(db, id).await?;
    let judged = store::judgements(db, &panellists).await?;
    let levels = actions::levels(&row);
    let complete = |round: i64| judged.iter().filter(|row| row.round == round).count() == panellists.len() * levels.len();
    let scores = store::scores(db, form.id).await?;
    let told = scores.len() >= few.answers;
    let mut rounds = Vec::new();
    for round in (1..=row.round).filter(|round| !panellists.is_empty() && complete(*round)) {
        let cuts = actions::cuts_of_round(db, &row, &answers.columns, round).await?;
        let reached =
            |cut: &LevelCut| scores.iter().filter(|score| **score >= cut.score as i64).count() as f64 / scores.len().max(1) as f64;
        let impact = told.then(|| cuts.iter().map(reached).collect());
        let means = if row.method == StandardMethod::Bookmark { Vec::new() } else { means(&judged, round, &levels) };
        rounds.push(RoundView { round, cuts, means, impact });
    }
    let question = |(place, column): (usize, &Column)| {
        let (right, n) = answers.right(place);
        let p = (n >= few.answers).then(|| right as f64 / n as f64);
        QuestionView { identifier: column.identifier.clone(), title: column.title.clone(), worth: column.max, p }
    };
    let rule = store::cut_rule(db, &form, today).await?.map(|rule| CutRuleView {
        scores: levels
            .iter()
            .map(|level| LevelScore { level: level.clone(), score: rules::score_needed(&rule.body, level, highest) })
            .collect(),
        key: rule.key,
        version: rule.version,
        valid_from: rule.valid_from,
        ground: rule.ground,
        source: rule.source,
    });
    Ok(SettingDetail {
        setting: describe(&row, Some(&form)),
        highest,
        questions: answers.columns.iter().enumerate().map(question).collect(),
        booklet: questions.booklet.iter().map(|page| PageView { place: page.place, location: page.location }).collect(),
        missing: (panellists.len() * levels.len()).saturating_sub(judged.iter().filter(|one| one.round == row.round).count()),
        judgements: judged
            .iter()
            .map(|one| {
                let marks = actions::marks_of(one);
                let cut = rules::cut(row.method, &marks, &questions);
                JudgementView { panellist: one.panellist_id, round: one.round, level: one.level.clone(), marks, cut }
            })
            .collect(),
        panellists: panellists.into_iter().map(|one| PanellistView { id: one.id, name: one.name }).collect(),
        rounds,
        proposals: proposals(db, actor, id).await?,
        rule,
    })
}

/// Mean marks by level and question.
fn means(judged: &[standard_judgements::Model], round: i64, levels: &[String]) -> Vec<Vec<f64>> {
    let of_level = |level: &String| {
        let own: Vec<Vec<f64>> = judged.iter().filter(|row| row.round == round && row.level == *level).map(actions::marks_of).collect();
        let count = own.iter().map(Vec::len).max().unwrap_or(0);
        let mean = |place: usize| own.iter().filter_map(|marks| marks.get(place)).sum::<f64>() / own.len().max(1) as f64;
        (0..count).map(mean).collect()
    };
    levels.iter().map(of_level).collect()
}

async fn proposals(db: &impl ConnectionTrait, actor: &Actor, id: StandardSettingId) -> Result<Vec<ProposalView>, DbErr> {
    let rows = store::proposals(db, id).await?;
    let mut names: HashMap<UserId, String> = HashMap::new();
    for user in rows.iter().flat_map(|row| [Some(row.created_by), row.decided_by]).flatten() {
        if let Some(found) = users::Entity::find_by_id(user).one(db).await? {
            names.insert(user, found.display_name);
        }
    }
    let may = access::may_somewhere(actor, Action::ChangePolicy).is_ok();
    let describe = |row: cut_proposals::Model| ProposalView {
        may_put_in_force: may && row.status == ProposalStatus::Proposed && rules::may_put_in_force(row.created_by, actor.user_id),
        id: row.id,
        cuts: serde_json::from_value(row.cuts).unwrap_or_default(),
        valid_from: row.valid_from,
        ground: row.ground,
        status: row.status,
        created_at: row.created_at,
        created_by: names.get(&row.created_by).cloned(),
        decided_at: row.decided_at,
        decided_by: row.decided_by.and_then(|by| names.get(&by)).cloned(),
        decision_reason: row.decision_reason.filter(|reason| !reason.is_empty()),
        rule_id: row.rule_id,
    };
    Ok(rows.into_iter().map(describe).collect())
}
