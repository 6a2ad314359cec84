"""What people say of an answer, in the languages in which they ask for people: thanks, and that it did not help.

Judged to be thanks is a message of nothing but words that thank and words that may stand beside them. `in_vain` are
whole phrases with their denial, in the notation of `phrases`: what helped has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feedback:
    """`thank`, `beside` and `yes` are single words, or for a language without spaces expressions. None of them denies
    anything or asks for anything. `yes` may stand beside thanks too; in front of them it may answer a question."""

    thank: str
    beside: str
    yes: str
    in_vain: str
    spaced: bool = True


ENGLISH = Feedback(
    thank="thanks thank thankyou thx thnx tks ty tysm tyvm cheers appreciated appreciate",
    beside="""
        much it that thats your help the so very a lot again you all guys everyone team for helping helped helps great
        perfect awesome good excellent wonderful brilliant amazing super cool nice ok okay k got understood works
        worked fine now oh ah no worries all set done solved fixed is was this really many lovely alright right well
        and i we quick fast reply answer response info information kind mate man sir madam bye goodbye have day one
        evening weekend too million bunch there hi
    """,
    yes="yes yep yeah sure",
    in_vain="""
        (that|this|it|which)_(did_not|didnt|does_not|doesnt|is_not|isnt|was_not|wasnt|still_doesnt)_(really_)?(help|\
helping|work|answer|helpful|solve|what_i_(asked|meant|need|want)) (did|does)_not_help didnt_help doesnt_help useless
        unhelpful wrong_answer not_(very_|really_)?(helpful|helping|what_i_(asked|meant|need|want))
        still_(not|doesnt|isnt|broken|the_same|wrong) you_(dont|do_not)_understand already_(told|said|tried)
        makes_no_sense
    """,
)
GERMAN = Feedback(
    thank="danke dank dankeschön dankesehr merci",
    beside="""
        schön sehr vielen besten herzlichen lieben tausend nochmal nochmals für die das den ihre eure deine hilfe
        antwort schnelle unterstützung info auskunft alles gut super toll prima perfekt wunderbar klasse ok okay passt
        hat geholfen funktioniert geklappt gelöst jetzt es ist ich ihnen euch dir mir nett tag abend wochenende schönen
        noch erledigt verstanden geht wieder und rasche tolle
    """,
    yes="ja gerne gern klar jawohl",
    in_vain="""
        hilft_.._nicht nicht_.._hilfreich (hat|haben|hast)_.._nicht_.._geholfen nicht_geholfen hilft_.._(nix|nichts)
        nichts_(geholfen|gebracht|genützt) bringt_.._nichts keine_(große_)?hilfe nutzlos* unbrauchbar* falsche_antwort
        (ist|war)_.._nicht_(das|die_antwort|meine_frage)$
        nicht_.._was_ich_.._(gefragt|gemeint|gesucht|suche|meinte|wollte|brauche|will|wissen) nicht_.._danach_gefragt
        (danach|das)_.._nicht_gefragt (du|sie|ihr)_(verstehst|verstehen|versteht)_.._nicht
        (verstehst|verstehen|versteht)_(du|sie|ihr)_.._nicht (habe|hab|hatte)_.._(schon|bereits)_.._(gesagt|erklärt)
        (ergibt|macht)_.._keinen_sinn (funktioniert|geht|klappt)_.._(immer_noch|weiterhin|noch_immer)_nicht
        beantwortet_.._nicht
    """,
)
DUTCH = Feedback(
    thank="bedankt dank dankje dankjewel dankuwel dankzij thanks merci",
    beside="""
        je u jullie wel heel erg hartelijk veel voor de het uw snelle hulp reactie antwoord info dat dit heeft geholpen
        helpt werkt gelukt opgelost top super fijn mooi goed prima perfect helemaal duidelijk oke ok is nu en fijne dag
        avond weekend nog hartstikke alvast alles
    """,
    yes="ja graag",
    in_vain="""
        helpt_.._niet hielp_.._niet (heeft|hebben|heb)_.._niet_.._geholpen niet_geholpen
        niet_(echt_|erg_|heel_|zo_)?(behulpzaam|nuttig) heb_ik_.._(niks|niets)_aan (niks|niets)_aan nutteloos nutteloze
        niet_wat_ik_(vroeg|bedoel*|zoek|zocht|wil*|wou|nodig) niet_.._mijn_vraag (verkeerd|fout)e?_antwoord
        (je|jij|u|jullie)_(begrijpt?|begrijpen|snapt?|snappen)_.._niet (heb|had)_.._al_(gezegd|uitgelegd)
        slaat_nergens_op (werkt|doet_het)_nog_(steeds|altijd)_niet (lost|loste)_.._niet
    """,
)
SWEDISH = Feedback(
    thank="tack tackar tackartackar",
    beside="""
        så mycket många hemskt ska du ni för er din hjälpen hjälp svaret snabba det den hjälpte fungerade funkade
        funkar löste sig är nu toppen super bra perfekt jättebra kanon okej ok jag förstår då ha en fin trevlig dag
        kväll helg allt
    """,
    yes="ja gärna",
    in_vain="""
        hjälp(er|te|t)_.._inte inte_hjälpt inte_.._(hjälpsamt?|användbart?|till_hjälp|någon_hjälp) ingen_hjälp
        inte_(det|vad)_.._jag_(fråga*|mena*|vill*|sök*|undra*|behöv*) fel_svar (du|ni)_förstår_.._inte
        har_.._redan_(sagt|berättat|förklarat) värdelös(t|a)? oanvändbart? (fungerar|funkar)_fortfarande_inte
        löste_.._inte svarar_inte_på
    """,
)
DANISH_NORWEGIAN = Feedback(
    thank="tak takk tusentakk",
    beside="""
        mange tusen så mye meget skal du dere i have ha for din deres jeres hjælpen hjelpen hjælp hjelp svaret svar
        hurtige raske det den hjalp virkede virker fungerte fungerer løste seg er nå nu super flott fint godt bra
        perfekt perfekt supert topp okay ok jeg forstår da og en god fin dag kveld aften helg weekend alt hele
    """,
    yes="ja gerne gjerne",
    in_vain="""
        (hjalp|hjælper|hjelper|hjælp)_.._ikke ikke_(hjulpet|hjulpe) ingen_(hjælp|hjelp)
        ikke_.._(hjælpsomt?|hjelpsomt?|nyttigt?|brugbart?|brukbart?|til_hjælp|til_hjelp) ikke_(det|hva|hvad|det_som)$
        ikke_(det|hva|hvad)_.._jeg_(spurgte|spurte|mente|ville|bad|søgte|lette|trenger) (forkert|feil|galt)_svar
        (du|i|dere)_forstår_.._ikke har_.._allerede_(sagt|fortalt|forklart|forklaret) ubrugelig(t|e)? ubrukelige?
        (giver|gir)_.._ingen_mening (virker|fungerer)_(stadig|fortsatt|fremdeles)_ikke løste_.._ikke svarer_ikke_på
    """,
)
FINNISH = Feedback(
    thank="kiitos kiitti kiitoksia kiitän kiitokset",
    beside="""
        paljon todella tosi erittäin nopeasta avusta avustanne vastauksesta tiedosta se tämä auttoi toimi toimii
        onnistui ratkesi selvisi hyvä hienoa mahtavaa loistavaa selvä ok okei nyt asia on kunnossa ja hyvää päivää
        iltaa viikonloppua kaikesta jo
    """,
    yes="joo kyllä",
    in_vain="""
        ei_.._auttanut ei_auta ei_.._(apua|hyötyä)$ ei_.._hyödyllinen hyödytön hyödyttömä* täysin_turha ihan_turha
        en_(kysynyt|tarkoittanut)_.._(tätä|sitä) (tätä|sitä)_en_(kysynyt|tarkoittanut) väärä_vastaus et_.._ymmärrä
        ette_.._ymmärrä (sanoin|kerroin)_.._jo (olen_)?jo_(sanoin|sanonut|kertonut) ei_.._(järkeä|vastaa_kysymykseeni)
        (ei_toimi_vieläkään|vieläkään_ei_toimi) ei_vastannut
    """,
)
FRENCH = Feedback(
    thank="merci remercie mercii thanks",
    beside="""
        beaucoup bien mille infiniment encore pour votre ton ta vos l d de la le les aide réponse rapidité info infos
        information informations ça c cela m a aidé aide est bon réglé résolu marche fonctionne maintenant parfait
        super génial top nickel cool excellent ok okay d_accord daccord accord je vous te compris bonne journée soirée
        très c'est tout et à j ai
    """,
    yes="oui ouais",
    in_vain="""
        (ne_)?m_aide(nt)?_.._pas n_aide(nt)?_.._pas (m|nous|l)_a(vez)?_.._pas_.._aidée?s? m_(avez|as)_pas_.._aidée?
        ne_.._aide(nt)?_.._pas pas_.._(utile|d_une_grande_aide|d_un_grand_secours)$
        pas_(du_tout_)?ce_que_(j_.._demandé|je_(demande|demandais|veux|voulais|cherche|cherchais|voulais_dire)|\
j_attendais) pas_.._ma_question$ ce_n_est_pas_.._(question|demandé)$ c_est_inutile
        (est|totalement|complètement)_inutile$ ^inutile$ sert_.._à_rien mauvaise_réponse réponse_fausse
        (vous|tu)_(ne_)?(comprenez|comprends)_.._(pas|rien) ai_déjà_(dit|expliqué) aucun_sens pas_de_sens
        (marche|fonctionne)_toujours_pas toujours_pas_(résolu|réglé) (n_a|ont)_rien_(résolu|changé|réglé)
        ne_résout_.._(pas|rien)
    """,
)
SPANISH = Feedback(
    thank="gracias graciass agradezco agradecido agradecida agradezco_mucho thanks",
    beside="""
        muchas mil muchísimas por la su tu vuestra ayuda respuesta rápida atención información info todo me ha he
        ayudado ayudó mucho bastante funciona funcionó sirvió resuelto solucionado listo perfecto genial excelente bien
        muy amable ok okay de acuerdo ya está es eso esto estupendo entendido buen buena día tarde noche que tenga y le
        lo se a usted ustedes
    """,
    yes="sí si claro vale",
    in_vain="""
        no_(me_|nos_)?(ayudó|ayuda|ayudan|ayudas|ayudaste|ayudaron|ha_ayudado|han_ayudado)
        no_(me|nos)_(sirve|sirvió|sirven|ha_servido|resolvió|resuelve|soluciona|solucionó)
        (eso|esto)_no_(sirve|ayuda|responde|resuelve|soluciona)
        no_(es|fue|era)_(muy_|nada_|de_ayuda|útil|de_utilidad)(útil)?
        no_(es|fue|era)_lo_que_.._(pregunt*|ped*|pid*|busc*|quer*|quier*|necesit*|dije) no_.._pregunté_.._eso
        no_respond(e|es|ió|iste|en|ieron)_.._pregunta (es|completamente|totalmente)_inútil$ ^inútil$
        sirve_(de|para)_nada no_sirvió respuesta_(equivocada|incorrecta|errónea) no_me_entiend(e|es|en)
        no_(entiende|entiendes|entienden)$ ya_(te|se|les|os)?_?(lo_)?(dije|expliqué|he_dicho) no_tiene_.._sentido
        sigue_sin_(funcionar|servir|solucionarse|resolverse)
    """,
)
ITALIAN = Feedback(
    thank="grazie ringrazio graziee thanks",
    beside="""
        mille tante molte infinite per l la il vostro vostra tuo tua suo sua aiuto risposta rapida informazione info mi
        è stato di d utile ha aiutato funziona funzionato risolto tutto perfetto ottimo bene molto gentile gentilissimo
        gentilissima ok okay va d_accordo accordo ho capito ora adesso chiaro buona giornata serata e vi ti grande
    """,
    yes="sì si certo",
    in_vain="""
        non_.._aiutato non_(mi|ci)_(aiuta|aiutano|serve_a_nulla|serve_a_niente) non_aiuta non_.._(d|di)_aiuto
        non_(è|era|è_stato|è_stata)_.._utile (è|completamente|del_tutto|totalmente)_inutile$ ^inutile$
        non_(è|era)_(quello|ciò|quel)_che_.._(chiesto|chiedevo|chiedo|volevo|voglio|intendevo|cerco|cercavo|serve)
        non_.._chiesto_(questo|quello) risposta_(sbagliata|errata) non_(mi_)?(capisci|capite|capisce)$
        non_(mi_)?(hai|avete|ha)_capito già_(detto|spiegato) non_ha_.._senso ancora_non_(funziona|va)
        non_(ha_)?risol(ve|to)$ non_serve_a_(niente|nulla) non_risponde_.._domanda
    """,
)
PORTUGUESE = Feedback(
    thank="obrigado obrigada obrigadão obrigadíssimo brigado brigada valeu agradeço agradecido agradecida grato grata",
    beside="""
        muito muita mesmo bastante pela pelo por sua tua ajuda resposta rápida atenção informação info tudo me ajudou
        funcionou resolveu resolvido deu certo perfeito ótimo excelente bem bom beleza ok okay tá está já é isso
        entendi bom boa dia tarde noite você vocês e a o de foi
    """,
    yes="sim claro",
    in_vain="""
        não_(me_|nos_)?(ajudou|ajuda|ajudam|ajudaram) não_adianta não_adiantou
        não_(me_)?(serviu|serve_para_nada|serve_de_nada) não_(foi|é|era)_.._útil
        não_(foi|é|era)_.._o_que_.._(pergunt*|ped*|quer*|quis|procur*|precis*) não_perguntei_isso não_resolveu
        isso_não_resolve é_inútil ^inútil$ (totalmente|completamente)_inútil resposta_(errada|incorreta)
        não_(me_)?(entende|entendeu|entendem|entenderam)$ já_(te_|lhe_|vos_)?(disse|expliquei) já_(te|lhe|vos)_falei
        já_falei_isso não_faz_.._sentido ainda_não_(funciona|funcionou) continua_sem_funcionar não_responde_.._pergunta
    """,
)
POLISH = Feedback(
    thank="dziękuję dziekuje dzięki dzieki dziękować podziękowania dziękujemy",
    beside="""
        bardzo serdecznie wielkie ślicznie za szybką pomoc odpowiedź informację informacje to pomogło działa udało się
        rozwiązane super świetnie dobrze dobra ok okej już jest wszystko jasne rozumiem miłego dnia wieczoru weekendu
        państwu panu pani ci wam i teraz idealnie
    """,
    yes="tak",
    in_vain="""
        nie_pomog* nie_pomóg* nie_pomaga* nie_.._pomogło nieprzydatn* bezużyteczn* nie_o_to_.._(pyta*|chodzi*|prosi*)
        nie_to_.._(pyta*|miałem|miałam) nie_tego_.._(szuka*|potrzebuj*|chc*)
        (zła|błędna|niepoprawna|niewłaściwa)_odpowiedź nie_rozumie(sz|cie) już_to_(mówi*|pisał*|tłumaczy*|powiedzia*)
        już_tłumaczy* nie_ma_.._sensu (to_)?bez_sensu (nadal|dalej|wciąż)_nie_działa nie_rozwiązuje nie_rozwiązało
        nie_odpowiada_na
    """,
)
CZECH = Feedback(
    thank="děkuji děkuju díky dík děkujeme dekuji diky",
    beside="""
        moc mockrát velice vám ti hezky za rychlou pomoc odpověď informaci to pomohlo funguje povedlo vyřešeno se je
        super skvělé skvěle výborně dobře dobrá fajn ok už vše všechno jasné rozumím hezký pěkný den večer víkend a teď
        perfektní
    """,
    yes="ano",
    in_vain="""
        nepomoh* nepomáh* nepomůže_.._nic k_ničemu neužitečn* na_to_jsem_se_neptal*
        (to|tohle)_jsem_(nechtěl|nemyslel)a? to_není_(odpověď|to)$ není_to_.._(hledám|chtěl|chtěla|potřebuji)
        (špatná|chybná|nesprávná)_odpověď nerozumí(te|š)(_mi)? nechápe(te|š)
        už_jsem_(to|vám|vám_to|ti_to)_(říkal|psal|vysvětloval)a? nedává_.._smysl (stále|pořád)_nefunguje
        nevyřešil(o|a)? neodpovídá_na
    """,
)
RUSSIAN = Feedback(
    thank="спасибо спс спасибки благодарю благодарен благодарна пасиб",
    beside="""
        большое огромное вам тебе за быстрый быструю ответ помощь информацию это помогло помогли всё все работает
        получилось решено решилось отлично супер хорошо прекрасно замечательно понятно понял поняла ясно ок окей уже
        теперь хорошего доброго дня вечера и очень класс
    """,
    yes="да конечно",
    in_vain="""
        не_помог* не_.._помогло не_помогает не_помогаете бесполезно бесполез*
        не_(об_этом|это|то|про_это)_.._(спрашива*|спросил*|имел*|проси*|хотел*)
        (об_этом|это)_.._не_(спрашива*|спросил*|просил*) это_не_(то|ответ)$ ^не_то$ (неправильный|неверный)_ответ
        не_отвечает_на (вы|ты)_.._не_(понимаете|понимаешь|поняли|понял|поняла)
        (уже|же)_(вам|тебе|это|об_этом)_.._(говорил|писал|сказал|объяснял)а? (уже|же)_объяснял(а)? нет_.._смысла
        не_имеет_смысла бессмыслица (все_еще|по_прежнему)_не_работает не_реш(ило|ает|ена|илось) толку_нет нет_толку
    """,
)
UKRAINIAN = Feedback(
    thank="дякую дякуємо спасибі вдячний вдячна подяка",
    beside="""
        дуже щиро велике вам тобі за швидку швидкий відповідь допомогу інформацію це допомогло все працює вийшло
        вирішено чудово супер добре гаразд прекрасно зрозуміло зрозумів зрозуміла ясно ок окей вже тепер гарного
        доброго дня вечора і та
    """,
    yes="так звісно",
    in_vain="""
        не_допомог* не_допоміг не_допомага* не_.._допомогло некорисн* марна_відповідь
        не_(про_це|це|те)_.._(запит*|пита*|проси*|хоті*) (про_це|це)_.._не_(запит*|пита*|просив|просила)
        це_не_(те|відповідь)$ ^не_те$ (неправильна|невірна|хибна)_відповідь не_відповідає_на
        (ви|ти)_.._не_(розумієте|розумієш|зрозуміли|зрозумів|зрозуміла)
        (вже|же)_(вам|тобі|це|про_це)_.._(казав|казала|говорив|говорила|писав|писала) (вже|же)_(пояснював|пояснювала)
        немає_сенсу не_має_сенсу (досі|все_ще)_не_працює не_вирішило
    """,
)
TURKISH = Feedback(
    thank="teşekkürler teşekkür tesekkurler sağol sağolun sağ saol eyvallah müteşekkirim",
    beside="""
        çok ederim ederiz olun ol için yardımınız yardımın yardım yardımcı oldu oldunuz işe yaradı cevap cevabınız
        hızlı bilgi çözüldü çalıştı çalışıyor oldu tamam tamamdır peki harika süper mükemmel güzel iyi anladım şimdi
        her şey iyi günler akşamlar ok size sana bu
    """,
    yes="evet",
    in_vain="""
        yardımcı_olma(dı|dınız|dın|mış|yor) işe_yarama(dı|z|mış|yor) işime_yarama(dı|z|yor) faydası_(olmadı|yok)
        faydalı_(değil|olmadı) yardımı_(olmadı|dokunmadı) sorduğum_.._değil bunu_(sormadım|istemedim|kastetmedim)
        yanlış_(cevap|yanıt) (beni_)?anlamıyorsun(uz)? (beni_)?anlamadın(ız)?
        (zaten|daha_önce)_(söyledim|söylemiştim|anlattım) çok_saçma hala_(çalışmıyor|olmadı|çözülmedi)
        (sorunu|sorunumu)_çözmedi bir_faydası_yok
    """,
)
ARABIC = Feedback(
    thank="شكرا شكراً مشكور مشكورين مشكورة ممنون ممنونة شاكر تسلم تسلمون متشكر متشكرة",
    beside="""
        جزيلا كثيرا لك لكم على المساعدة مساعدتك مساعدتكم الرد السريع المعلومة هذا ساعدني أفادني نفع نجح يعمل الان الآن
        تم حل المشكلة ممتاز رائع جيد تمام حسنا حسناً طيب اوكي واضح فهمت كل شيء يوم سعيد جدا و الف
    """,
    yes="نعم ايوه",
    in_vain="""
        لم_.._(يساعد|يساعدني|يفيدني|يفدني|يفد|ينفع|ينفعني|تساعدني|تفدني|تساعد)
        لا_(يساعد|يساعدني|يفيد|يفيدني|ينفع|ينفعني|تساعد|تساعدني|تفيد|تفيدني|تنفع)
        ما_(ساعدني|ساعد|فادني|نفع|نفعني|افادني) غير_(مفيد|مفيدة|نافع|مجدي)
        ليس_.._ما_(سالت|طلبت|قصدت|اردت|اريد|اريده|سألت) (اجابة|إجابة)_(خاطئة|غلط) جواب_(خاطئ|غلط|خطأ)
        (لم|لا)_تفهم(ني)?$ (بلا|بدون|لا|عديم|عديمة)_(فائدة|الفائدة) (مو|مش)_مفيد
        (قلت|أخبرتك|ذكرت)_.._(من_قبل|سابقا|مسبقا) (ما_زال|لا_يزال|مازال)_لا_يعمل لا_معنى_له لا_يجيب
    """,
)
HEBREW = Feedback(
    thank="תודה תודות מודה",
    beside="""
        רבה רבות מאוד לך לכם על העזרה התשובה המהירה המידע זה עזר עזרת עזרתם עובד הסתדר נפתר עכשיו מעולה מצוין אחלה יופי
        סבבה טוב בסדר אוקיי אוקי הבנתי הכל ברור יום ערב סוף שבוע נעים אני ממש
    """,
    yes="כן",
    in_vain="""
        לא_(עזר|עוזר|עזרה|עוזרת|עזרת|עזרתם|הועיל|מועיל|מועילה) לא_.._לעזור_לי חסר_(תועלת|טעם|ערך) חסרת_תועלת לא_שימושי
        לא_מה_ש(שאלתי|ביקשתי|רציתי|התכוונתי|חיפשתי) תשובה_(שגויה|לא_נכונה|לא_טובה) (אתה|את|אתם)_לא_(מבין|מבינה|מבינים)
        לא_הבנת(ם)?(_אותי)? כבר_(אמרתי|הסברתי) (עדיין|עוד)_לא_(עובד|עובדת|נפתר) לא_(פתר|פותר) אין_בזה_(היגיון|תועלת)
        לא_(ענית|עונה|עניתם)
    """,
)
HINDI = Feedback(
    thank="धन्यवाद शुक्रिया धन्यबाद थैंक्यू थैंक्स थैंक",
    beside="""
        बहुत आपका आपकी आपको मदद के लिए का की इससे उससे मिली हुई हो गया गई काम ठीक है अच्छा बढ़िया बढिया सब समझ अब यह ये
        और यू जवाब जल्दी शुभ दिन शानदार
    """,
    yes="हाँ हां जी",
    in_vain="""
        मदद_नहीं_(मिली|हुई|हुआ|मिला|करता|करती|की) (काम|फायदा|लाभ)_नहीं_(आया|आई|हुआ|मिला|बना) बेकार मददगार_नहीं
        उपयोगी_नहीं (यह|ये|वो|वह)_नहीं_(पूछा|कहा|चाहिए_था) गलत_(जवाब|उत्तर) आप_.._नहीं_समझ* समझ_नहीं_(रहे|पाए|रही)
        पहले_(ही_|भी_)?(बता|कह|बोल)_(चुका|चुकी|दिया) अभी_भी_(वही|ठीक_नहीं) कोई_(मतलब|फायदा)_नहीं जवाब_नहीं_है
    """,
)
HINDI_ROMAN = Feedback(
    thank="dhanyavad dhanyavaad dhanyawad dhanyawaad shukriya shukria thanku",
    beside="""
        bahut bohot aapka aapki aapko madad ke liye ka ki isse usse mili hui ho gaya gayi kaam theek thik hai accha
        acha badhiya sab samajh ab yeh ye aur jawab jaldi
    """,
    yes="haan han ji",
    in_vain="""
        madad_(nahi|nahin|nai)_(mili|hui|hua|mila|ki) (kaam|fayda|faayda)_(nahi|nahin)_(aaya|aya|aayi|hua|mila|bana)
        bekar bekaar (yeh|ye|wo|woh)_(nahi|nahin)_(pucha|poocha|puchha|kaha) galat_(jawab|jawaab|answer)
        aap_.._(nahi|nahin)_samajh* samajh_(nahi|nahin)_(rahe|paye|rahi)
        (pehle|pahle)_(hi_|bhi_)?(bata|bol|keh)_(chuka|chuki|diya) abhi_bhi_(wahi|theek_nahi|thik_nahi)
        koi_(matlab|fayda)_(nahi|nahin)
    """,
)
JAPANESE = Feedback(
    thank="""
        ありがとう(ございます|ございました|ござい)? 有難う(ございます|ございました)? どうも
        感謝(します|いたします|しています)? サンキュー
    """,
    beside="""
        助かりました 助かります 助かった 解決(しました|した|できました|です) 役に(立ちました|立った) わかりました
        分かりました 了解(です|しました|いたしました)? 承知(しました|いたしました) 大変 本当に とても 誠に どうも 回答
        返信 返事 対応 ご(対応|回答|返信|協力) お答え 教えて(いただき|くれて|いただいて) 早速の? 迅速な おかげで
        おかげさまで できました 直りました よかったです 良かったです 大丈夫です いただき 、 を の で ね よ
    """,
    yes="はい ええ",
    in_vain="""
        役に(立たな|立ちませ|たたな|たちませ) 参考になら?(ない|なかった|りませ|なりませ) 参考にな(らな|りませ)
        解決(し(ない|ませ|なかった|て(い)?な|て(い)?ませ)|には?な(らな|りませ)|でき(ない|ませ|なかった))
        助けにな(らな|りませ) 意味(が|は)?(わから|分から|わかりませ|分かりませ|不明)
        (聞|訊|知り)(き)?たい(の|こと).{0,6}(ではな|じゃな|ではありませ|じゃありませ)
        (質問|聞いた).{0,10}(答え|違い|違う) 答えにな(って)?(い)?(ない|ませ|らな|りませ) 答えになって(い)?(ない|ませ)
        そういうことじゃな そうじゃな(い|くて) まだ(直ら|直りませ|動か|動きませ|解決) 何度も(言|説明|書)
        さっきも?(言|書|説明) 話が通じ(ない|ませ) 的外れ 間違った(回答|答え)
    """,
    spaced=False,
)
KOREAN = Feedback(
    thank="감사(합니다|해요|드립니다|드려요|했습니다)? 고마워(요)? 고맙습니다 고맙네요 땡큐 ㄱㅅ",
    beside="""
        정말(로)? 너무 진짜 대단히 매우 도움이? (됐|되었|많이_됐|많이_되었)(어요|습니다|네요|어) 많이
        해결(됐|되었)(어요|습니다|네요) 알겠습니다 알겠어요 이해했(어요|습니다) 확인했(어요|습니다) 잘 빠른 답변
        답변해_?주셔서 도와주셔서 도움 주셔서 좋아요 완벽해요 좋은_?하루 되세요 보내세요 덕분에 이제 다 되네요
    """,
    yes="네 넵 예 응",
    in_vain="""
        도움이?_?(전혀_?|별로_?|하나도_?)?(안|못)_?(돼|되|됐|됩) 도움이?_?(되지|안되) 도움이?_?되지_?(않|못)
        해결이?_?(안|못)_?(돼|되|됐|됩|했) 해결되지_?않 소용_?없 쓸모_?없 그게_?아니(라|에요|고|야|예요)
        (틀린|잘못된|엉뚱한)_?(답|대답|답변) 답이_?아니 (물어본|물은|원한|말한|질문한).{0,8}아니 이해를?_?못 못_?알아듣
        이미_?(말|얘기|설명)했 말이_?안_?(돼|되|됩) (여전히|아직도)_?안_?(돼|되|됩)
    """,
    spaced=False,
)
CHINESE = Feedback(
    thank="谢谢 多谢 感谢 谢了 谢啦 谢 3q",
    beside="""
        非常 十分 太 真的 很 你们? 您 大家 的 了 啊 哈 啦 呀 可以了 明白(了)? 知道了 懂了 清楚了 收到 帮助 帮忙 回复
        回答 解答 耐心 有(帮助|用) 解[决決]了 搞定了? 已经 已 都 问题 没问题 完美 太好了 棒 祝 愉快 再见 辛苦了 ok
    """,
    yes="好的? 是的? 对 可以 行 嗯",
    in_vain="""
        (没|没有|毫无)(什么|任何|多大)?(帮助|帮上|帮到) 没有?用(?!过|户|的|了|到|卡|上) 不管用 不起作用
        没(有|能)?解[决決] (?<!如果)(?<!如果这样)(还是|仍然|依然)(不行|没用|没解[决決]) (没|不)(能)?帮(到|上)
        帮不(到|上|了) 答非所问 不是我(想|要)?(问|要|说|想要)的 不是我的(问题|意思) (回答|答案)(错|不对|有误)
        错误的?(回答|答案) 听不懂 没听懂 (你|您)们?(还是)?(不|没)(懂|明白|理解|听懂) 我?(已经|刚才|刚刚)(说|讲|解释)过
        毫无(用处|意义) 没有?(意义|道理) 废话
    """,
    spaced=False,
)

ALL = (
    ENGLISH, GERMAN, DUTCH, SWEDISH, DANISH_NORWEGIAN, FINNISH, FRENCH, SPANISH, ITALIAN, PORTUGUESE, POLISH, CZECH,
    RUSSIAN, UKRAINIAN, TURKISH, ARABIC, HEBREW, HINDI, HINDI_ROMAN, JAPANESE, KOREAN, CHINESE,
)  # fmt: skip
