kiosk-answered = تمت الإجابة
kiosk-back-to-questions = العودة إلى الأسئلة
kiosk-begin = ابدأ
kiosk-call-help = ارفع يدك. سيأتي المراقب لمساعدتك.
kiosk-check-heard = هل سمعت ثلاث نغمات؟
kiosk-check-microphone = الميكروفون
kiosk-check-microphone-good = نسمعك جيدًا.
kiosk-check-microphone-text = اضغط وقل بضع جمل. يجب أن يتحرك الشريط.
kiosk-check-play = شغّل النغمات
kiosk-check-sound = سماعات الرأس
kiosk-check-sound-text = ضع السماعات واضغط.
kiosk-check-speak = اختبر الميكروفون
kiosk-check-storage-bad = لا يستطيع هذا الجهاز حفظ الإجابات. نادِ المراقب.
kiosk-checks-lead = نتحقق أولًا من أن كل شيء يعمل. لم يبدأ الوقت بعد.
kiosk-choose-language = اختر لغة التعليمات.
kiosk-code = الرمز
kiosk-code-hint = يعطيك المراقب هذا الرمز.
kiosk-code-lead = اكتب الرمز الذي حصلت عليه.
kiosk-code-missing = اكتب الرمز.
kiosk-code-title = رمزك
kiosk-done-of = تمت الإجابة على { $done } من { $of }
kiosk-end = لقد انتهيت
kiosk-end-do = إغلاق
kiosk-end-lead = تم إرسال كل شيء وحفظه.
kiosk-end-text = نادِ المراقب. ليس عليك فعل شيء آخر هنا.
kiosk-enrol = تسجيل هذا الجهاز
kiosk-enrol-again = لم يعد هذا الجهاز مسجلًا. اطلب رمزًا جديدًا.
kiosk-enrol-code = رمز التسجيل
kiosk-enrol-do = تسجيل
kiosk-enrol-hint = ينشئ أحد الموظفين الرمز في المكتب. يعمل مرة واحدة.
kiosk-enrol-lead = تفعل هذا مرة واحدة. بعد ذلك يتذكر الجهاز نفسه.
kiosk-extra =
    { $count ->
        [one] حصلت على دقيقة إضافية.
        [two] حصلت على دقيقتين إضافيتين.
        [few] حصلت على { $count } دقائق إضافية.
       *[other] حصلت على { $count } دقيقة إضافية.
    }
kiosk-fetching = يجري تحميل الاختبار
kiosk-fetching-failed = لم يتم تحميل كل شيء. لم يبدأ الوقت بعد.
kiosk-flag = انظر إليه لاحقًا
kiosk-flagged = معلّم
kiosk-go-on = تابع
kiosk-hello = مرحبًا { $name }
kiosk-minutes-left =
    { $count ->
        [one] بقيت دقيقة واحدة.
        [two] بقيت دقيقتان.
        [few] بقيت { $count } دقائق.
       *[other] بقيت { $count } دقيقة.
    }
kiosk-next = التالي
kiosk-no = لا
kiosk-no-connection = لا يوجد اتصال الآن
kiosk-no-connection-text = يحاول الجهاز مرة أخرى تلقائيًا. إجاباتك محفوظة.
kiosk-not-written = لم يعد هناك مكان في هذا الجهاز. نادِ المراقب. اترك هذه الشاشة مفتوحة.
kiosk-offline = لا يوجد اتصال الآن
kiosk-offline-text = تابع العمل. إجاباتك محفوظة هنا وسترسل لاحقًا.
kiosk-other-language = لغة أخرى
kiosk-part-listening = الاستماع
kiosk-part-mo_exemption = اختبار الإعفاء من التوجيه الاجتماعي
kiosk-part-mo_final = الاختبار النهائي للتوجيه الاجتماعي
kiosk-part-prescreening = الفحص المسبق
kiosk-part-reading = القراءة
kiosk-part-speaking = التحدث
kiosk-part-writing = الكتابة
kiosk-paused = استراحة
kiosk-paused-text = الوقت متوقف. سيقول لك المراقب متى يمكنك المتابعة.
kiosk-practice = سؤال للتدريب
kiosk-practice-done = جيد. هكذا تجيب عن سؤال. يمكنك دائمًا تغيير اختيارك.
kiosk-practice-lead = هذا السؤال لا يُحسب.
kiosk-practice-option-a = قطار
kiosk-practice-option-b = تفاحة
kiosk-practice-option-c = كتاب
kiosk-practice-question = ماذا يمكنك أن تأكل؟
kiosk-previous = السابق
kiosk-question = السؤال { $n } من { $of }
kiosk-question-short = السؤال { $n }
kiosk-questions = الأسئلة
kiosk-ready-help = هل تحتاج إلى مساعدة؟ ارفع يدك.
kiosk-ready-items =
    { $count ->
        [one] مهمة واحدة
        [two] مهمتان
        [few] { $count } مهام
       *[other] { $count } مهمة
    }
kiosk-ready-lead = يبدأ الوقت عندما تضغط على «ابدأ».
kiosk-ready-minutes =
    { $count ->
        [one] دقيقة واحدة
        [two] دقيقتان
        [few] { $count } دقائق
       *[other] { $count } دقيقة
    }
kiosk-ready-saved = تُحفظ إجاباتك تلقائيًا.
kiosk-review = نظرة عامة على إجاباتك
kiosk-review-complete = لقد أجبت عن كل شيء.
kiosk-review-open =
    { $count ->
        [one] هناك سؤال واحد لم تتم الإجابة عنه.
        [two] هناك سؤالان لم تتم الإجابة عنهما.
        [few] هناك { $count } أسئلة لم تتم الإجابة عنها.
       *[other] هناك { $count } سؤالًا لم تتم الإجابة عنه.
    }
kiosk-revoked = لم يعد هذا الجهاز مسجلًا
kiosk-revoked-text = نادِ المراقب. إجاباتك محفوظة.
kiosk-sample = اختبار تجريبي – هذا ليس الاختبار الرسمي.
kiosk-start = ابدأ
kiosk-starting = يجري تشغيل IJkpunt
kiosk-stopped-do = أعد تشغيل هذا الجهاز
kiosk-submit = تسليم
kiosk-submit-final = بعد التسليم لا يمكنك تغيير أي شيء.
kiosk-submit-sure = هل تريد التسليم؟
kiosk-submitting = يجري إرسال إجاباتك
kiosk-submitting-text = لا تغلق هذه الشاشة. بدون اتصال ينتظر الجهاز حتى يعود.
kiosk-taken-over = يستمر هذا الاختبار على جهاز آخر
kiosk-taken-over-text = لا يمكن ملء أي شيء هنا بعد الآن.
kiosk-time-left = الوقت المتبقي
kiosk-time-up = انتهى الوقت
kiosk-time-up-text = ما ملأته يُحسب. انتظر لحظة.
kiosk-to-review = إلى النظرة العامة
kiosk-unanswered = بدون إجابة
kiosk-welcome = أهلًا بك
kiosk-yes = نعم
kiosk-check-storage-note = تُحفظ الإجابات على هذا الجهاز، ولكن ليس بشكل دائم.
kiosk-device-again = أعد توصيل السماعة أو الميكروفون وجرّب مرة أخرى.
kiosk-device-back = كل شيء موصول من جديد
kiosk-device-gone = تم فصل سماعة أو ميكروفون. ارفع يدك.
kiosk-end-leave-on = لا تطفئ هذا الجهاز ولا تغلق هذه الشاشة. نادِ المراقب.
kiosk-end-under-way = إجاباتك محفوظة على هذا الجهاز وستُرسل فور عودة الاتصال.
kiosk-full-screen = العودة إلى ملء الشاشة
kiosk-full-screen-left = لم يعد الاختبار يملأ الشاشة. يرى المراقب ذلك.
kiosk-microphone-absent = لم يُعثر على ميكروفون. وصّل السماعة أو جرّب أخرى.
kiosk-microphone-busy = برنامج آخر يستخدم الميكروفون. سيغلقه المراقب.
kiosk-microphone-refused = لا يُسمح للمتصفح باستخدام الميكروفون. يمكن للمراقب السماح بذلك: انقر على القفل بجانب العنوان.
kiosk-missing-app = البرنامج نفسه لم يُحفظ بالكامل على هذا الجهاز بعد. لن يعمل من جديد بدون اتصال.
kiosk-missing-items = لم تصل جميع الأسئلة.
kiosk-missing-media = صوت أو صورة مفقودة أو وصلت تالفة.
kiosk-rescue = للمراقب
kiosk-rescue-do = حفظ ملف الإنقاذ
kiosk-rescue-none = تم إرسال كل شيء.
kiosk-rescue-text = ألا يعود الاتصال؟ احفظ ملف الإنقاذ على ذاكرة محمولة واقرأه في الجلسة. الملف مشفّر.
kiosk-seb-required = افتح هذا الاختبار بمتصفح Safe Exam Browser
kiosk-seb-required-text = لا يسمح هذا الموقع بمتصفح آخر. نادِ المراقب.
kiosk-storage-fleeting = إذا امتلأ القرص فقد يحذفها المتصفح. يمكن للمسؤول منع ذلك؛ يمكنك المتابعة.
kiosk-storage-full = القرص ممتلئ. أفرغ مساحة أو استخدم جهازًا آخر.
kiosk-storage-none = المتصفح لا يحفظ شيئًا، كما في نافذة خاصة. افتح نافذة عادية أو استخدم جهازًا آخر.
