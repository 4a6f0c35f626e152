kiosk-answered = répondu
kiosk-back-to-questions = Retour aux questions
kiosk-begin = Commencer
kiosk-call-help = Levez la main. Le surveillant vient vous aider.
kiosk-check-heard = Avez-vous entendu trois sons ?
kiosk-check-microphone = Microphone
kiosk-check-microphone-good = Nous vous entendons bien.
kiosk-check-microphone-text = Cliquez et dites quelques phrases. La barre doit bouger.
kiosk-check-play = Jouer les sons
kiosk-check-sound = Casque
kiosk-check-sound-text = Mettez le casque et cliquez.
kiosk-check-speak = Tester le microphone
kiosk-check-storage-bad = Cet appareil ne peut pas conserver les réponses. Appelez le surveillant.
kiosk-checks-lead = Nous vérifions d’abord que tout fonctionne. Le temps ne court pas encore.
kiosk-choose-language = Choisissez la langue des instructions.
kiosk-code = Code
kiosk-code-hint = Le surveillant vous donne ce code.
kiosk-code-lead = Tapez le code que vous avez reçu.
kiosk-code-missing = Tapez le code.
kiosk-code-title = Votre code
kiosk-done-of = { $done } réponses sur { $of }
kiosk-end = Vous avez terminé
kiosk-end-do = Fermer
kiosk-end-lead = Tout est envoyé et conservé.
kiosk-end-text = Appelez le surveillant. Vous n’avez plus rien à faire ici.
kiosk-enrol = Enregistrer cet appareil
kiosk-enrol-again = Cet appareil n’est plus enregistré. Demandez un nouveau code.
kiosk-enrol-code = Code d’enregistrement
kiosk-enrol-do = Enregistrer
kiosk-enrol-hint = Un collaborateur crée le code au bureau. Il ne sert qu’une fois.
kiosk-enrol-lead = Vous le faites une seule fois. Ensuite, l’appareil se souvient de qui il est.
kiosk-extra =
    { $count ->
        [one] Vous avez reçu 1 minute de plus.
       *[other] Vous avez reçu { $count } minutes de plus.
    }
kiosk-fetching = Le test se charge
kiosk-fetching-failed = Tout n’est pas chargé. Le temps ne court pas encore.
kiosk-flag = Revoir plus tard
kiosk-flagged = marqué
kiosk-go-on = Continuer
kiosk-hello = Bonjour { $name }
kiosk-minutes-left =
    { $count ->
        [one] Encore 1 minute.
       *[other] Encore { $count } minutes.
    }
kiosk-next = Suivant
kiosk-no = Non
kiosk-no-connection = Pas de connexion pour l’instant
kiosk-no-connection-text = L’appareil réessaie tout seul. Vos réponses sont conservées.
kiosk-not-written = Cet appareil n’a plus de place. Appelez le surveillant. Laissez cet écran ouvert.
kiosk-offline = Pas de connexion pour l’instant
kiosk-offline-text = Continuez. Vos réponses sont conservées ici et seront envoyées plus tard.
kiosk-other-language = Autre langue
kiosk-part-listening = Écouter
kiosk-part-mo_exemption = Test d’exemption d’orientation sociale
kiosk-part-mo_final = Test final d’orientation sociale
kiosk-part-prescreening = Pré-screening
kiosk-part-reading = Lire
kiosk-part-speaking = Parler
kiosk-part-writing = Écrire
kiosk-paused = Pause
kiosk-paused-text = Le temps est arrêté. Le surveillant dira quand vous pourrez continuer.
kiosk-practice = Une question pour s’exercer
kiosk-practice-done = Bien. C’est ainsi que vous répondez. Vous pouvez toujours changer votre choix.
kiosk-practice-lead = Cette question ne compte pas.
kiosk-practice-option-a = un train
kiosk-practice-option-b = une pomme
kiosk-practice-option-c = un livre
kiosk-practice-question = Que pouvez-vous manger ?
kiosk-previous = Précédent
kiosk-question = Question { $n } sur { $of }
kiosk-question-short = Question { $n }
kiosk-questions = Questions
kiosk-ready-help = Vous avez besoin d’aide ? Levez la main.
kiosk-ready-items =
    { $count ->
        [one] 1 tâche
       *[other] { $count } tâches
    }
kiosk-ready-lead = Le temps commence à courir quand vous cliquez sur Commencer.
kiosk-ready-minutes =
    { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
kiosk-ready-saved = Vos réponses sont enregistrées automatiquement.
kiosk-review = Aperçu de vos réponses
kiosk-review-complete = Vous avez répondu à tout.
kiosk-review-open =
    { $count ->
        [one] 1 question est encore sans réponse.
       *[other] { $count } questions sont encore sans réponse.
    }
kiosk-revoked = Cet appareil n’est plus enregistré
kiosk-revoked-text = Appelez le surveillant. Vos réponses sont conservées.
kiosk-sample = Test d’exemple – ce n’est pas le test officiel.
kiosk-start = Commencer
kiosk-starting = IJkpunt démarre
kiosk-stopped-do = Redémarrer cet appareil
kiosk-submit = Remettre
kiosk-submit-final = Après la remise, vous ne pouvez plus rien changer.
kiosk-submit-sure = Voulez-vous remettre ?
kiosk-submitting = Vos réponses sont en cours d’envoi
kiosk-submitting-text = Ne fermez pas cet écran. Sans connexion, l’appareil attend qu’elle revienne.
kiosk-taken-over = Ce test continue sur un autre appareil
kiosk-taken-over-text = Rien ne peut plus être rempli ici.
kiosk-time-left = Temps restant
kiosk-time-up = Le temps est écoulé
kiosk-time-up-text = Ce que vous avez rempli compte. Attendez un instant.
kiosk-to-review = Vers l’aperçu
kiosk-unanswered = sans réponse
kiosk-welcome = Bienvenue
kiosk-yes = Oui
