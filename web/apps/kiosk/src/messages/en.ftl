kiosk-answered = answered
kiosk-back-to-questions = Back to the questions
kiosk-begin = Begin
kiosk-call-help = Raise your hand. The invigilator will come and help you.
kiosk-check-heard = Did you hear three tones?
kiosk-check-microphone = Microphone
kiosk-check-microphone-good = We hear you well.
kiosk-check-microphone-text = Click and say a few sentences. The bar must move.
kiosk-check-play = Play the tones
kiosk-check-sound = Headphones
kiosk-check-sound-text = Put on the headphones and click.
kiosk-check-speak = Test the microphone
kiosk-check-storage-bad = This device cannot keep answers. Call the invigilator.
kiosk-checks-lead = First we check that everything works. The clock is not running yet.
kiosk-choose-language = Choose the language of the instructions.
kiosk-code = Code
kiosk-code-hint = The invigilator gives you this code.
kiosk-code-lead = Type the code that you were given.
kiosk-code-missing = Type the code.
kiosk-code-title = Your code
kiosk-done-of = { $done } of { $of } answered
kiosk-end = You have finished
kiosk-end-do = Close
kiosk-end-lead = Everything has been sent and kept.
kiosk-end-text = Call the invigilator. There is nothing more to do here.
kiosk-enrol = Enrol this device
kiosk-enrol-again = This device is no longer enrolled. Ask for a new code.
kiosk-enrol-code = Enrolment code
kiosk-enrol-do = Enrol
kiosk-enrol-hint = A member of staff makes the code in the office. It works once.
kiosk-enrol-lead = You do this once. After that the device remembers who it is.
kiosk-extra =
    { $count ->
        [one] You were given 1 extra minute.
       *[other] You were given { $count } extra minutes.
    }
kiosk-fetching = The test is being loaded
kiosk-fetching-failed = Not everything was loaded. The clock is not running yet.
kiosk-flag = Look at this again later
kiosk-flagged = flagged
kiosk-go-on = Go on
kiosk-hello = Hello { $name }
kiosk-minutes-left =
    { $count ->
        [one] 1 minute left.
       *[other] { $count } minutes left.
    }
kiosk-next = Next
kiosk-no = No
kiosk-no-connection = No connection for now
kiosk-no-connection-text = The device tries again by itself. Your answers are kept.
kiosk-not-written = This device has no room left. Call the invigilator. Leave this screen open.
kiosk-offline = No connection for now
kiosk-offline-text = Just go on. Your answers are kept here and will be sent later.
kiosk-other-language = Other language
kiosk-part-listening = Listening
kiosk-part-mo_exemption = Social orientation exemption test
kiosk-part-mo_final = Social orientation final test
kiosk-part-prescreening = Pre-screening
kiosk-part-reading = Reading
kiosk-part-speaking = Speaking
kiosk-part-writing = Writing
kiosk-paused = Pause
kiosk-paused-text = The clock is stopped. The invigilator will say when you can go on.
kiosk-practice = A question to practise
kiosk-practice-done = Good. That is how you answer a question. You can always change your choice.
kiosk-practice-lead = This question does not count.
kiosk-practice-option-a = a train
kiosk-practice-option-b = an apple
kiosk-practice-option-c = a book
kiosk-practice-question = What can you eat?
kiosk-previous = Previous
kiosk-question = Question { $n } of { $of }
kiosk-question-short = Question { $n }
kiosk-questions = Questions
kiosk-ready-help = Do you need help? Raise your hand.
kiosk-ready-items =
    { $count ->
        [one] 1 task
       *[other] { $count } tasks
    }
kiosk-ready-lead = The clock starts when you click Begin.
kiosk-ready-minutes =
    { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
kiosk-ready-saved = Your answers are saved by themselves.
kiosk-review = Your answers at a glance
kiosk-review-complete = You have answered everything.
kiosk-review-open =
    { $count ->
        [one] 1 question has not been answered yet.
       *[other] { $count } questions have not been answered yet.
    }
kiosk-revoked = This device is no longer enrolled
kiosk-revoked-text = Call the invigilator. Your answers are kept.
kiosk-sample = Sample test – this is not the official test.
kiosk-start = Start
kiosk-starting = IJkpunt is starting
kiosk-stopped-do = Start this device again
kiosk-submit = Hand in
kiosk-submit-final = After handing in you cannot change anything.
kiosk-submit-sure = Do you want to hand in?
kiosk-submitting = Your answers are being sent
kiosk-submitting-text = Do not close this screen. Without a connection the device waits until it is back.
kiosk-taken-over = This test goes on at another device
kiosk-taken-over-text = Nothing more can be filled in here.
kiosk-time-left = Time left
kiosk-time-up = Time is up
kiosk-time-up-text = What you filled in counts. Please wait a moment.
kiosk-to-review = To the overview
kiosk-unanswered = not answered
kiosk-welcome = Welcome
kiosk-yes = Yes
kiosk-check-storage-note = Answers are kept on this machine, but not for good.
kiosk-device-again = Plug the headphones or microphone in again and test once more.
kiosk-device-back = Everything is plugged in
kiosk-device-gone = Headphones or a microphone were unplugged. Raise your hand.
kiosk-end-leave-on = Do not turn this machine off and do not close this screen. Call the invigilator.
kiosk-end-under-way = Your answers are on this machine and will be sent as soon as there is a connection.
kiosk-full-screen = Back to the full screen
kiosk-full-screen-left = The test is no longer on the full screen. The invigilator sees this.
kiosk-microphone-absent = No microphone was found. Plug the headset in, or try another one.
kiosk-microphone-busy = Another program is using the microphone. The invigilator will close it.
kiosk-microphone-refused = The browser may not use the microphone. The invigilator can allow it: click the padlock beside the address.
kiosk-missing-app = The program itself is not yet wholly kept on this machine. Without a connection it would not start again.
kiosk-missing-items = Not all questions have arrived.
kiosk-missing-media = A sound or picture is missing or arrived damaged.
kiosk-rescue = For the invigilator
kiosk-rescue-do = Save the rescue file
kiosk-rescue-none = Everything has been sent.
kiosk-rescue-text = Does the connection not come back? Save the rescue file on a stick and read it in at the session. It is encrypted.
kiosk-seb-required = Open this test with Safe Exam Browser
kiosk-seb-required-text = This site allows no other browser. Call the invigilator.
kiosk-storage-fleeting = When the disk is full the browser may delete them. The administrator can allow this for good; you can go on.
kiosk-storage-full = The disk is full. Make room or take another machine.
kiosk-storage-none = The browser keeps nothing, as in a private window. Open a normal window or take another machine.
