item-audio = Son
item-choose-any = Choisissez ce qui convient.
item-choose-at-most =
    { $max ->
        [one] Choisissez au maximum 1 réponse.
       *[other] Choisissez au maximum { $max } réponses.
    }
item-choose-one = Choisissez une réponse.
item-choose-several = Vous pouvez choisir plusieurs réponses.
item-fill-gaps = Choisissez le mot juste pour chaque blanc.
item-gap = Blanc { $n }
item-gap-words = Mots à placer
item-hottext = Cliquez sur les mots justes dans le texte.
item-inline-choice = Choix { $n }
item-match = Cochez ce qui va ensemble.
item-match-moved = « { $column } » a été retiré de « { $row } ».
item-media = Enregistrement { $n }
item-media-ended = L’enregistrement est terminé.
item-media-failed = Le son ne marche pas. Appelez le surveillant.
item-media-left =
    { $count ->
        [0] Vous ne pouvez plus écouter ceci.
        [one] Vous pouvez encore écouter ceci 1 fois.
       *[other] Vous pouvez encore écouter ceci { $count } fois.
    }
item-media-missing = Le son n’est pas chargé. Appelez le surveillant.
item-media-pause = Pause
item-media-play = Écouter
item-media-playing = En cours…
item-media-progress = Progression du son
item-media-resume = Continuer
item-media-speed = Vitesse
item-media-unlimited = Vous pouvez écouter autant de fois que vous voulez.
item-media-used-up = Écouté
item-media-volume = Volume
item-nothing-chosen = Rien n’est encore choisi
item-order = Mettez dans le bon ordre.
item-order-earlier = { $what } : avancer
item-order-keep = Cet ordre est juste
item-order-later = { $what } : reculer
item-order-left = Pas encore choisi
item-order-now = { $what } : place { $place } sur { $of }
item-order-put-back = { $what } : remettre
item-order-take = { $what } : choisir
item-record-failed-interrupted = Le microphone s’est arrêté. Ce que vous avez dit est conservé. Appelez le surveillant.
item-record-failed-microphone = Le microphone ne marche pas. Appelez le surveillant.
item-record-failed-server = Ce n’est pas possible pour l’instant. Réessayez dans un moment.
item-record-heard = Vous avez écouté l’enregistrement.
item-record-kept = L’enregistrement est conservé.
item-record-level = Niveau sonore du microphone
item-record-listen = Écouter l’enregistrement (1 fois)
item-record-longest = Vous pouvez parler { $time } au maximum.
item-record-now = Commencer à parler
item-record-playback = Votre enregistrement
item-record-prepare = Préparez-vous. L’enregistrement commence dans { $seconds } secondes.
item-record-preparing = Préparez-vous : encore { $seconds } secondes
item-record-running = L’enregistrement est en cours. Parlez maintenant.
item-record-speak = Parlez dans le microphone.
item-record-start = Commencer
item-record-stop = Arrêter l’enregistrement
item-text-entry = Réponse { $n }
item-too-many =
    { $max ->
        [one] Vous ne pouvez choisir que 1 réponse. Retirez-en d’abord une.
       *[other] Vous ne pouvez choisir que { $max } réponses. Retirez-en d’abord une.
    }
item-used = utilisé
item-words =
    { $count ->
        [1] 1 mot
       *[other] { $count } mots
    }
item-words-between = Écrivez de { $min } à { $max } mots.
item-words-max = Écrivez { $max } mots au maximum.
item-words-min = Écrivez au moins { $min } mots.
item-write-here = Écrivez votre texte ici.
