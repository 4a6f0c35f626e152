import type { Locale } from "@ijkpunt/i18n";
import type { DeliveryItem, Node } from "@ijkpunt/item-render";

interface Words {
  lang: string;
  dir: "ltr" | "rtl";
  choice: string;
  bread: string;
  milk: string;
  tea: string;
  several: string;
  letter: string;
  greeting: string;
  inline: [string, string];
  goes: string;
  stands: string;
  entry: [string, string];
  write: string;
  gaps: [string, string, string];
  match: string;
  morning: string;
  evening: string;
  order: string;
  steps: [string, string, string];
  hot: string;
  listen: string;
  speak: string;
}

const dutch: Words = {
  lang: "nl",
  dir: "ltr",
  choice: "Wat koopt Samira op de markt?",
  bread: "brood",
  milk: "melk",
  tea: "thee",
  several: "Wat staat er op tafel?",
  letter: "Beste buren, zaterdag is er feest in de straat. Breng iets te eten mee.",
  greeting: "Groeten, Nadia",
  inline: ["De trein ", " om acht uur in Gent."],
  goes: "vertrekt",
  stands: "wacht",
  entry: ["De bus kost ", " euro."],
  write: "Schrijf een bericht aan uw buur. U kunt zaterdag niet komen. Zeg waarom.",
  gaps: ["Nadia drinkt ", " en eet ", "."],
  match: "Wanneer eet u dit?",
  morning: "'s morgens",
  evening: "'s avonds",
  order: "Zet de stappen in de juiste volgorde.",
  steps: ["water koken", "thee in het kopje doen", "water opgieten"],
  hot: "Welke woorden zijn dingen die u kunt drinken?",
  listen: "Luister naar het gesprek.",
  speak: "Vertel wat u gisteren hebt gedaan.",
};

const arabic: Words = {
  lang: "ar",
  dir: "rtl",
  choice: "ماذا تشتري سميرة من السوق؟",
  bread: "خبز",
  milk: "حليب",
  tea: "شاي",
  several: "ماذا يوجد على الطاولة؟",
  letter: "جيراننا الأعزاء، يوم السبت هناك حفلة في الشارع. أحضروا معكم شيئًا للأكل.",
  greeting: "تحياتي، نادية",
  inline: ["القطار ", " الساعة الثامنة في غنت."],
  goes: "يغادر",
  stands: "ينتظر",
  entry: ["ثمن الحافلة ", " يورو."],
  write: "اكتب رسالة إلى جارك. لا تستطيع الحضور يوم السبت. قل لماذا.",
  gaps: ["نادية تشرب ", " وتأكل ", "."],
  match: "متى تأكل هذا؟",
  morning: "صباحًا",
  evening: "مساءً",
  order: "ضع الخطوات بالترتيب الصحيح.",
  steps: ["غلي الماء", "وضع الشاي في الكوب", "صب الماء"],
  hot: "ما الكلمات التي هي أشياء يمكنك شربها؟",
  listen: "استمع إلى المحادثة.",
  speak: "احكِ ماذا فعلت أمس.",
};

/** One item for each interaction, in Arabic for the Arabic interface and else in Dutch. */
export function samples(locale: Locale): { name: string; item: DeliveryItem }[] {
  const w = locale === "ar" ? arabic : dutch;
  const options = [
    { id: "a", c: [w.bread] },
    { id: "b", c: [w.milk] },
    { id: "c", c: [w.tea] },
  ];
  const items: Record<string, Node[]> = {
    choice: [
      {
        t: "div",
        cls: ["letter"],
        c: [
          { t: "p", c: [w.letter] },
          { t: "p", c: [{ t: "em", c: [w.greeting] }] },
        ],
      },
      { t: "choice", id: "r1", max: 1, min: 0, prompt: [w.choice], options },
    ],
    multiple: [{ t: "choice", id: "r1", max: 2, min: 0, prompt: [w.several], options }],
    "inline-choice": [
      {
        t: "p",
        c: [
          w.inline[0],
          {
            t: "inline-choice",
            id: "r1",
            options: [
              { id: "a", c: [w.goes] },
              { id: "b", c: [w.stands] },
            ],
          },
          w.inline[1],
        ],
      },
    ],
    "text-entry": [{ t: "p", c: [w.entry[0], { t: "text-entry", id: "r1", base: "float", width: 5 }, w.entry[1]] }],
    "extended-text": [{ t: "extended-text", id: "r1", lines: 6, min_words: 5, max_words: 60, prompt: [w.write] }],
    "gap-match": [
      {
        t: "gap-match",
        id: "r1",
        choices: options.map((option) => ({ ...option, max: 1 })),
        body: [{ t: "p", c: [w.gaps[0], { t: "gap", id: "g1" }, w.gaps[1], { t: "gap", id: "g2" }, w.gaps[2]] }],
      },
    ],
    match: [
      {
        t: "match",
        id: "r1",
        max: 0,
        prompt: [w.match],
        rows: options.slice(0, 2).map((option) => ({ ...option, max: 1 })),
        columns: [
          { id: "m", c: [w.morning], max: 1 },
          { id: "e", c: [w.evening], max: 1 },
        ],
      },
    ],
    order: [
      {
        t: "order",
        id: "r1",
        prompt: [w.order],
        options: w.steps.map((step, index) => ({ id: `s${index + 1}`, c: [step] })),
      },
    ],
    hottext: [
      {
        t: "hottext",
        id: "r1",
        max: 2,
        prompt: [w.hot],
        body: [{ t: "p", c: options.flatMap(({ id, c }) => [{ t: "hot", id, c } as Node, " "]) }],
      },
    ],
    media: [
      { t: "p", c: [w.listen] },
      { t: "media", id: "m1", src: "tone", mime: "audio/wav", max_plays: 2 },
    ],
    record: [{ t: "record", id: "r1", prompt: [w.speak], max_seconds: 60, prepare_seconds: 0 }],
  };
  return Object.entries(items).map(([name, body]) => ({ name, item: { v: 1, lang: w.lang, dir: w.dir, body } }));
}
