import { normalise } from './features.ts'

/** Languages we can tell apart and answer with one polite sentence. */
export type Language =
  | 'en'
  | 'de'
  | 'fr'
  | 'es'
  | 'it'
  | 'pt'
  | 'nl'
  | 'pl'
  | 'tr'
  | 'sv'
  | 'ru'
  | 'uk'
  | 'el'
  | 'ar'
  | 'he'
  | 'hi'
  | 'zh'
  | 'ja'
  | 'ko'
  | 'th'

/** Scripts that only some of our languages use; the first that fits wins. */
const SCRIPTS: readonly (readonly [RegExp, Language])[] = [
  [/[\u3040-\u30ff]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/[іїєґ]/gu, 'uk'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Thai}/gu, 'th'],
]

/** Small words that carry a sentence, and a few of the desk's; words that English shares are left out on purpose. */
const WORDS: { readonly [language in Language]?: ReadonlySet<string> } = Object.fromEntries(
  Object.entries({
    en: `the a an is are was i my me you your we it its to of and in on at for with not no can cannot can't do does don't how what when where who why which this that there have has had be been will would could
      please help need want from or but if by up out get got am i'm it's hello hi thanks new all any now just about as so they he she more another wrong working work password account request open show says does`,
    de: `der die das den dem des ein eine einen einem einer ich mich mir mein meine meinen meinem meiner du sie wir uns ihr es ist sind war habe hat haben kann können kannst muss nicht kein keine mehr und oder aber
      mit für von vom zum zur im am auf aus bei nach über wie wo wann warum wer was bitte danke hallo guten morgen tag passwort drucker rechner konto geht funktioniert vergessen hilfe brauche möchte wird werden noch schon auch seit gesperrt anmelden zurücksetzen`,
    fr: `le la les un une des du de je j'ai j'arrive mon ma mes tu vous nous il elle est sont était ai avez avons peux peut puis ne pas n'arrive plus et ou mais avec pour par dans sur sous aux au à comment où quand pourquoi
      qui que quoi bonjour merci svp s'il plaît mot passe oublié imprimante ordinateur compte réseau aide besoin voudrais marche fonctionne ce cette ces chez très se connecter c'est`,
    es: `el los las un una unos de del yo mi mis tu su nosotros es son está están era tengo tiene puedo puede quiero necesito no y o pero con para por en sobre al cómo como dónde cuándo por qué quién que hola gracias favor
      contraseña olvidé olvidado impresora ordenador cuenta red ayuda funciona entrar ver solicitudes esta este muy buenos días mí se me la`,
    it: `il lo gli una uno di del della dei io mio mia miei tu lei noi è sono era ho hai ha abbiamo posso può voglio vorrei non riesco e ma con per da in nel nella sul alla al come dove quando perché chi che cosa ciao grazie
      favore password dimenticato stampante posta accedere rete aiuto bisogno funziona questo questa molto buongiorno mi si la le un`,
    pt: `o os as um uma uns de do da dos das eu meu minha meus você nós é são está estão era tenho tem posso pode quero preciso não e ou mas com para por em no na ao como onde quando porque quem que olá obrigado obrigada favor
      senha esqueci impressora computador conta rede ajuda funciona consigo entrar este esta muito bom dia`,
    nl: `de het een ik mijn me jij je u wij we zij is zijn was heb heeft hebben kan kunnen moet niet geen en of maar met voor van in op aan uit bij naar over hoe waar wanneer waarom wie wat hallo bedankt alstublieft graag
      wachtwoord vergeten hulp nodig werkt wil inloggen deze dit meer nog ook mij goedemorgen`,
    pl: `ja mój moja moje mnie mi ty pan pani my jest są był mam ma mamy mogę może nie i lub ale z ze do na w we od po jak gdzie kiedy dlaczego kto co cześć dzień dobry dziękuję proszę hasło hasła zapomniałem zapomniałam drukarka
      konto sieć pomoc pomocy potrzebuję działa zalogować się ten ta to`,
    tr: `ben benim bana sen siz biz bir bu şu ve veya ama ile için de da mi mı değil var yok nasıl nerede ne zaman neden kim merhaba teşekkürler lütfen şifremi şifre parola unuttum yazıcı bilgisayar bilgisayarım hesap hesabım ağ yardım
      istiyorum çalışmıyor giremiyorum açılmıyor`,
    sv: `jag min mitt mina mig du ni vi det den är var har hade kan kunde inte ingen och eller men med för av i på till från hur var när varför vem vad hej tack snälla lösenord lösenordet glömt skrivare dator konto nätverk hjälp
      behöver vill fungerar logga`,
  }).map(([language, words]) => [language, new Set(words.split(/\s+/))]),
)

const MARKS: readonly (readonly [RegExp, Language])[] = [
  [/ß|ä|ü/u, 'de'],
  [/[¿¡ñ]/u, 'es'],
  [/[ãõ]/u, 'pt'],
  [/[ęąłśżźćń]/u, 'pl'],
  [/[ğışİ]/u, 'tr'],
  [/å/u, 'sv'],
  [/ç|è|ê|œ|à/u, 'fr'],
]

/**
 * The language of a message where it is clearly none of English; null where it is English or cannot be told (product names alone, one word).
 * Counts small words, no model; about 10 µs.
 */
export const foreignLanguageOf = (text: string): Exclude<Language, 'en'> | null => {
  const plain = normalise(text).slice(0, 400)
  const letters = plain.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return null
  for (const [script, language] of SCRIPTS) {
    const count = plain.match(script)?.length ?? 0
    const enough =
      language === 'uk' || language === 'ja'
        ? count > 0 && (plain.match(/[\p{Script=Cyrillic}\p{Script=Han}\u3040-\u30ff]/gu)?.length ?? 0) > letters / 2
        : count > letters / 2
    if (enough) return language as Exclude<Language, 'en'>
  }
  const words = [...new Set(plain.match(/[\p{L}'’]+/gu) ?? [])]
  const scores = Object.entries(WORDS).map(([language, known]) => {
    const hits = words.filter((word) => known!.has(word)).length
    const marks = MARKS.some(([mark, of]) => of === language && mark.test(plain)) ? 1 : 0
    return { language: language as Language, hits: hits + marks, words: hits }
  })
  const english = scores.find(({ language }) => language === 'en')!.hits
  const best = scores.filter(({ language }) => language !== 'en').reduce((a, b) => (b.hits > a.hits ? b : a))
  const clear = best.words >= 1 && best.hits >= 2 && best.hits > english && best.hits >= words.length / 4
  return clear ? (best.language as Exclude<Language, 'en'>) : null
}

/** One sentence in the person's language: only English is understood, and a technician can be had. */
export const APOLOGIES: { readonly [language in Exclude<Language, 'en'>]: string } = {
  de: 'Entschuldigung, ich verstehe bisher nur Englisch. Schreiben Sie mir bitte auf Englisch, oder ich hole jemanden aus der Technik.',
  fr: 'Désolé, je ne comprends que l’anglais pour le moment. Écrivez-moi en anglais, ou je fais venir un technicien.',
  es: 'Lo siento, por ahora solo entiendo inglés. Escríbame en inglés, o busco a un técnico.',
  it: 'Mi dispiace, per ora capisco solo l’inglese. Mi scriva in inglese, oppure chiamo un tecnico.',
  pt: 'Desculpe, por enquanto só entendo inglês. Escreva-me em inglês, ou chamo um técnico.',
  nl: 'Sorry, ik begrijp nog alleen Engels. Schrijf me in het Engels, of ik haal er een technicus bij.',
  pl: 'Przepraszam, na razie rozumiem tylko angielski. Proszę napisać po angielsku albo poproszę technika.',
  tr: 'Üzgünüm, şimdilik yalnızca İngilizce anlıyorum. Lütfen İngilizce yazın ya da bir teknisyen çağırayım.',
  sv: 'Förlåt, jag förstår bara engelska än så länge. Skriv på engelska, eller så hämtar jag en tekniker.',
  ru: 'Извините, пока я понимаю только английский. Напишите по-английски, или я позову специалиста.',
  uk: 'Вибачте, поки що я розумію лише англійську. Напишіть англійською, або я покличу фахівця.',
  el: 'Συγγνώμη, προς το παρόν καταλαβαίνω μόνο αγγλικά. Γράψτε μου στα αγγλικά ή θα καλέσω έναν τεχνικό.',
  ar: 'عذرًا، لا أفهم حاليًا سوى الإنجليزية. اكتب لي بالإنجليزية، أو أستدعي لك فنيًا.',
  he: 'סליחה, כרגע אני מבין רק אנגלית. אפשר לכתוב לי באנגלית, או שאקרא לטכנאי.',
  hi: 'क्षमा करें, मैं अभी केवल अंग्रेज़ी समझता हूँ। कृपया अंग्रेज़ी में लिखें, या मैं किसी तकनीशियन को बुलाता हूँ।',
  zh: '抱歉，我目前只懂英语。请用英语写给我，或者我为您找一位技术人员。',
  ja: '申し訳ありません。今のところ英語しか理解できません。英語で書いていただくか、担当者をお呼びします。',
  ko: '죄송합니다. 아직 영어만 이해합니다. 영어로 적어 주시거나, 담당 기술자를 불러 드리겠습니다.',
  th: 'ขออภัย ตอนนี้เข้าใจเฉพาะภาษาอังกฤษ กรุณาพิมพ์เป็นภาษาอังกฤษ หรือให้เรียกช่างเทคนิค',
}
