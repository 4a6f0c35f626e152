item-audio = صوت
item-choose-any = اختر ما يناسب.
item-choose-at-most =
    { $max ->
        [one] اختر إجابة واحدة على الأكثر.
        [two] اختر إجابتين على الأكثر.
        [few] اختر { $max } إجابات على الأكثر.
       *[other] اختر { $max } إجابة على الأكثر.
    }
item-choose-one = اختر إجابة واحدة.
item-choose-several = يمكنك اختيار أكثر من إجابة.
item-fill-gaps = اختر الكلمة الصحيحة لكل فراغ.
item-gap = الفراغ { $n }
item-gap-words = كلمات لملء الفراغات
item-hottext = اضغط على الكلمات الصحيحة في النص.
item-inline-choice = الاختيار { $n }
item-match = ضع علامة على ما يتناسب معًا.
item-match-moved = تمت إزالة «{ $column }» من «{ $row }».
item-media = التسجيل { $n }
item-media-ended = انتهى التسجيل.
item-media-failed = الصوت لا يعمل. نادِ المراقب.
item-media-left =
    { $count ->
        [0] لا يمكنك الاستماع إلى هذا بعد الآن.
        [one] يمكنك الاستماع إلى هذا مرة واحدة أخرى.
        [two] يمكنك الاستماع إلى هذا مرتين أخريين.
        [few] يمكنك الاستماع إلى هذا { $count } مرات أخرى.
       *[other] يمكنك الاستماع إلى هذا { $count } مرة أخرى.
    }
item-media-missing = لم يتم تحميل الصوت. نادِ المراقب.
item-media-pause = إيقاف مؤقت
item-media-play = استمع
item-media-playing = قيد التشغيل…
item-media-progress = تقدم الصوت
item-media-resume = متابعة
item-media-speed = السرعة
item-media-unlimited = يمكنك الاستماع كما تشاء.
item-media-used-up = تم الاستماع
item-media-volume = مستوى الصوت
item-nothing-chosen = لم يُختر شيء بعد
item-order = رتّب بالترتيب الصحيح.
item-order-earlier = { $what }: إلى الأمام
item-order-keep = هذا الترتيب صحيح
item-order-later = { $what }: إلى الخلف
item-order-left = لم يُختر بعد
item-order-now = { $what }: المكان { $place } من { $of }
item-order-put-back = { $what }: إعادة
item-order-take = { $what }: اختيار
item-record-failed-interrupted = انقطع الميكروفون. ما قلته محفوظ. نادِ المراقب.
item-record-failed-microphone = الميكروفون لا يعمل. نادِ المراقب.
item-record-failed-server = هذا غير ممكن الآن. حاول مرة أخرى بعد لحظة.
item-record-heard = لقد استمعت إلى التسجيل.
item-record-kept = تم حفظ التسجيل.
item-record-level = مستوى صوت الميكروفون
item-record-listen = استمع إلى التسجيل (مرة واحدة)
item-record-longest = يمكنك التحدث { $time } على الأكثر.
item-record-now = ابدأ التحدث الآن
item-record-playback = تسجيلك
item-record-prepare = استعد. يبدأ التسجيل بعد { $seconds } ثانية.
item-record-preparing = استعد: بقي { $seconds } ثانية
item-record-running = التسجيل جارٍ. تحدث الآن.
item-record-speak = تحدث في الميكروفون.
item-record-start = ابدأ
item-record-stop = أوقف التسجيل
item-text-entry = الإجابة { $n }
item-too-many =
    { $max ->
        [one] يمكنك اختيار إجابة واحدة فقط. أزل واحدة أولًا.
        [two] يمكنك اختيار إجابتين فقط. أزل واحدة أولًا.
        [few] يمكنك اختيار { $max } إجابات فقط. أزل واحدة أولًا.
       *[other] يمكنك اختيار { $max } إجابة فقط. أزل واحدة أولًا.
    }
item-used = مستخدمة
item-words =
    { $count ->
        [1] كلمة واحدة
        [two] كلمتان
        [few] { $count } كلمات
       *[other] { $count } كلمة
    }
item-words-between = اكتب من { $min } إلى { $max } كلمة.
item-words-max = اكتب { $max } كلمة على الأكثر.
item-words-min = اكتب { $min } كلمة على الأقل.
item-write-here = اكتب نصك هنا.
