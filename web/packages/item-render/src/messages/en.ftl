item-audio = Sound
item-choose-any = Choose what fits.
item-choose-at-most =
    { $max ->
        [one] Choose at most 1 answer.
       *[other] Choose at most { $max } answers.
    }
item-choose-one = Choose one answer.
item-choose-several = You can choose more than one answer.
item-fill-gaps = Choose the right word for each gap.
item-gap = Gap { $n }
item-gap-words = Words to fill in
item-hottext = Click on the right words in the text.
item-inline-choice = Choice { $n }
item-match = Tick what belongs together.
item-match-moved = “{ $column }” was taken away from “{ $row }”.
item-media = Recording { $n }
item-media-ended = The recording has ended.
item-media-failed = The sound does not play. Call the invigilator.
item-media-left =
    { $count ->
        [0] You cannot listen to this any more.
        [one] You can listen to this 1 more time.
       *[other] You can listen to this { $count } more times.
    }
item-media-missing = The sound was not loaded. Call the invigilator.
item-media-pause = Pause
item-media-play = Listen
item-media-playing = Playing…
item-media-progress = Progress of the sound
item-media-resume = Go on
item-media-speed = Speed
item-media-unlimited = You can listen as often as you like.
item-media-used-up = Heard
item-media-volume = Volume
item-nothing-chosen = Nothing chosen yet
item-order = Put in the right order.
item-order-earlier = { $what }: move earlier
item-order-keep = This order is right
item-order-later = { $what }: move later
item-order-left = Not chosen yet
item-order-now = { $what }: place { $place } of { $of }
item-order-put-back = { $what }: put back
item-order-take = { $what }: choose
item-record-failed-interrupted = The microphone went away. What you said is kept. Call the invigilator.
item-record-failed-microphone = The microphone does not work. Call the invigilator.
item-record-failed-server = That does not work right now. Try again in a moment.
item-record-heard = You have heard the recording.
item-record-kept = The recording is kept.
item-record-level = Loudness of the microphone
item-record-listen = Listen to the recording (once)
item-record-longest = You can speak for at most { $time }.
item-record-now = Start speaking now
item-record-playback = Your recording
item-record-prepare = Get ready. The recording begins in { $seconds } seconds.
item-record-preparing = Get ready: { $seconds } seconds left
item-record-running = Recording. Speak now.
item-record-speak = Speak into the microphone.
item-record-start = Start
item-record-stop = Stop recording
item-text-entry = Answer { $n }
item-too-many =
    { $max ->
        [one] You can choose only 1 answer. Take one away first.
       *[other] You can choose only { $max } answers. Take one away first.
    }
item-used = used
item-words =
    { $count ->
        [1] 1 word
       *[other] { $count } words
    }
item-words-between = Write { $min } to { $max } words.
item-words-max = Write at most { $max } words.
item-words-min = Write at least { $min } words.
item-write-here = Write your text here.
