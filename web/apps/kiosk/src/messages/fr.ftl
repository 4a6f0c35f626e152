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
kiosk-check-storage-note = Les réponses sont gardées sur cet appareil, mais pas pour toujours.
kiosk-device-again = Rebranchez le casque ou le micro et refaites le test.
kiosk-device-back = Tout est rebranché
kiosk-device-gone = Un casque ou un micro a été débranché. Levez la main.
kiosk-end-leave-on = N'éteignez pas cet appareil et ne fermez pas cet écran. Appelez le surveillant.
kiosk-end-under-way = Vos réponses sont sur cet appareil et seront envoyées dès que la connexion revient.
kiosk-full-screen = Revenir au plein écran
kiosk-full-screen-left = Le test n'est plus en plein écran. Le surveillant le voit.
kiosk-microphone-absent = Aucun micro n'a été trouvé. Branchez le casque ou essayez-en un autre.
kiosk-microphone-busy = Un autre programme utilise le micro. Le surveillant va le fermer.
kiosk-microphone-refused = Le navigateur ne peut pas utiliser le micro. Le surveillant peut l'autoriser : cliquez sur le cadenas à côté de l'adresse.
kiosk-missing-app = Le programme lui-même n'est pas encore entièrement gardé sur cet appareil. Sans connexion, il ne redémarrerait pas.
kiosk-missing-items = Toutes les questions ne sont pas arrivées.
kiosk-missing-media = Un son ou une image manque ou est arrivé endommagé.
kiosk-rescue = Pour le surveillant
kiosk-rescue-do = Enregistrer le fichier de sauvetage
kiosk-rescue-none = Tout a déjà été envoyé.
kiosk-rescue-text = La connexion ne revient pas ? Enregistrez le fichier de sauvetage sur une clé et lisez-le dans la session. Il est chiffré.
kiosk-seb-required = Ouvrez ce test avec Safe Exam Browser
kiosk-seb-required-text = Ce site n'admet pas d'autre navigateur. Appelez le surveillant.
kiosk-storage-fleeting = Si le disque est plein, le navigateur peut les effacer. L'administrateur peut l'empêcher ; vous pouvez continuer.
kiosk-storage-full = Le disque est plein. Faites de la place ou prenez un autre appareil.
kiosk-storage-none = Le navigateur ne garde rien, comme dans une fenêtre privée. Ouvrez une fenêtre normale ou prenez un autre appareil.
