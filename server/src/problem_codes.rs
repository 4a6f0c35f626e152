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
}
