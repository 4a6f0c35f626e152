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

    // Statistics and policy
    NoSnapshot 404 "no-snapshot": "Deze foto bestaat niet.", "There is no such snapshot.", "Cet instantané n'existe pas.", "هذه اللقطة غير موجودة.";
    SnapshotAndDate 422 "snapshot-and-date": "Kies een foto of een datum, niet allebei.", "Choose a snapshot or a date, not both.", "Choisissez un instantané ou une date, pas les deux.", "اختر لقطة أو تاريخًا، وليس كليهما.";
    SnapshotNameTaken 422 "snapshot-name-taken": "Er is al een foto met deze naam.", "A snapshot has this name already.", "Un instantané porte déjà ce nom.", "توجد لقطة بهذا الاسم بالفعل.";
    WrongOrder 422 "wrong-order": "Het eerste moment ligt na het tweede.", "The first moment is after the second.", "Le premier moment est après le second.", "اللحظة الأولى بعد الثانية.";
    TooManyRows 422 "too-many-rows": "Het antwoord heeft meer dan 500 rijen. Kies minder of andere rijen, of een filter.", "The answer has more than 500 rows. Choose fewer or other rows, or a filter.", "La réponse compte plus de 500 lignes. Choisissez moins de lignes, d'autres lignes ou un filtre.", "تحتوي الإجابة على أكثر من 500 صف. اختر صفوفًا أقل أو أخرى أو مرشحًا.";
    QuestionRows 422 "question-rows": "Kies één of twee indelingen voor de rijen, elk één keer en niet ook in de kolommen.", "Choose one or two divisions for the rows, each once and not in the columns too.", "Choisissez une ou deux répartitions pour les lignes, chacune une fois et pas aussi dans les colonnes.", "اختر تقسيمًا واحدًا أو اثنين للصفوف، كل منهما مرة واحدة وليس في الأعمدة أيضًا.";
    QuestionShow 422 "question-show": "Dit kan hier niet: een evolutie vraagt een kolom per jaar, een aandeel in de rij vraagt kolommen, en van personen bestaat geen aandeel.", "This is not possible here: a change needs a column a year, a share of the row needs columns, and persons have no shares.", "Impossible ici : une évolution demande une colonne par année, une part de la ligne demande des colonnes, et il n'y a pas de parts de personnes.", "هذا غير ممكن هنا: التغيّر يتطلب عمودًا لكل سنة، والنسبة من الصف تتطلب أعمدة، ولا توجد نسب للأشخاص.";
    QuestionSite 422 "question-site": "De locaties van andere agentschappen worden niet getoond. Vraag dit van uw eigen agentschap.", "Sites of other agencies are not shown. Ask this of your own agency.", "Les sites d'autres agences ne sont pas montrés. Posez la question pour votre propre agence.", "لا تُعرض مواقع الوكالات الأخرى. اطرح السؤال عن وكالتك.";
    NoChart 422 "no-chart": "Deze tabel heeft geen kolom per jaar en dus geen grafiek.", "This table has no column a year, and so no chart.", "Ce tableau n'a pas de colonne par année, donc pas de graphique.", "لا يحتوي هذا الجدول على عمود لكل سنة، لذلك لا يوجد رسم بياني.";
    ProjectClosed 409 "project-closed": "Dit project is afgesloten: de sleutel is vernietigd.", "This project is closed: its key was destroyed.", "Ce projet est clôturé : sa clé a été détruite.", "هذا المشروع مغلق: تم إتلاف مفتاحه.";
    NameTaken 422 "name-taken": "Deze naam bestaat al.", "This name exists already.", "Ce nom existe déjà.", "هذا الاسم موجود بالفعل.";
    RuleUnknown 422 "rule-unknown": "Er is geen regel met deze soort en sleutel.", "There is no rule of this kind and key.", "Il n'existe pas de règle de ce type et de cette clé.", "لا توجد قاعدة بهذا النوع والمفتاح.";
    RuleShape 422 "rule-shape": "De inhoud heeft niet de vorm van deze soort regels.", "The content does not have the shape of this kind of rule.", "Le contenu n'a pas la forme de ce type de règle.", "المحتوى ليس بالشكل المطلوب لهذا النوع من القواعد.";

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
    SebRequired 403 "seb-required": "Deze plaats vraagt Safe Exam Browser. Open de test met het bestand van deze plaats.", "This site requires Safe Exam Browser. Open the test with this site's file.", "Ce site exige Safe Exam Browser. Ouvrez le test avec le fichier de ce site.", "يتطلب هذا الموقع متصفح Safe Exam Browser. افتح الاختبار بملف هذا الموقع.";
    ExamKeyShape 422 "exam-key-shape": "Een sleutel heeft 64 hexadecimale tekens.", "A key has 64 hexadecimal characters.", "Une clé compte 64 caractères hexadécimaux.", "يتكون المفتاح من 64 رمزًا ست عشريًا.";
    SignatureWrong 401 "signature-wrong": "Deze aanvraag is niet door de sleutel van deze kiosk ondertekend.", "This request was not signed with this kiosk's key.", "Cette demande n'est pas signée avec la clé de ce kiosque.", "لم يُوقَّع هذا الطلب بمفتاح هذا الكشك.";
    SignatureStale 401 "signature-stale": "De klok van deze kiosk loopt niet gelijk met die van de server.", "This kiosk's clock differs from the server's.", "L'horloge de ce kiosque diffère de celle du serveur.", "ساعة هذا الكشك تختلف عن ساعة الخادم.";
    RequestReplayed 409 "request-replayed": "Deze aanvraag is al eens aangekomen.", "This request came in before.", "Cette demande est déjà arrivée.", "وصل هذا الطلب من قبل.";
    KeyWrong 422 "key-wrong": "Deze sleutel past niet bij de ondertekening van de code.", "This key does not fit the code's signature.", "Cette clé ne correspond pas à la signature du code.", "هذا المفتاح لا يطابق توقيع الرمز.";
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
    PoolNotCalibrated 409 "pool-not-calibrated": "Te weinig vragen van de pre-screening hebben parameters om uit te kiezen.", "Too few questions of the pre-screening have parameters to choose from.", "Trop peu de questions du test préalable ont des paramètres pour choisir.", "عدد قليل جدًا من أسئلة الاختبار التمهيدي له معاملات للاختيار منها.";
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
    ReopenTooLate 409 "reopen-too-late": "Dit onderdeel is te lang afgesloten om het opnieuw te openen.", "This part ended too long ago to be opened again.", "Cette partie est terminée depuis trop longtemps pour être rouverte.", "انتهى هذا الجزء منذ وقت طويل بحيث لا يمكن إعادة فتحه.";
    RatedAlready 409 "rated-already": "Een beoordelaar is al met dit onderdeel bezig of klaar.", "An examiner is rating this part, or has done so.", "Un évaluateur s'occupe déjà de cette partie ou l'a terminée.", "يقوم مصحح بتقييم هذا الجزء بالفعل أو أنهاه.";
    NextPartBegun 409 "next-part-begun": "Het volgende onderdeel is al begonnen. Beëindig dat eerst.", "The next part has begun. End that first.", "La partie suivante a commencé. Terminez-la d'abord.", "بدأ الجزء التالي. أنهه أولًا.";
    NothingToReopen 409 "nothing-to-reopen": "Er is geen afgesloten onderdeel om opnieuw te openen.", "There is no ended part to open again.", "Il n'y a pas de partie terminée à rouvrir.", "لا يوجد جزء منتهٍ لإعادة فتحه.";
    RescueUnreadable 422 "rescue-unreadable": "Dit is geen reddingsbestand van een kiosk, of het is beschadigd.", "This is not a kiosk's rescue file, or it is damaged.", "Ce n'est pas un fichier de sauvetage d'un kiosque, ou il est endommagé.", "هذا ليس ملف إنقاذ من كشك، أو أنه تالف.";
    RescueForeign 422 "rescue-foreign": "Dit reddingsbestand hoort niet bij deze sessie of niet bij een kiosk van deze plaats.", "This rescue file is not of this session, or not of a kiosk of this site.", "Ce fichier de sauvetage n'est pas de cette session ou pas d'un kiosque de ce site.", "ملف الإنقاذ هذا لا يخص هذه الجلسة أو لا يخص كشكًا في هذا الموقع.";
    RescueRead 409 "rescue-read": "Dit reddingsbestand is al ingelezen.", "This rescue file was read before.", "Ce fichier de sauvetage a déjà été lu.", "تمت قراءة ملف الإنقاذ هذا من قبل.";
    NotToday 409 "not-today": "Deze sessie is niet van vandaag.", "This session is not today's.", "Cette session n'est pas d'aujourd'hui.", "هذه الجلسة ليست اليوم.";
    StillBusy 409 "still-busy": "Er zijn nog kandidaten bezig.", "Candidates are still working.", "Des candidats travaillent encore.", "لا يزال هناك مرشحون يعملون.";
    AlreadyStarted 409 "already-started": "Deze kandidaat is al begonnen.", "This candidate has already started.", "Ce candidat a déjà commencé.", "لقد بدأ هذا المرشح بالفعل.";

    // Certificates and mail
    CertificateNotValid 409 "certificate-not-valid": "Dit attest is niet meer geldig.", "This certificate is not valid any more.", "Cette attestation n'est plus valable.", "هذه الشهادة لم تعد صالحة.";
    NothingToCertify 409 "nothing-to-certify": "Dit onderdeel is niet behaald: er valt niets te attesteren.", "This part was not passed: there is nothing to certify.", "Cette partie n'est pas réussie : il n'y a rien à attester.", "لم يُجتز هذا الجزء: لا يوجد ما يُشهد به.";
    AlreadyCertified 409 "already-certified": "Er is al een geldig attest dat dit zegt.", "There is a valid certificate that says so already.", "Il existe déjà une attestation valable qui le dit.", "توجد بالفعل شهادة صالحة تذكر ذلك.";
    NoMailAddress 409 "no-mail-address": "Deze kandidaat heeft geen e-mailadres.", "This candidate has no e-mail address.", "Ce candidat n'a pas d'adresse e-mail.", "ليس لهذا المرشح عنوان بريد إلكتروني.";
    KeyWithdrawn 409 "key-withdrawn": "Deze sleutel is al ingetrokken.", "This key was withdrawn already.", "Cette clé a déjà été retirée.", "تم سحب هذا المفتاح بالفعل.";
    MailNotToSend 409 "mail-not-to-send": "Dit bericht is al verzonden of staat al klaar.", "This mail was sent already, or is waiting to be sent.", "Ce message a déjà été envoyé ou attend de l'être.", "تم إرسال هذه الرسالة بالفعل أو هي في انتظار الإرسال.";
    NoMailServer 409 "no-mail-server": "Er is geen mailserver ingesteld: berichten worden hier bewaard.", "No mail server is configured: mail is kept here.", "Aucun serveur de messagerie n'est configuré : les messages sont conservés ici.", "لم يتم إعداد خادم بريد: تُحفظ الرسائل هنا.";

    // Rating scripts
    RatingTaken 409 "rating-taken": "Iemand anders beoordeelt dit werk al.", "Somebody else is rating this script already.", "Quelqu'un d'autre évalue déjà ce travail.", "شخص آخر يقيّم هذا العمل بالفعل.";
    RatedBefore 409 "rated-before": "U beoordeelde dit werk al.", "You have rated this script before.", "Vous avez déjà évalué ce travail.", "لقد قيّمت هذا العمل من قبل.";
    RatingClosed 409 "rating-closed": "Deze beoordeling is al ingediend of ligt niet meer bij u.", "This rating was handed in already, or is no longer yours.", "Cette évaluation est déjà remise ou n'est plus la vôtre.", "تم تسليم هذا التقييم بالفعل أو لم يعد لديك.";

    // Candidates
    NotAName 422 "not-a-name": "Dit is geen naam: gebruik letters, geen cijfers of tekens.", "This is not a name: use letters, no digits or signs.", "Ceci n'est pas un nom : utilisez des lettres, sans chiffres ni signes.", "هذا ليس اسمًا: استخدم حروفًا دون أرقام أو رموز.";
    BirthDateOutOfRange 422 "birth-date-out-of-range": "Deze geboortedatum kan niet.", "This birth date cannot be.", "Cette date de naissance est impossible.", "تاريخ الميلاد هذا غير ممكن.";
    NotALanguage 422 "not-a-language": "Kies een taal.", "Choose a language.", "Choisissez une langue.", "اختر لغة.";
    NotAnEmail 422 "not-an-email": "Dit is geen e-mailadres.", "This is not an e-mail address.", "Ceci n'est pas une adresse e-mail.", "هذا ليس عنوان بريد إلكتروني.";
    NotAPhone 422 "not-a-phone": "Dit is geen telefoonnummer.", "This is not a phone number.", "Ceci n'est pas un numéro de téléphone.", "هذا ليس رقم هاتف.";
    InszForm 422 "insz-form": "Een INSZ heeft elf cijfers, zoals 00.01.25-567.77.", "An INSZ has eleven digits, such as 00.01.25-567.77.", "Un NISS compte onze chiffres, comme 00.01.25-567.77.", "يتكون رقم INSZ من أحد عشر رقمًا، مثل 00.01.25-567.77.";
    InszCheckDigits 422 "insz-check-digits": "Dit nummer bevat een tikfout: het controlegetal klopt niet.", "There is a typing error in this number: its check digits are wrong.", "Ce numéro contient une faute de frappe : le chiffre de contrôle est faux.", "في هذا الرقم خطأ مطبعي: رقم التحقق غير صحيح.";
    InszDate 422 "insz-date": "De eerste zes cijfers zijn geen geboortedatum.", "The first six digits are no birth date.", "Les six premiers chiffres ne forment pas une date de naissance.", "الأرقام الستة الأولى ليست تاريخ ميلاد.";
    InszOtherBirthDate 422 "insz-other-birth-date": "De geboortedatum is anders dan in het INSZ.", "The birth date differs from the INSZ.", "La date de naissance diffère du NISS.", "تاريخ الميلاد مختلف عن رقم INSZ.";
    InszOtherSex 422 "insz-other-sex": "Het geslacht is anders dan in het INSZ.", "The sex differs from the INSZ.", "Le sexe diffère du NISS.", "الجنس مختلف عن رقم INSZ.";
    ReasonBesideNumber 422 "reason-beside-number": "Er is een INSZ: laat de reden leeg.", "There is an INSZ: leave the reason empty.", "Il y a un NISS : laissez la raison vide.", "يوجد رقم INSZ: اترك السبب فارغًا.";
    SameInsz 409 "same-insz": "Er is al een dossier met dit INSZ.", "There is a record with this INSZ already.", "Il existe déjà un dossier avec ce NISS.", "يوجد ملف بهذا الرقم بالفعل.";
    LikelyDuplicate 409 "likely-duplicate": "Deze kandidaat lijkt al te bestaan. Kijk eerst.", "This candidate seems to exist already. Look first.", "Ce candidat semble déjà exister. Vérifiez d'abord.", "يبدو أن هذا المرشح موجود بالفعل. تحقق أولًا.";
    ChangedMeanwhile 409 "changed-meanwhile": "Iemand anders wijzigde dit dossier intussen. Kijk opnieuw.", "Somebody else changed this record meanwhile. Look again.", "Quelqu'un d'autre a modifié ce dossier entre-temps. Vérifiez.", "قام شخص آخر بتعديل هذا الملف في هذه الأثناء. تحقق مجددًا.";

    // Purposes
    UnknownPurpose 422 "unknown-purpose": "Dit testdoel bestaat niet.", "There is no such purpose.", "Cet objectif n'existe pas.", "هذا الغرض غير موجود.";
    LevelNotOffered 422 "level-not-offered": "Dit niveau kan niet voor dit testdoel.", "This level is not offered for this purpose.", "Ce niveau n'est pas proposé pour cet objectif.", "هذا المستوى غير متاح لهذا الغرض.";
    NothingToChoose 422 "nothing-to-choose": "Dit testdoel legt onderdelen en niveau vast.", "This purpose fixes the parts and the level.", "Cet objectif fixe les parties et le niveau.", "هذا الغرض يحدد الأجزاء والمستوى.";
    PartNotOffered 422 "part-not-offered": "Dit onderdeel hoort niet bij dit testdoel.", "This part does not belong to this purpose.", "Cette partie n'appartient pas à cet objectif.", "هذا الجزء لا ينتمي إلى هذا الغرض.";
    NoParts 422 "no-parts": "Kies minstens één onderdeel.", "Choose at least one part.", "Choisissez au moins une partie.", "اختر جزءًا واحدًا على الأقل.";
    AlreadyEnrolled 409 "already-enrolled": "De kandidaat is al ingeschreven voor dit testdoel.", "The candidate is enrolled with this purpose already.", "Le candidat est déjà inscrit pour cet objectif.", "المرشح مسجل بالفعل لهذا الغرض.";
    EnrolmentHasBookings 409 "enrolment-has-bookings": "Annuleer eerst de boekingen.", "Cancel the bookings first.", "Annulez d'abord les réservations.", "ألغِ الحجوزات أولًا.";

    // Sessions and bookings
    BandMissing 422 "band-missing": "Kies de test: A1/A2 of B1/B2.", "Choose the test: A1/A2 or B1/B2.", "Choisissez le test : A1/A2 ou B1/B2.", "اختر الاختبار: A1/A2 أو B1/B2.";
    BandNotUsed 422 "band-not-used": "Deze test heeft geen niveau.", "This test has no band.", "Ce test n'a pas de niveau.", "هذا الاختبار ليس له مستوى.";
    EndsBeforeStart 422 "ends-before-start": "Het einde ligt voor het begin.", "The end is before the start.", "La fin précède le début.", "النهاية قبل البداية.";
    SessionTooLong 422 "session-too-long": "Een sessie duurt ten hoogste acht uur.", "A session lasts eight hours at most.", "Une session dure huit heures au plus.", "تستمر الجلسة ثماني ساعات على الأكثر.";
    SessionInPast 422 "session-in-past": "Dit moment is al voorbij.", "This moment has passed.", "Ce moment est passé.", "لقد مضى هذا الوقت.";
    OutsideOpeningHours 422 "outside-opening-hours": "De locatie is dan niet open.", "The site is not open then.", "Le site n'est pas ouvert à ce moment.", "الموقع غير مفتوح في هذا الوقت.";
    RoomTaken 409 "room-taken": "Dit lokaal is dan al bezet.", "This room is taken then.", "Cette salle est déjà occupée à ce moment.", "هذه القاعة محجوزة في هذا الوقت.";
    SessionNotPlanned 409 "session-not-planned": "Deze sessie is al begonnen, voorbij of geannuleerd.", "This session has begun, is over or cancelled.", "Cette session a commencé, est terminée ou annulée.", "بدأت هذه الجلسة أو انتهت أو أُلغيت.";
    SessionNotBookable 409 "session-not-bookable": "In deze sessie kan niemand meer boeken.", "This session takes no bookings any more.", "Cette session n'accepte plus de réservations.", "لم تعد هذه الجلسة تقبل الحجز.";
    SessionFull 409 "session-full": "Deze sessie is net volzet. De wachtlijst kan wel.", "This session is full. The waiting list is open.", "Cette session est complète. La liste d'attente est ouverte.", "هذه الجلسة ممتلئة. قائمة الانتظار متاحة.";
    NothingToSit 409 "nothing-to-sit": "Voor dit testdoel valt er in deze sessie niets af te leggen.", "This purpose needs nothing that is sat in this session.", "Cet objectif ne demande rien de cette session.", "هذا الغرض لا يتطلب شيئًا من هذه الجلسة.";
    AlreadyInSession 409 "already-in-session": "De kandidaat staat al in deze sessie.", "The candidate is in this session already.", "Le candidat est déjà dans cette session.", "المرشح مسجل بالفعل في هذه الجلسة.";
    PartAlreadyBooked 409 "part-already-booked": "Voor dit onderdeel is al een plaats geboekt.", "A seat is booked for this part already.", "Une place est déjà réservée pour cette partie.", "يوجد مقعد محجوز لهذا الجزء بالفعل.";
    OverlappingBooking 409 "overlapping-booking": "De kandidaat zit dan al in een andere sessie.", "The candidate is in another session then.", "Le candidat est déjà dans une autre session à ce moment.", "المرشح في جلسة أخرى في هذا الوقت.";
    OtherAgencySession 409 "other-agency-session": "Deze sessie is van een ander agentschap dan de inschrijving.", "This session is another agency's than the enrolment.", "Cette session est d'une autre agence que l'inscription.", "هذه الجلسة تابعة لوكالة غير وكالة التسجيل.";
    BookingNotCancellable 409 "booking-not-cancellable": "Deze boeking kan niet meer geannuleerd worden.", "This booking can no longer be cancelled.", "Cette réservation ne peut plus être annulée.", "لم يعد من الممكن إلغاء هذا الحجز.";

    // Fees
    NoFeeRule 409 "no-fee-rule": "Voor deze datum is er geen tarief.", "There is no fee for this date.", "Il n'y a pas de tarif pour cette date.", "لا توجد تعريفة لهذا التاريخ.";
    NothingOwed 409 "nothing-owed": "Dit is al besteld.", "This was ordered already.", "Ceci est déjà commandé.", "تم طلب هذا بالفعل.";
    OrderCancelled 409 "order-cancelled": "Deze bestelling is geannuleerd.", "This order is cancelled.", "Cette commande est annulée.", "تم إلغاء هذا الطلب.";
    KeyReused 409 "key-reused": "Deze betaling werd al anders geboekt. Open het venster opnieuw.", "This payment was booked differently already. Open the dialog again.", "Ce paiement a déjà été enregistré autrement. Rouvrez la fenêtre.", "سُجلت هذه الدفعة بشكل مختلف. افتح النافذة من جديد.";
    AlreadyReversed 409 "already-reversed": "Deze betaling is al teruggedraaid.", "This payment was taken back already.", "Ce paiement a déjà été annulé.", "تم التراجع عن هذه الدفعة بالفعل.";

    // The item bank
    ItemFaulty 422 "item-faulty": "Het item heeft fouten.", "The item has faults.", "L'item contient des erreurs.", "العنصر به أخطاء.";
    MediaUnknownKind 422 "media-unknown-kind": "Dit bestand is geen foto, tekening of geluid die we kunnen gebruiken. Kies PNG, JPEG, SVG, Ogg, WebM, MP3, M4A of WAV.", "This file is not a picture or sound that we can use. Choose PNG, JPEG, SVG, Ogg, WebM, MP3, M4A or WAV.", "Ce fichier n'est pas une image ou un son utilisable. Choisissez PNG, JPEG, SVG, Ogg, WebM, MP3, M4A ou WAV.", "هذا الملف ليس صورة أو صوتًا يمكننا استخدامه. اختر PNG أو JPEG أو SVG أو Ogg أو WebM أو MP3 أو M4A أو WAV.";
    MediaActiveDrawing 422 "media-active-drawing": "Deze tekening kan een programma uitvoeren of iets van elders ophalen. Bewaar ze als een gewone SVG of als PNG.", "This drawing can run a program or fetch something from elsewhere. Save it as a plain SVG or as PNG.", "Ce dessin peut exécuter un programme ou charger quelque chose d'ailleurs. Enregistrez-le en SVG simple ou en PNG.", "يمكن لهذا الرسم تشغيل برنامج أو جلب شيء من مكان آخر. احفظه بصيغة SVG بسيطة أو PNG.";
    CorrectionNotPublished 409 "correction-not-published": "Alleen een gepubliceerde versie kan eerdere afnames herwaarderen.", "Only a published version can mark earlier attempts again.", "Seule une version publiée peut réévaluer les passations antérieures.", "النسخة المنشورة فقط يمكنها إعادة تصحيح المحاولات السابقة.";
    CorrectionNothingEarlier 409 "correction-nothing-earlier": "Geen eerdere versie van dit item werd gegeven: er is niets te herwaarderen.", "No earlier version of this item was given: there is nothing to mark again.", "Aucune version antérieure de cet item n'a été donnée : il n'y a rien à réévaluer.", "لم تُقدَّم أي نسخة سابقة من هذا العنصر: لا شيء لإعادة تصحيحه.";
    CorrectionUnlike 409 "correction-unlike": "Antwoorden op een eerdere versie passen niet bij deze versie.", "Answers to an earlier version do not fit this version.", "Les réponses à une version antérieure ne correspondent pas à cette version.", "إجابات نسخة سابقة لا تتوافق مع هذه النسخة.";
    CorrectionStale 409 "correction-stale": "Intussen veranderde er iets: bekijk opnieuw wie het betreft.", "Something changed meanwhile: look again whom it concerns.", "Quelque chose a changé entre-temps : vérifiez à nouveau qui est concerné.", "تغيّر شيء في هذه الأثناء: تحقق مجددًا ممن يعنيهم الأمر.";
    ItemUnknown 422 "item-unknown": "Er is geen ander item met deze naam.", "There is no other item of this name.", "Il n'existe pas d'autre item de ce nom.", "لا يوجد عنصر آخر بهذا الاسم.";
    ItemStepImpossible 409 "item-step-impossible": "Deze versie kan die stap niet zetten vanuit haar huidige toestand.", "This version cannot take that step from where it stands.", "Cette version ne peut pas passer à cette étape.", "لا يمكن لهذه النسخة اتخاذ تلك الخطوة من حالتها الحالية.";
    OwnItemVersion 403 "own-item-version": "Iemand anders dan de auteur keurt een versie goed.", "Somebody else than its author approves a version.", "Une version est approuvée par une autre personne que son auteur.", "يوافق على النسخة شخص آخر غير مؤلفها.";

    // Measurement
    FormNotMeasured 422 "form-not-measured": "Dit formulier bestaat niet, of beoordelaars geven er de punten.", "There is no such form, or examiners mark it.", "Ce formulaire n'existe pas, ou des examinateurs le notent.", "هذا النموذج غير موجود، أو يصححه مقيّمون.";
    MeasurementEnded 409 "measurement-ended": "Deze berekening is al afgelopen.", "This computation has ended.", "Ce calcul est terminé.", "انتهت هذه العملية الحسابية.";
    NothingToDecide 409 "nothing-to-decide": "Hierover valt niets (meer) te beslissen.", "There is nothing (left) to decide here.", "Il n'y a rien (plus) à décider ici.", "لا يوجد ما يُقرَّر هنا.";
    OwnCalibration 403 "own-calibration": "Iemand anders dan wie de ijking vroeg, keurt ze goed.", "Somebody else than who asked for the calibration approves it.", "Le calibrage est approuvé par une autre personne que celle qui l'a demandé.", "يوافق على المعايرة شخص آخر غير من طلبها.";
    CutNotByQuestions 422 "cut-not-by-questions": "De cesuur van dit formulier berust niet op alle vragen samen.", "The cut scores of this form do not rest on all its questions together.", "Le seuil de ce formulaire ne repose pas sur toutes ses questions ensemble.", "لا تستند درجة القطع في هذا النموذج إلى جميع أسئلته معًا.";
    NoParameters 422 "no-parameters": "Niet elke vraag heeft parameters: ijk het formulier eerst, of kies Angoff.", "Not every question has parameters: calibrate the form first, or choose Angoff.", "Toutes les questions n'ont pas de paramètres : calibrez d'abord le formulaire, ou choisissez Angoff.", "ليست لكل الأسئلة معاملات: عاير النموذج أولًا أو اختر أنجوف.";
    PanelFull 409 "panel-full": "Dit panel is volledig.", "This panel is full.", "Ce panel est complet.", "هذه اللجنة مكتملة.";
    StandardClosed 409 "standard-closed": "Deze sessie is afgesloten.", "This session is closed.", "Cette session est clôturée.", "هذه الجلسة مغلقة.";
    StandardOpen 409 "standard-open": "Sluit eerst de sessie af.", "Close the session first.", "Clôturez d'abord la session.", "أغلق الجلسة أولًا.";
    OtherRound 409 "other-round": "Er loopt een andere ronde. Kijk opnieuw.", "Another round is open. Look again.", "Un autre tour est en cours. Vérifiez.", "هناك جولة أخرى مفتوحة. تحقق مجددًا.";
    JudgementIncomplete 422 "judgement-incomplete": "Niet elke vraag heeft een oordeel.", "Not every question has a judgement.", "Toutes les questions n'ont pas de jugement.", "ليس لكل سؤال حكم.";
    RoundIncomplete 409 "round-incomplete": "Nog niet iedereen heeft alles beoordeeld in deze ronde.", "Not everybody has judged everything in this round.", "Tout le monde n'a pas encore tout jugé dans ce tour.", "لم يُصدر الجميع أحكامهم كلها في هذه الجولة.";
    CutsNotRising 409 "cuts-not-rising": "Een hoger niveau moet een hogere cesuur hebben, tussen één punt en het maximum.", "A higher level needs a higher cut, between one point and the maximum.", "Un niveau plus élevé demande un seuil plus élevé, entre un point et le maximum.", "يحتاج المستوى الأعلى إلى درجة قطع أعلى، بين نقطة واحدة والحد الأقصى.";
    AlreadyProposed 409 "already-proposed": "Er wacht al een voorstel uit deze sessie.", "A proposal of this session is waiting already.", "Une proposition de cette session est déjà en attente.", "هناك اقتراح من هذه الجلسة قيد الانتظار بالفعل.";
    DateInPast 422 "date-in-past": "Deze datum ligt in het verleden.", "This date is in the past.", "Cette date est passée.", "هذا التاريخ في الماضي.";
    OwnProposal 403 "own-proposal": "Iemand anders dan wie de cesuur voorstelde, laat ze ingaan.", "Somebody else than who proposed the cut puts it in force.", "Le seuil est mis en vigueur par une autre personne que celle qui l'a proposé.", "يُدخل درجة القطع حيز التنفيذ شخص آخر غير من اقترحها.";

    // Forms and blueprints
    QuotaImpossible 422 "quota-impossible": "Het minimum ligt boven het maximum of boven het aantal vragen.", "The minimum is above the maximum or above the number of questions.", "Le minimum dépasse le maximum ou le nombre de questions.", "الحد الأدنى أعلى من الحد الأقصى أو من عدد الأسئلة.";
    QuotaEmpty 422 "quota-empty": "Kies minstens één kenmerk.", "Choose at least one property.", "Choisissez au moins une caractéristique.", "اختر خاصية واحدة على الأقل.";
    TargetWrong 422 "target-wrong": "Geef 1 tot 15 verschillende plaatsen op de schaal tussen -8 en 8, elk met een positief getal.", "Give 1 to 15 different places on the scale between -8 and 8, each with a positive number.", "Donnez 1 à 15 endroits différents de l'échelle entre -8 et 8, chacun avec un nombre positif.", "أدخل من 1 إلى 15 موضعًا مختلفًا على المقياس بين -8 و8، لكل منها رقم موجب.";
    PinnedAndForbidden 422 "pinned-and-forbidden": "Een vraag kan niet verplicht en verboden zijn.", "A question cannot be required and forbidden.", "Une question ne peut pas être à la fois imposée et interdite.", "لا يمكن أن يكون السؤال إلزاميًا وممنوعًا معًا.";
    BandUnfit 422 "band-unfit": "Lezen, luisteren, schrijven en spreken hebben een niveau A1/A2 of B1/B2; de andere toetsen niet.", "Reading, listening, writing and speaking have a band A1/A2 or B1/B2; other tests have none.", "La lecture, l'écoute, l'écriture et l'expression orale ont un niveau A1/A2 ou B1/B2 ; les autres tests non.", "القراءة والاستماع والكتابة والمحادثة لها مستوى A1/A2 أو B1/B2؛ والاختبارات الأخرى لا.";
    AssemblyOpen 409 "assembly-open": "Voor deze blauwdruk wordt al gezocht.", "A search for this blueprint is already under way.", "Une recherche est déjà en cours pour ce plan.", "يجري البحث بالفعل عن نماذج لهذا المخطط.";
    FormStepImpossible 409 "form-step-impossible": "Dat kan niet meer vanuit de huidige toestand.", "This is not possible from where it stands now.", "Ce n'est plus possible dans l'état actuel.", "هذا غير ممكن من الحالة الحالية.";
    OwnForm 403 "own-form": "Iemand anders dan de maker keurt formulieren goed.", "Somebody else than the maker approves forms.", "Les formulaires sont approuvés par une autre personne que leur auteur.", "يوافق على النماذج شخص آخر غير من أعدّها.";
    FormItemsUnfit 422 "form-items-unfit": "Niet elke vraag past: ze moet gepubliceerd zijn, bij dit onderdeel horen en er één keer in staan.", "Not every question fits: it must be published, belong to this part and stand in it once.", "Une question ne convient pas : elle doit être publiée, appartenir à cette partie et n'y figurer qu'une fois.", "ليست كل الأسئلة مناسبة: يجب أن يكون السؤال منشورًا وتابعًا لهذا الجزء وأن يرد مرة واحدة.";
    FormEnemies 409 "form-enemies": "Er staan vragen samen die niet samen mogen.", "There are questions together that may not be in one form.", "Des questions qui s'excluent figurent ensemble.", "توجد أسئلة معًا لا يجوز جمعها في نموذج واحد.";
    BlueprintNotKept 422 "blueprint-not-kept": "Dit formulier volgt zijn blauwdruk niet. Leg uit waarom het toch mag.", "This form does not keep to its blueprint. Explain why it may be published all the same.", "Ce formulaire ne respecte pas son plan. Expliquez pourquoi il peut quand même être publié.", "لا يلتزم هذا النموذج بمخططه. اشرح لماذا يجوز نشره رغم ذلك.";
}
