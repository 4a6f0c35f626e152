//! Several database hosts, of which one takes writes: `postgres://user@one:5432,two:5432/name`, as PostgreSQL's own programs write it. When the
//! primary dies and a replica is promoted, connections are made to that one from then on.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{ConnectOptions, PgPool, Row, query};

/// How long a host may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the primary is asked whether it still is.
const EVERY: Duration = Duration::from_millis(500);

/// An address a host; one for anything but several PostgreSQL hosts.
pub fn hosts(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres")) else {
        return vec![url.to_owned()];
    };
    let (before_path, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, list) = match before_path.rfind('@') {
        Some(at) => before_path.split_at(at + 1),
        None => ("", before_path),
    };
    // It is what we ask for in any case, and our driver does not know it.
    let (name, parameters) = path.split_once('?').unwrap_or((path, ""));
    let parameters: Vec<&str> = parameters.split('&').filter(|one| !one.is_empty() && !one.starts_with("target_session_attrs=")).collect();
    let parameters = if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) };
    list.split(',').map(|host| format!("{scheme}://{user}{host}{name}{parameters}")).collect()
}

/// The first host that takes writes.
pub async fn find(hosts: &[String]) -> Option<String> {
    for host in hosts {
        if let Ok(Ok(true)) = tokio::time::timeout(PATIENCE, takes_writes(host)).await {
            return Some(host.clone());
        }
    }
    None
}

async fn takes_writes(host: &str) -> Result<bool, sea_orm::sqlx::Error> {
    let mut connection: PgConnection = PgConnectOptions::from_str(host)?.connect().await?;
    is_primary(&mut connection).await
}

async fn is_primary(connection: &mut PgConnection) -> Result<bool, sea_orm::sqlx::Error> {
    query("SELECT NOT pg_is_in_recovery()").fetch_one(connection).await?.try_get(0)
}

/// Keeps a pool pointed at the primary until the pool is closed.
pub async fn follow(pool: PgPool, hosts: Vec<String>, mut at: String) {
    let mut watch: Option<PgConnection> = None;
    while !pool.is_closed() {
        tokio::time::sleep(EVERY).await;
        if let Some(connection) = &mut watch
            && let Ok(Ok(true)) = tokio::time::timeout(PATIENCE, is_primary(connection)).await
        {
            continue;
        }
        watch = None;
        let Some(found) = find(&hosts).await else { continue };
        let Ok(options) = PgConnectOptions::from_str(&found) else { continue };
        watch = tokio::time::timeout(PATIENCE, options.connect()).await.ok().and_then(Result::ok);
        if found != at {
            let before = pool.connect_options();
            pool.set_connect_options(before.as_ref().clone().host(options.get_host()).port(options.get_port()));
            tracing::warn!(host = options.get_host(), port = options.get_port(), "another database host takes the writes now");
            at = found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_of_an_address_gets_one_of_its_own() {
        assert_eq!(
            hosts("postgres://app:s%40t@one:5432,two:5433/ijkpunt?sslmode=require&target_session_attrs=read-write"),
            ["postgres://app:s%40t@one:5432/ijkpunt?sslmode=require", "postgres://app:s%40t@two:5433/ijkpunt?sslmode=require"]
        );
        assert_eq!(hosts("postgresql://one/ijkpunt"), ["postgresql://one/ijkpunt"]);
        assert_eq!(hosts("sqlite:///data/a,b.db?mode=rwc"), ["sqlite:///data/a,b.db?mode=rwc"]);
    }
}
