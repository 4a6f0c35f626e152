//! The whole table of addresses. It makes the router, the OpenAPI description and the list that the tests walk through.

use actix_web::web;
use utoipa::OpenApi;
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};

use crate::marking::ratings;
use crate::psychometrics::{runs, standards};
use crate::{
    access, adaptive, agencies, bank, delivery, fees, forecasts, forms, items, kiosks, ledger, marking, people, problem, purposes, room,
    sessions,
};
use crate::{audit, policy, statistics};
use crate::{certificates, credentials, mail, results, trajectory};

/// An address answers 405 to methods that it does not have.
macro_rules! routes {
    ($($path:literal { $($method:ident $handler:path),+ $(,)? })+) => {
        /// Every method and address, as the tests try them anonymously and as a member of another agency.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        pub fn configure(config: &mut web::ServiceConfig) {
            $(config.service(
                web::resource($path)
                    $(.route(web::$method().to($handler)))+
                    .default_service(web::to(method_not_allowed)),
            );)+
        }

        #[derive(OpenApi)]
        #[openapi(
            info(title = "IJkpunt", description = "The interface of IJkpunt. Errors are RFC 9457 problem documents with a stable `code`.", license(name = "EUPL-1.2")),
            paths($($($handler),+),+),
            components(schemas(problem::ProblemBody, problem::FieldError)),
        )]
        pub struct Api;
    };
}

async fn method_not_allowed() -> Result<actix_web::HttpResponse, problem::Problem> {
    Err(problem::Problem::new(problem::Code::MethodNotAllowed))
}

routes! {
    // Who is there
    "/api/session" { get access::http::whoami, post access::http::login, delete access::http::logout }
    "/api/health" { get access::http::health }
    "/api/ready" { get access::http::ready }

    // The item bank
    "/api/items" { get items::http::list, post items::edit_http::create }
    "/api/items/{id}" { get items::http::read }
    "/api/items/{id}/parameters" { post items::knowledge_http::propose }
    "/api/items/{id}/enemies" { post items::knowledge_http::set_enemy }
    "/api/items/{id}/enemies/{enemy}" { delete items::knowledge_http::unset_enemy }
    "/api/items/{id}/corrections" { get marking::corrections::http::list }
    "/api/item-parameters/{id}/approve" { post items::knowledge_http::approve }
    "/api/item-sheets" { get items::knowledge_http::export_sheet, post items::knowledge_http::import_sheet }
    "/api/item-versions/{id}/compare/{other}" { get items::knowledge_http::compare }
    "/api/item-versions/{id}/remark-preview" { post marking::corrections::http::preview }
    "/api/item-versions/{id}/remark" { post marking::corrections::http::remark }
    "/api/item-packages" { get items::exchange_http::export_package, post items::exchange_http::import_package }
    "/api/item-versions/{id}/move" { post items::http::move_to }
    "/api/item-versions/{id}/comments" { post items::http::comment }
    "/api/item-versions/{id}/revisions" { post items::http::revise }
    "/api/item-versions/{id}/preview" { get items::http::preview }
    "/api/item-versions/{id}/try" { post items::http::try_answer }
    "/api/item-versions/{id}/draft" { get items::edit_http::open, post items::edit_http::save }
    "/api/item-versions/{id}/copies" { post items::edit_http::duplicate }
    "/api/item-drafts/preview" { post items::edit_http::preview }
    "/api/item-drafts/try" { post items::edit_http::try_answer }
    "/api/item-media" { post items::edit_http::upload }
    "/api/item-media/{id}" { get items::http::media }

    // Forms and the blueprints that they are made from
    "/api/forms" { get forms::http::list, post forms::http::save }
    "/api/forms/{id}" { get forms::http::read }
    "/api/forms/{id}/publish" { post forms::http::publish }
    "/api/forms/{id}/retire" { post forms::http::retire }
    "/api/form-checks" { post forms::http::check }
    "/api/form-stock" { get forms::http::stock }
    "/api/blueprints" { get forms::blueprints_http::list, post forms::blueprints_http::save }
    "/api/blueprints/{id}" { get forms::blueprints_http::read }
    "/api/blueprints/{id}/assemblies" { post forms::blueprints_http::assemble }
    "/api/form-assemblies/{id}" { get forms::blueprints_http::assembly }
    "/api/form-assemblies/{id}/cancel" { post forms::blueprints_http::cancel }
    "/api/form-assemblies/{id}/decision" { post forms::blueprints_http::decide }

    // Kiosks, as the administrator sees them
    "/api/kiosks" { get kiosks::http::list, post kiosks::http::create }
    "/api/kiosks/{id}/code" { post kiosks::http::renew_code }
    "/api/kiosks/{id}/revoke" { post kiosks::http::revoke }
    "/api/sites/{id}/lockdown" { get kiosks::lockdown_http::get, put kiosks::lockdown_http::change }
    "/api/sites/{id}/kiosk.seb" { get kiosks::lockdown_http::file }

    // The test room
    "/api/room/sessions" { get room::http::list }
    "/api/room/sessions/{id}" { get room::http::get }
    "/api/room/sessions/{id}/live" { get room::http::watch }
    "/api/room/sessions/{id}/open" { post room::http::open }
    "/api/room/sessions/{id}/close" { post room::http::close }
    "/api/room/sessions/{id}/pause" { post room::http::pause_room }
    "/api/room/sessions/{id}/resume" { post room::http::resume_room }
    "/api/room/sessions/{id}/incidents" { post room::http::write_incident }
    "/api/room/sessions/{id}/tickets" { post room::http::print_tickets }
    "/api/room/bookings/{id}/identity" { post room::http::check_identity }
    "/api/room/bookings/{id}/seat" { post room::http::seat }
    "/api/room/bookings/{id}/code" { post room::http::code }
    "/api/room/bookings/{id}/move" { post room::http::move_seat }
    "/api/room/bookings/{id}/absent" { post room::http::absent }
    "/api/room/bookings/{id}/pause" { post room::http::pause }
    "/api/room/bookings/{id}/resume" { post room::http::resume }
    "/api/room/bookings/{id}/extra-time" { post room::http::extra_time }
    "/api/room/bookings/{id}/end" { post room::http::end }
    "/api/room/bookings/{id}/annul" { post room::http::annul }
    "/api/room/bookings/{id}/reopen" { post room::http::reopen }
    "/api/room/sessions/{id}/rescue" { post room::http::read_rescue }

    // The agencies, the candidates and what they test for
    "/api/agencies" { get agencies::http::list }
    "/api/agencies/{id}/till" { get fees::http::till }
    "/api/agencies/{id}/till/counts" { post fees::http::count_till }
    "/api/agencies/{id}/refunds" { get fees::refunds_http::list }
    "/api/agencies/{id}/bank-files" { post bank::http::bring_in }
    "/api/agencies/{id}/bank-statements" { get bank::http::statements }
    "/api/agencies/{id}/bank-lines" { get bank::http::lines }
    "/api/bank-lines/{id}/settle" { post bank::http::settle_line }
    "/api/agencies/{id}/ledger" { get ledger::http::read }
    "/api/agencies/{id}/ledger/file" { get ledger::http::download }
    "/api/candidates" { post people::http::register }
    "/api/candidates/search" { post people::http::search }
    "/api/candidates/insz-check" { post people::http::check_insz }
    "/api/candidates/{id}" { get people::http::get, put people::http::correct }
    "/api/candidates/{id}/revisions" { get people::http::revisions }
    "/api/candidates/{id}/enrolment-preview" { post purposes::http::preview }
    "/api/candidates/{id}/enrolments" { get purposes::http::of_candidate, post purposes::http::enrol }
    "/api/candidates/{id}/bookings" { get sessions::http::of_candidate }
    "/api/candidates/{id}/orders" { get fees::http::of_candidate }
    "/api/candidates/{id}/reliefs" { get fees::reliefs::list, post fees::reliefs::write }
    "/api/reliefs/{id}/withdraw" { post fees::reliefs::withdraw }
    "/api/purposes" { get purposes::http::list }
    "/api/purposes/catalogue" { get purposes::change::catalogue }
    "/api/purposes/{key}/change-preview" { post purposes::change::preview }
    "/api/enrolments/{id}/withdraw" { post purposes::http::withdraw }
    "/api/enrolments/{id}/orders" { post fees::http::order }

    // Sessions, seats and money
    "/api/test-sessions" { get sessions::http::list, post sessions::http::plan }
    "/api/test-sessions/{id}" { get sessions::http::get }
    "/api/test-sessions/{id}/cancel" { post sessions::http::cancel_session }
    "/api/test-sessions/{id}/bookings" { get sessions::http::participants, post sessions::http::book }
    "/api/bookings/{id}/cancel" { post sessions::http::cancel }
    "/api/orders/{id}" { get fees::http::get }
    "/api/orders/{id}/payments" { post fees::http::pay }
    "/api/orders/{id}/qr.svg" { get fees::http::qr }
    "/api/orders/{id}/invitation.pdf" { get fees::http::invitation }
    "/api/orders/{id}/refunds" { get fees::refunds_http::options, post fees::refunds_http::request }
    "/api/refunds/{id}/approve" { post fees::refunds_http::approve }
    "/api/refunds/{id}/reject" { post fees::refunds_http::reject }
    "/api/refunds/{id}/pay" { post fees::refunds_http::pay }
    "/api/payments/{id}/reverse" { post fees::http::reverse }
    "/api/payments/{id}/receipt.pdf" { get fees::http::receipt }

    // What a kiosk asks: docs/kiosk-protocol.md
    "/api/kiosk/enrol" { post delivery::http::enrol }
    "/api/kiosk/me" { get delivery::http::me }
    "/api/kiosk/start" { post delivery::http::start_sitting }
    "/api/kiosk/resume" { post delivery::http::resume }
    "/api/kiosk/sitting" { get delivery::http::get_sitting }
    "/api/kiosk/attempts/{id}/begin" { post delivery::http::begin }
    "/api/kiosk/attempts/{id}/items" { get delivery::http::items }
    "/api/kiosk/attempts/{id}/answers" { post delivery::http::answers }
    "/api/kiosk/attempts/{id}/next" { post adaptive::http::next }
    "/api/kiosk/attempts/{id}/outcome" { get forecasts::http::outcome }
    "/api/kiosk/attempts/{id}/plays" { post delivery::http::play }
    "/api/kiosk/attempts/{id}/submit" { post delivery::http::submit }
    "/api/kiosk/attempts/{id}/recordings" { post delivery::recordings_http::begin }
    "/api/kiosk/attempts/{id}/recordings/{recording}" { get delivery::recordings_http::play_back }
    "/api/kiosk/attempts/{id}/recordings/{recording}/slices/{n}" { put delivery::recordings_http::put_slice }
    "/api/kiosk/attempts/{id}/recordings/{recording}/complete" { post delivery::recordings_http::complete }
    "/api/kiosk/incidents" { post delivery::incidents_http::tell }
    "/api/kiosk/media/{name}" { get delivery::http::media_file }

    // What a pre-screening says of the tests to come
    "/api/candidates/{id}/forecasts" { get forecasts::http::of_candidate }
    "/api/forecasts/{id}/advice.pdf" { get forecasts::http::advice }
    "/api/forecast-calibration" { get forecasts::calibration::read }
    "/api/simulations" { post forecasts::simulation::run }
    // Results, certificates, the trajectory, mail
    "/api/candidates/{id}/results" { get results::http::list }
    "/api/candidates/{id}/certificates" { get certificates::http::list }
    "/api/candidates/{id}/trajectory" { get trajectory::http::read }
    "/api/certificates/{id}/pdf" { get certificates::http::download }
    "/api/certificates/{id}/reissue" { post certificates::http::reissue }
    "/api/certificates/{id}/revoke" { post certificates::http::revoke }
    "/api/certificates/{id}/credential" { get credentials::http::download }
    "/api/certificates/{id}/mail" { post certificates::http::mail_again }
    "/api/enrolments/{id}/certificates" { post certificates::http::certify_part }
    "/api/verify/{number}" { get certificates::http::verify }
    "/api/verify-files" { post credentials::http::verify_file }
    "/api/issuers/{code}/did.json" { get credentials::http::did }
    "/api/issuers/{code}/keys.json" { get credentials::http::key_set }
    "/api/issuers/{code}/status-lists/{name}" { get credentials::http::status_list }
    "/api/issuer-keys" { get credentials::http::list_keys }
    "/api/issuer-keys/rotate" { post credentials::http::rotate }
    "/api/issuer-keys/withdraw" { post credentials::http::withdraw }
    "/api/mails" { get mail::http::list }
    "/api/mails/{id}" { get mail::http::read }
    "/api/mails/{id}/attachment" { get mail::http::attachment }
    "/api/mails/{id}/send" { post mail::http::send_again }

    // Statistics
    "/api/statistics/tables" { get statistics::http::list }
    "/api/statistics/tables/{name}" { get statistics::http::read }
    "/api/statistics/tables/{name}/differences" { get statistics::http::compare }
    "/api/statistics/answer" { get statistics::http::ask }
    "/api/statistics/chapter" { get statistics::http::read_chapter }
    "/api/statistics/dimensions" { get statistics::questions::dimensions }
    "/api/statistics/questions" { get statistics::questions::list, post statistics::questions::keep }
    "/api/statistics/questions/{id}" { get statistics::questions::read }
    "/api/statistics/questions/{id}/remove" { post statistics::questions::remove }
    "/api/research-projects" { get statistics::research::list, post statistics::research::begin }
    "/api/research-projects/{id}/close" { post statistics::research::close }
    "/api/research-projects/{id}/tests" { get statistics::research::extract }
    "/api/statistics/snapshots" { get statistics::http::list_snapshots, post statistics::http::freeze }
    "/api/statistics/imports" { post statistics::http::import }
    "/api/policy/cases" { get policy::cases_http::list, post policy::cases_http::add }
    "/api/policy/cases/try" { post policy::cases_http::try_rule }
    "/api/policy" { get policy::http::list, post policy::http::add }
    "/api/audit-log" { get audit::http::list }
    "/api/audit-log/check" { post audit::http::check }

    // Measurement
    "/api/measurement/forms" { get runs::http::list_forms }
    "/api/measurement/forms/{id}/classification" { get standards::http::classification }
    "/api/measurement/runs" { get runs::http::list, post runs::http::ask }
    "/api/measurement/runs/{id}" { get runs::http::read }
    "/api/measurement/runs/{id}/cancel" { post runs::http::cancel }
    "/api/measurement/runs/{id}/decision" { post runs::http::decide }
    "/api/measurement/items/{id}" { get runs::http::item }
    "/api/measurement/standards" { get standards::http::list, post standards::http::begin }
    "/api/measurement/standards/{id}" { get standards::http::read }
    "/api/measurement/standards/{id}/panellists" { post standards::http::add_panellist }
    "/api/measurement/standards/{id}/judgements" { post standards::http::judge }
    "/api/measurement/standards/{id}/rounds" { post standards::http::next_round }
    "/api/measurement/standards/{id}/close" { post standards::http::close }
    "/api/measurement/standards/{id}/proposals" { post standards::http::propose }
    "/api/measurement/proposals/{id}/decision" { post standards::http::decide }

    // Rating writing and speaking
    "/api/ratings" { get ratings::http::list }
    "/api/ratings/{id}" { get ratings::http::read, put ratings::http::save }
    "/api/ratings/{id}/claim" { post ratings::http::claim }
    "/api/ratings/{id}/release" { post ratings::http::release }
    "/api/ratings/{id}/submit" { post ratings::http::submit }
    "/api/ratings/{id}/recordings/{recording}" { get ratings::http::recording }
}

const PROBLEM: &str = "application/problem+json";

/// The description as the web client is generated from it; every refusal is a problem document. The program's version is left out, so that it changes only with the interface.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    api.info.version = "1".into();
    let problem = ResponseBuilder::new()
        .description("Refused: a problem document (RFC 9457) in the caller's language")
        .content(PROBLEM, ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build())
        .build();
    for item in api.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch].into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
                *response = problem.clone().into();
            }
            responses.insert("default".into(), problem.clone().into());
        }
    }
    api
}
