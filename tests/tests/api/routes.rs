//! The table of addresses: every one refuses strangers, and the description says the same as the router.

use std::collections::BTreeSet;

use ijkpunt::http::routes::{ROUTES, openapi};
use reqwest::{Method, StatusCode};
use tests::both;

/// Addresses that are meant for people who have not logged in.
const PUBLIC: &[(&str, &str)] = &[
    ("post", "/api/session"),
    ("delete", "/api/session"),
    ("get", "/api/health"),
    ("get", "/api/ready"),
    ("get", "/api/verify/{number}"),
    ("post", "/api/verify-files"),
    ("get", "/api/issuers/{code}/did.json"),
    ("get", "/api/issuers/{code}/keys.json"),
    ("get", "/api/issuers/{code}/status-lists/{name}"),
    ("post", "/api/kiosk/enrol"),
    ("get", "/api/kiosk/media/{name}"),
];

#[test]
fn the_description_names_exactly_the_addresses_of_the_router() {
    let routed: BTreeSet<(String, String)> = ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    let described = serde_json::to_value(openapi()).unwrap();
    let described: BTreeSet<(String, String)> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())).collect::<Vec<_>>())
        .collect();
    assert_eq!(routed, described);
}

both! {
    async fn every_address_that_is_not_public_refuses_a_stranger(app) {
        let stranger = app.anonymous();
        for (method, path) in ROUTES.iter().filter(|route| !PUBLIC.contains(route)) {
            let path = path.split('/').map(|segment| if segment.starts_with('{') { "019abcde-0000-7000-8000-000000000000" } else { segment }).collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = stranger.send(method.clone(), &path, Some(serde_json::json!({}))).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}: {}", answer.body);
        }
    }

    async fn an_unknown_address_and_a_wrong_method_are_told_apart(app) {
        let stranger = app.anonymous();
        assert_eq!(stranger.get("/api/nergens").await.code(), "not-found");
        assert_eq!(stranger.put("/api/session", serde_json::json!({})).await.code(), "method-not-allowed");
    }
}
