item-audio = Geluid
item-choose-any = Kies wat past.
item-choose-at-most =
    { $max ->
        [one] Kies hoogstens 1 antwoord.
       *[other] Kies hoogstens { $max } antwoorden.
    }
item-choose-one = Kies één antwoord.
item-choose-several = U kunt meer dan één antwoord kiezen.
item-fill-gaps = Kies bij elk gat het juiste woord.
item-gap = Gat { $n }
item-gap-words = Woorden om in te vullen
item-hottext = Klik op de juiste woorden in de tekst.
item-inline-choice = Keuze { $n }
item-match = Kruis aan wat bij elkaar hoort.
item-match-moved = ‘{ $column }’ is weggehaald bij ‘{ $row }’.
item-media = Geluidsfragment { $n }
item-media-ended = Het fragment is gedaan.
item-media-failed = Het geluid speelt niet. Roep de toetsassistent.
item-media-left =
    { $count ->
        [0] U kunt dit niet meer beluisteren.
        [one] U kunt dit nog 1 keer beluisteren.
       *[other] U kunt dit nog { $count } keer beluisteren.
    }
item-media-missing = Het geluid is niet geladen. Roep de toetsassistent.
item-media-pause = Pauzeer
item-media-play = Luister
item-media-playing = Speelt…
item-media-progress = Voortgang van het geluid
item-media-resume = Ga verder
item-media-speed = Snelheid
item-media-unlimited = U kunt zo vaak luisteren als u wilt.
item-media-used-up = Beluisterd
item-media-volume = Volume
item-nothing-chosen = Nog niets gekozen
item-order = Zet in de juiste volgorde.
item-order-earlier = { $what }: naar voren
item-order-keep = Deze volgorde is juist
item-order-later = { $what }: naar achteren
item-order-left = Nog niet gekozen
item-order-now = { $what }: plaats { $place } van { $of }
item-order-put-back = { $what }: terugleggen
item-order-take = { $what }: kiezen
item-record-failed-interrupted = De microfoon viel weg. Wat u zei, is bewaard. Roep de toetsassistent.
item-record-failed-microphone = De microfoon werkt niet. Roep de toetsassistent.
item-record-failed-server = Dat lukt nu niet. Probeer het zo opnieuw.
item-record-heard = U hebt de opname beluisterd.
item-record-kept = De opname is bewaard.
item-record-level = Geluidssterkte van de microfoon
item-record-listen = Beluister de opname (1 keer)
item-record-longest = U kunt hoogstens { $time } spreken.
item-record-now = Begin nu te spreken
item-record-playback = Uw opname
item-record-prepare = Bereid u voor. De opname begint over { $seconds } seconden.
item-record-preparing = Bereid u voor: nog { $seconds } seconden
item-record-running = De opname loopt. Spreek nu.
item-record-speak = Spreek in de microfoon.
item-record-start = Start
item-record-stop = Stop de opname
item-text-entry = Antwoord { $n }
item-too-many =
    { $max ->
        [one] U kunt maar 1 antwoord kiezen. Haal er eerst een weg.
       *[other] U kunt maar { $max } antwoorden kiezen. Haal er eerst een weg.
    }
item-used = gebruikt
item-words =
    { $count ->
        [1] 1 woord
       *[other] { $count } woorden
    }
item-words-between = Schrijf { $min } tot { $max } woorden.
item-words-max = Schrijf hoogstens { $max } woorden.
item-words-min = Schrijf minstens { $min } woorden.
item-write-here = Schrijf hier uw tekst.
