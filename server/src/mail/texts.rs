//! What mail says, in the languages in which people are written to.

use crate::locale::Locale;

pub struct Text {
    pub subject: String,
    pub body: String,
}

/// The mail that brings a certificate.
pub fn certificate(locale: Locale, name: &str, number: &str, verify_url: &str, agency: &str) -> Text {
    let (subject, body) = match locale {
        Locale::Nl => (
            format!("Uw attest {number}"),
            format!(
                "Dag {name},\n\nU bent geslaagd. Uw attest {number} zit als PDF bij dit bericht. Bewaar het goed: u hebt het later nodig.\n\n\
                 Iedereen kan op deze pagina zien of het attest geldig is:\n{verify_url}\n\nMet vriendelijke groet\n{agency}\n"
            ),
        ),
        Locale::En => (
            format!("Your certificate {number}"),
            format!(
                "Dear {name},\n\nYou have passed. Your certificate {number} is attached to this message as a PDF. Keep it safe: you will need it later.\n\n\
                 Anybody can see on this page whether the certificate is valid:\n{verify_url}\n\nKind regards\n{agency}\n"
            ),
        ),
        Locale::Fr => (
            format!("Votre attestation {number}"),
            format!(
                "Bonjour {name},\n\nVous avez réussi. Votre attestation {number} est jointe à ce message au format PDF. Conservez-la bien : vous en aurez \
                 besoin plus tard.\n\nChacun peut vérifier sur cette page si l'attestation est valable :\n{verify_url}\n\nCordialement\n{agency}\n"
            ),
        ),
        Locale::Ar => (
            format!("شهادتك {number}"),
            format!(
                "مرحبًا {name}،\n\nلقد نجحت. شهادتك رقم {number} مرفقة بهذه الرسالة بصيغة PDF. احتفظ بها جيدًا: ستحتاج إليها لاحقًا.\n\n\
                 يمكن لأي شخص أن يتحقق من صلاحية الشهادة على هذه الصفحة:\n{verify_url}\n\nمع أطيب التحيات\n{agency}\n"
            ),
        ),
    };
    Text { subject, body }
}

/// The mail that tells somebody who waited that there is a seat now.
pub fn seat_freed(locale: Locale, name: &str, when: &str, site: &str, agency: &str) -> Text {
    let (subject, body) = match locale {
        Locale::Nl => (
            format!("U hebt een plaats op {when}"),
            format!(
                "Dag {name},\n\nU stond op de wachtlijst. Er is nu een plaats voor u:\n{when}, {site}\n\n\
                 Kunt u niet komen? Laat het ons meteen weten, dan krijgt iemand anders de plaats.\n\nMet vriendelijke groet\n{agency}\n"
            ),
        ),
        Locale::En => (
            format!("You have a seat on {when}"),
            format!(
                "Dear {name},\n\nYou were on the waiting list. There is a seat for you now:\n{when}, {site}\n\n\
                 If you cannot come, tell us at once, so that somebody else gets the seat.\n\nKind regards\n{agency}\n"
            ),
        ),
        Locale::Fr => (
            format!("Vous avez une place le {when}"),
            format!(
                "Bonjour {name},\n\nVous étiez sur la liste d'attente. Une place est maintenant libre pour vous :\n{when}, {site}\n\n\
                 Si vous ne pouvez pas venir, dites-le-nous tout de suite : quelqu'un d'autre recevra la place.\n\nCordialement\n{agency}\n"
            ),
        ),
        Locale::Ar => (
            format!("لديك مقعد في {when}"),
            format!(
                "مرحبًا {name}،\n\nكنت على قائمة الانتظار. يوجد الآن مقعد لك:\n{when}، {site}\n\n\
                 إذا لم تستطع الحضور فأخبرنا فورًا ليحصل شخص آخر على المقعد.\n\nمع أطيب التحيات\n{agency}\n"
            ),
        ),
    };
    Text { subject, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_names_the_person_the_number_and_the_page() {
        for locale in Locale::ALL {
            let text = certificate(*locale, "Samira", "2026-0000001-10", "https://x.example/verify/1", "Atlas");
            assert!(text.subject.contains("2026-0000001-10"));
            for word in ["Samira", "2026-0000001-10", "https://x.example/verify/1", "Atlas"] {
                assert!(text.body.contains(word), "{word} in {}", text.body);
            }
        }
    }
}
