// The table of codes. A line each: variant, status, code, then the title in Dutch, English, French and Arabic.
// Codes of one subject stand together; a new one goes to its subject.
codes! {
    // In general
    InvalidInput 422 "invalid-input": "Er klopt iets niet in wat u invulde.", "Something in what you filled in is not right.", "Une donnée que vous avez remplie est incorrecte.", "هناك خطأ في ما أدخلته.";
    MalformedJson 400 "malformed-json": "De aanvraag is geen geldige JSON.", "The request is not valid JSON.", "La requête n'est pas du JSON valide.", "الطلب ليس JSON صالحًا.";
    UnknownField 422 "unknown-field": "Dit veld kennen we niet.", "This field is not known.", "Ce champ est inconnu.", "هذا الحقل غير معروف.";
    Required 422 "required": "Vul dit in.", "Please fill this in.", "Veuillez remplir ce champ.", "يرجى ملء هذا الحقل.";
    WrongType 422 "wrong-type": "Deze waarde heeft niet de juiste vorm.", "This value does not have the right form.", "Cette valeur n'a pas la bonne forme.", "هذه القيمة ليست بالشكل الصحيح.";
    TooLong 422 "too-long": "Deze tekst is te lang.", "This text is too long.", "Ce texte est trop long.", "هذا النص طويل جدًا.";
    OutOfRange 422 "out-of-range": "Deze waarde valt buiten de grenzen.", "This value is out of bounds.", "Cette valeur est hors limites.", "هذه القيمة خارج الحدود.";
    NotFound 404 "not-found": "Dit bestaat niet of is niet van uw agentschap.", "This does not exist, or is not your agency's.", "Ceci n'existe pas ou n'appartient pas à votre agence.", "هذا غير موجود أو لا يخص وكالتك.";
    MethodNotAllowed 405 "method-not-allowed": "Dit kan niet op dit adres.", "This cannot be done at this address.", "Cette action n'est pas possible à cette adresse.", "لا يمكن القيام بذلك على هذا العنوان.";
    TooLarge 413 "too-large": "Dit is te groot om te ontvangen.", "This is too large to receive.", "Ceci est trop volumineux.", "هذا كبير جدًا بحيث لا يمكن استلامه.";
    Conflict 409 "conflict": "Iemand anders was u net voor. Kijk opnieuw en probeer nog eens.", "Somebody else was just before you. Look again and retry.", "Quelqu'un d'autre vous a précédé. Vérifiez et réessayez.", "سبقك شخص آخر للتو. تحقق وحاول مرة أخرى.";
    Unavailable 503 "unavailable": "Het systeem kan dit nu even niet bewaren. Uw werk blijft hier staan; probeer zo opnieuw.", "The system cannot save this right now. Your work stays here; try again in a moment.", "Le système ne peut pas enregistrer pour l'instant. Votre travail reste ici ; réessayez dans un instant.", "لا يمكن للنظام الحفظ الآن. عملك محفوظ هنا؛ حاول مرة أخرى بعد لحظة.";
    Internal 500 "internal": "Er ging iets mis aan onze kant.", "Something went wrong on our side.", "Une erreur s'est produite de notre côté.", "حدث خطأ من جانبنا.";

    // Access
    NotLoggedIn 401 "not-logged-in": "Meld u aan.", "Please log in.", "Veuillez vous connecter.", "يرجى تسجيل الدخول.";
    Forbidden 403 "forbidden": "Uw rol laat dit niet toe.", "Your role does not allow this.", "Votre rôle ne le permet pas.", "دورك لا يسمح بذلك.";
    WrongCredentials 401 "wrong-credentials": "Gebruikersnaam of wachtwoord is niet juist.", "User name or password is wrong.", "Nom d'utilisateur ou mot de passe incorrect.", "اسم المستخدم أو كلمة المرور غير صحيحة.";
    TooManyTries 429 "too-many-tries": "Te veel pogingen. Wacht een kwartier.", "Too many tries. Wait a quarter of an hour.", "Trop de tentatives. Attendez un quart d'heure.", "محاولات كثيرة جدًا. انتظر ربع ساعة.";
    CrossSite 403 "cross-site": "Deze aanvraag komt niet van onze eigen pagina's.", "This request does not come from our own pages.", "Cette requête ne vient pas de nos propres pages.", "هذا الطلب لا يأتي من صفحاتنا.";

    // Results and the gate
    EnrolmentClosed 409 "enrolment-closed": "Deze inschrijving is afgesloten.", "This enrolment is closed.", "Cette inscription est clôturée.", "هذا التسجيل مغلق.";
    NotNeeded 409 "not-needed": "Voor dit testdoel is dit onderdeel niet nodig.", "This purpose does not need this part.", "Cet objectif ne demande pas cette partie.", "هذا الجزء غير مطلوب لهذا الغرض.";
    AlreadyPassed 409 "already-passed": "De kandidaat is hiervoor al geslaagd.", "The candidate has passed this already.", "Le candidat a déjà réussi cette partie.", "لقد نجح المرشح في هذا الجزء من قبل.";
    FirstSittingNotPassed 409 "first-sitting-not-passed": "Schrijven en spreken kan pas na slagen voor lezen en luisteren.", "Writing and speaking open after passing reading and listening.", "L'écriture et l'expression orale s'ouvrent après la réussite de la lecture et de l'écoute.", "لا يمكن أداء الكتابة والمحادثة إلا بعد النجاح في القراءة والاستماع.";
    AnotherDay 409 "another-day": "Het tweede testmoment is op een andere dag dan het eerste.", "The second sitting is on another day than the first.", "La deuxième séance a lieu un autre jour que la première.", "الجلسة الثانية تكون في يوم آخر غير يوم الجلسة الأولى.";
    RetakeTooEarly 409 "retake-too-early": "Herkansen kan pas later: kijk naar de datum.", "A retake is possible only later: see the date.", "Une nouvelle tentative n'est possible que plus tard : voyez la date.", "لا يمكن إعادة الاختبار إلا لاحقًا: انظر التاريخ.";

    // Kiosks and delivery
    KioskUnknown 401 "kiosk-unknown": "Dit toestel is niet aangemeld als kiosk.", "This device is not enrolled as a kiosk.", "Cet appareil n'est pas inscrit comme kiosque.", "هذا الجهاز غير مسجّل ككشك اختبار.";
    KioskRevoked 401 "kiosk-revoked": "Deze kiosk is ingetrokken.", "This kiosk has been revoked.", "Ce kiosque a été révoqué.", "تم إلغاء هذا الكشك.";
    EnrolCodeWrong 422 "enrol-code-wrong": "Deze aanmeldcode bestaat niet of is niet meer geldig.", "This enrolment code does not exist or is no longer valid.", "Ce code d'inscription n'existe pas ou n'est plus valable.", "رمز التسجيل هذا غير موجود أو لم يعد صالحًا.";
    KioskNameTaken 422 "kiosk-name-taken": "Deze naam is op deze plaats al gebruikt.", "This name is already used at this site.", "Ce nom est déjà utilisé sur ce site.", "هذا الاسم مستخدم بالفعل في هذا الموقع.";
    CodeWrong 422 "code-wrong": "Deze code is niet juist. Vraag hulp aan de toetsassistent.", "This code is not right. Ask the invigilator for help.", "Ce code n'est pas correct. Demandez de l'aide au surveillant.", "هذا الرمز غير صحيح. اطلب المساعدة من المراقب.";
    CodeUsed 409 "code-used": "Deze code is al gebruikt. Vraag een nieuwe aan de toetsassistent.", "This code has been used. Ask the invigilator for a new one.", "Ce code a déjà été utilisé. Demandez-en un nouveau au surveillant.", "تم استخدام هذا الرمز. اطلب رمزًا جديدًا من المراقب.";
    CodeExpired 409 "code-expired": "Deze code is niet meer geldig. Vraag een nieuwe aan de toetsassistent.", "This code is no longer valid. Ask the invigilator for a new one.", "Ce code n'est plus valable. Demandez-en un nouveau au surveillant.", "لم يعد هذا الرمز صالحًا. اطلب رمزًا جديدًا من المراقب.";
    WrongKiosk 409 "wrong-kiosk": "Deze code hoort bij een andere plaats in het lokaal.", "This code belongs to another seat in the room.", "Ce code correspond à une autre place dans la salle.", "هذا الرمز يخص مقعدًا آخر في القاعة.";
    SessionNotOpen 409 "session-not-open": "De sessie is niet open.", "The session is not open.", "La session n'est pas ouverte.", "الجلسة غير مفتوحة.";
    SessionPaused 409 "session-paused": "De sessie is gepauzeerd.", "The session is paused.", "La session est en pause.", "الجلسة متوقفة مؤقتًا.";
    LanguageUnknown 422 "language-unknown": "Deze taal is hier niet beschikbaar.", "This language is not available here.", "Cette langue n'est pas disponible ici.", "هذه اللغة غير متاحة هنا.";
    NoForm 409 "no-form": "Voor dit onderdeel is geen toets gepubliceerd.", "No test has been published for this part.", "Aucun test n'est publié pour cette partie.", "لم يُنشر أي اختبار لهذا الجزء.";
    NoCutScore 409 "no-cut-score": "Voor dit onderdeel geldt op deze dag geen cesuurregel.", "No cut-score rule is in force for this part on this day.", "Aucune règle de césure n'est en vigueur pour cette partie à cette date.", "لا توجد قاعدة درجة فاصلة سارية لهذا الجزء في هذا اليوم.";
    NothingToResume 404 "nothing-to-resume": "Aan dit toestel is geen test bezig.", "No test is going on at this device.", "Aucun test n'est en cours sur cet appareil.", "لا يوجد اختبار جارٍ على هذا الجهاز.";
    TakenOver 409 "taken-over": "Deze test gaat verder op een ander toestel.", "This test goes on at another device.", "Ce test continue sur un autre appareil.", "يستمر هذا الاختبار على جهاز آخر.";
    AttemptNotCurrent 409 "attempt-not-current": "Dit onderdeel is nu niet aan de beurt.", "It is not this part's turn now.", "Ce n'est pas encore le tour de cette partie.", "ليس دور هذا الجزء الآن.";
    AttemptNotRunning 409 "attempt-not-running": "Dit onderdeel is niet bezig.", "This part is not going on.", "Cette partie n'est pas en cours.", "هذا الجزء غير جارٍ.";
    AttemptClosed 409 "attempt-closed": "Dit onderdeel is afgelopen.", "This part has ended.", "Cette partie est terminée.", "انتهى هذا الجزء.";
    PlaysUsedUp 409 "plays-used-up": "U hebt dit fragment al zo vaak beluisterd als kan.", "You have listened to this as often as is allowed.", "Vous avez écouté cet extrait autant de fois que permis.", "لقد استمعت إلى هذا المقطع بالعدد المسموح به.";
    SliceDamaged 422 "slice-damaged": "Dit stuk van de opname kwam beschadigd aan.", "This piece of the recording arrived damaged.", "Ce morceau de l'enregistrement est arrivé endommagé.", "وصل هذا الجزء من التسجيل تالفًا.";
    SliceDiffers 409 "slice-differs": "Onder dit nummer is al een ander stuk van de opname bewaard.", "Another piece of the recording is kept under this number.", "Un autre morceau de l'enregistrement est déjà conservé sous ce numéro.", "جزء آخر من التسجيل محفوظ بهذا الرقم.";
    SlicesMissing 409 "slices-missing": "Stukken van de opname zijn nog niet aangekomen.", "Pieces of the recording have not arrived yet.", "Des morceaux de l'enregistrement ne sont pas encore arrivés.", "لم تصل أجزاء من التسجيل بعد.";
    AlreadyPlayed 409 "already-played": "U hebt deze opname al beluisterd.", "You have already listened to this recording.", "Vous avez déjà écouté cet enregistrement.", "لقد استمعت إلى هذا التسجيل بالفعل.";
    AnswersMissing 409 "answers-missing": "Nog niet alle antwoorden zijn aangekomen.", "Not all answers have arrived yet.", "Toutes les réponses ne sont pas encore arrivées.", "لم تصل جميع الإجابات بعد.";

    // The room
    IdentityNotChecked 409 "identity-not-checked": "Controleer eerst de identiteit.", "Check the identity first.", "Vérifiez d'abord l'identité.", "تحقق من الهوية أولًا.";
    NotSeated 409 "not-seated": "Geef de kandidaat eerst een plaats.", "Give the candidate a seat first.", "Attribuez d'abord une place au candidat.", "امنح المرشح مقعدًا أولًا.";
    SeatTaken 409 "seat-taken": "Aan deze kiosk zit al iemand.", "Somebody is already at this kiosk.", "Quelqu'un est déjà à ce kiosque.", "يوجد شخص بالفعل في هذا الكشك.";
    KioskNotUsable 409 "kiosk-not-usable": "Deze kiosk is niet aangemeld of is ingetrokken.", "This kiosk is not enrolled or has been revoked.", "Ce kiosque n'est pas inscrit ou a été révoqué.", "هذا الكشك غير مسجّل أو تم إلغاؤه.";
    NotToday 409 "not-today": "Deze sessie is niet van vandaag.", "This session is not today's.", "Cette session n'est pas d'aujourd'hui.", "هذه الجلسة ليست اليوم.";
    StillBusy 409 "still-busy": "Er zijn nog kandidaten bezig.", "Candidates are still working.", "Des candidats travaillent encore.", "لا يزال هناك مرشحون يعملون.";
    AlreadyStarted 409 "already-started": "Deze kandidaat is al begonnen.", "This candidate has already started.", "Ce candidat a déjà commencé.", "لقد بدأ هذا المرشح بالفعل.";

    // Rating scripts
    RatingTaken 409 "rating-taken": "Iemand anders beoordeelt dit werk al.", "Somebody else is rating this script already.", "Quelqu'un d'autre évalue déjà ce travail.", "شخص آخر يقيّم هذا العمل بالفعل.";
    RatedBefore 409 "rated-before": "U beoordeelde dit werk al.", "You have rated this script before.", "Vous avez déjà évalué ce travail.", "لقد قيّمت هذا العمل من قبل.";
    RatingClosed 409 "rating-closed": "Deze beoordeling is al ingediend of ligt niet meer bij u.", "This rating was handed in already, or is no longer yours.", "Cette évaluation est déjà remise ou n'est plus la vôtre.", "تم تسليم هذا التقييم بالفعل أو لم يعد لديك.";
}
