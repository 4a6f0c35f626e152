//! The rubrics that a fresh database starts from.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait};
use serde::Deserialize;

use super::rules::{MAX_POINTS, Rubric};
use crate::entity::enums::{Band, Part};
use crate::entity::rubrics;
use crate::ids::RubricId;

const FILE: &str = include_str!("../../../policy/rubrics.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rubric: Vec<FileRubric>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRubric {
    key: String,
    part: Part,
    band: Band,
    criteria: Vec<super::rules::Criterion>,
}

/// Fills an empty table of rubrics; a database that has rubrics is left alone.
pub async fn load_if_empty(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), DbErr> {
    if rubrics::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    let mut rows = Vec::new();
    for rubric in read()?.rubric {
        let body = serde_json::to_value(Rubric { criteria: rubric.criteria }).map_err(|error| DbErr::Custom(error.to_string()))?;
        rows.push(rubrics::ActiveModel {
            id: Set(RubricId::new()),
            key: Set(rubric.key),
            version: Set(1),
            part: Set(rubric.part),
            band: Set(rubric.band),
            body: Set(body),
            created_at: Set(now),
        });
    }
    rubrics::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

fn read() -> Result<File, DbErr> {
    let file: File = toml::from_str(FILE).map_err(|error| DbErr::Custom(format!("rubrics.toml: {error}")))?;
    let levels = usize::try_from(MAX_POINTS).unwrap_or(0) + 1;
    match file.rubric.iter().flat_map(|rubric| &rubric.criteria).find(|criterion| criterion.descriptors.len() != levels) {
        Some(criterion) => Err(DbErr::Custom(format!("rubrics.toml: {} has not {levels} descriptors", criterion.key))),
        None => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rubric_says_each_point_in_dutch_english_and_french() {
        let file = read().unwrap();
        for (part, band) in
            [(Part::Writing, Band::A1A2), (Part::Writing, Band::B1B2), (Part::Speaking, Band::A1A2), (Part::Speaking, Band::B1B2)]
        {
            assert_eq!(file.rubric.iter().filter(|rubric| rubric.part == part && rubric.band == band).count(), 1, "{part:?} {band:?}");
        }
        for criterion in file.rubric.iter().flat_map(|rubric| &rubric.criteria) {
            for texts in criterion.descriptors.iter().chain([&criterion.name]) {
                for language in ["nl", "en", "fr"] {
                    assert!(texts.get(language).is_some_and(|text| !text.trim().is_empty()), "{} in {language}", criterion.key);
                }
            }
        }
    }
}
