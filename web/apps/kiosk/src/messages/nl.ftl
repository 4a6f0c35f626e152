kiosk-answered = beantwoord
kiosk-back-to-questions = Terug naar de vragen
kiosk-begin = Begin
kiosk-call-help = Steek uw hand op. De toetsassistent komt u helpen.
kiosk-check-heard = Hebt u drie tonen gehoord?
kiosk-check-microphone = Microfoon
kiosk-check-microphone-good = We horen u goed.
kiosk-check-microphone-text = Klik en zeg een paar zinnen. De balk moet bewegen.
kiosk-check-play = Speel de tonen
kiosk-check-sound = Koptelefoon
kiosk-check-sound-text = Zet de koptelefoon op en klik.
kiosk-check-speak = Test de microfoon
kiosk-check-storage-bad = Dit toestel kan antwoorden niet bewaren. Roep de toetsassistent.
kiosk-checks-lead = Eerst kijken we na of alles werkt. De tijd loopt nog niet.
kiosk-choose-language = Kies de taal van de uitleg.
kiosk-code = Code
kiosk-code-hint = De toetsassistent geeft u deze code.
kiosk-code-lead = Typ de code die u kreeg.
kiosk-code-missing = Typ de code.
kiosk-code-title = Uw code
kiosk-done-of = { $done } van { $of } beantwoord
kiosk-end = U bent klaar
kiosk-end-do = Sluiten
kiosk-end-lead = Alles is verstuurd en bewaard.
kiosk-end-text = Roep de toetsassistent. U hoeft hier niets meer te doen.
kiosk-enrol = Dit toestel aanmelden
kiosk-enrol-again = Dit toestel is niet meer aangemeld. Vraag een nieuwe code aan.
kiosk-enrol-code = Aanmeldcode
kiosk-enrol-do = Aanmelden
kiosk-enrol-hint = Een medewerker maakt de code in het kantoor. Ze werkt één keer.
kiosk-enrol-lead = Dit doet u één keer. Daarna onthoudt het toestel wie het is.
kiosk-extra =
    { $count ->
        [one] U kreeg 1 minuut extra.
       *[other] U kreeg { $count } minuten extra.
    }
kiosk-fetching = De toets wordt geladen
kiosk-fetching-failed = Niet alles is geladen. De tijd loopt nog niet.
kiosk-flag = Later nog eens bekijken
kiosk-flagged = gemarkeerd
kiosk-go-on = Ga verder
kiosk-hello = Dag { $name }
kiosk-minutes-left =
    { $count ->
        [one] Nog 1 minuut.
       *[other] Nog { $count } minuten.
    }
kiosk-next = Volgende
kiosk-no = Nee
kiosk-no-connection = Even geen verbinding
kiosk-no-connection-text = Het toestel probeert het vanzelf opnieuw. Uw antwoorden zijn bewaard.
kiosk-not-written = Dit toestel heeft geen plaats meer. Roep de toetsassistent. Laat dit scherm open.
kiosk-offline = Even geen verbinding
kiosk-offline-text = Werk gewoon verder. Uw antwoorden worden hier bewaard en straks verstuurd.
kiosk-other-language = Andere taal
kiosk-part-listening = Luisteren
kiosk-part-mo_exemption = Vrijstellingstoets maatschappelijke oriëntatie
kiosk-part-mo_final = Eindtoets maatschappelijke oriëntatie
kiosk-part-prescreening = Pre-screening
kiosk-part-reading = Lezen
kiosk-part-speaking = Spreken
kiosk-part-writing = Schrijven
kiosk-paused = Pauze
kiosk-paused-text = De tijd staat stil. De toetsassistent zegt wanneer u verder kunt.
kiosk-practice = Een vraag om te oefenen
kiosk-practice-done = Goed. Zo beantwoordt u een vraag. U kunt uw keuze altijd veranderen.
kiosk-practice-lead = Deze vraag telt niet mee.
kiosk-practice-option-a = een trein
kiosk-practice-option-b = een appel
kiosk-practice-option-c = een boek
kiosk-practice-question = Wat kunt u eten?
kiosk-previous = Vorige
kiosk-question = Vraag { $n } van { $of }
kiosk-question-short = Vraag { $n }
kiosk-questions = Vragen
kiosk-ready-help = Hebt u hulp nodig? Steek uw hand op.
kiosk-ready-items =
    { $count ->
        [one] 1 opdracht
       *[other] { $count } opdrachten
    }
kiosk-ready-lead = De tijd begint te lopen als u op Begin klikt.
kiosk-ready-minutes =
    { $count ->
        [one] 1 minuut
       *[other] { $count } minuten
    }
kiosk-ready-saved = Uw antwoorden worden vanzelf bewaard.
kiosk-review = Overzicht van uw antwoorden
kiosk-review-complete = U hebt alles beantwoord.
kiosk-review-open =
    { $count ->
        [one] 1 vraag is nog niet beantwoord.
       *[other] { $count } vragen zijn nog niet beantwoord.
    }
kiosk-revoked = Dit toestel is niet meer aangemeld
kiosk-revoked-text = Roep de toetsassistent. Uw antwoorden zijn bewaard.
kiosk-sample = Voorbeeldtoets – dit is niet de officiële test.
kiosk-start = Start
kiosk-starting = IJkpunt start
kiosk-stopped-do = Dit toestel opnieuw starten
kiosk-submit = Indienen
kiosk-submit-final = Na het indienen kunt u niets meer veranderen.
kiosk-submit-sure = Wilt u indienen?
kiosk-submitting = Uw antwoorden worden verstuurd
kiosk-submitting-text = Sluit dit scherm niet. Zonder verbinding wacht het toestel tot die terug is.
kiosk-taken-over = Deze test gaat verder op een ander toestel
kiosk-taken-over-text = Hier kan niets meer worden ingevuld.
kiosk-time-left = Resterende tijd
kiosk-time-up = De tijd is om
kiosk-time-up-text = Wat u invulde, telt mee. Wacht even.
kiosk-to-review = Naar het overzicht
kiosk-unanswered = niet beantwoord
kiosk-welcome = Welkom
kiosk-yes = Ja
kiosk-check-storage-note = Antwoorden worden op dit toestel bewaard, maar niet voorgoed.
kiosk-device-again = Steek de koptelefoon of microfoon weer in en test opnieuw.
kiosk-device-back = Alles zit weer vast
kiosk-device-gone = Er is een koptelefoon of microfoon uitgetrokken. Steek uw hand op.
kiosk-end-leave-on = Zet dit toestel niet uit en sluit dit scherm niet. Roep de toetsassistent.
kiosk-end-under-way = Uw antwoorden staan op dit toestel en worden verstuurd zodra er verbinding is.
kiosk-full-screen = Terug naar volledig scherm
kiosk-full-screen-left = De toets staat niet meer op het volledige scherm. De toetsassistent ziet dit.
kiosk-microphone-absent = Er is geen microfoon gevonden. Steek de koptelefoon in, of probeer een andere.
kiosk-microphone-busy = Een ander programma gebruikt de microfoon. De toetsassistent sluit het.
kiosk-microphone-refused = De browser mag de microfoon niet gebruiken. De toetsassistent zet dit aan: klik op het slotje naast het adres.
kiosk-missing-app = Het programma zelf is nog niet helemaal op dit toestel bewaard. Zonder verbinding zou het niet meer opstarten.
kiosk-missing-items = Niet alle vragen zijn aangekomen.
kiosk-missing-media = Een geluid of beeld ontbreekt of kwam beschadigd aan.
kiosk-rescue = Voor de toetsassistent
kiosk-rescue-do = Reddingsbestand bewaren
kiosk-rescue-none = Alles is al verstuurd.
kiosk-rescue-text = Komt de verbinding niet terug? Bewaar het reddingsbestand op een stick en lees het in bij de sessie. Het is versleuteld.
kiosk-seb-required = Open deze toets met Safe Exam Browser
kiosk-seb-required-text = Deze plaats laat geen andere browser toe. Roep de toetsassistent.
kiosk-storage-fleeting = Als de schijf vol raakt, mag de browser ze wissen. De beheerder kan dit vast toestaan; u kunt verdergaan.
kiosk-storage-full = De schijf is vol. Maak plaats of neem een ander toestel.
kiosk-storage-none = De browser bewaart niets, zoals in een privévenster. Open een gewoon venster of neem een ander toestel.
