"""How agents promise a transfer in languages other than English, and what makes it an offer, a denial or a condition.

The notation is that of `phrases`. A promise says that it happens now or has happened: "I am connecting you", "you will
be connected". An offer anywhere in the sentence makes it none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promises:
    promise: str
    offer: str
    spaced: bool = True


PROMISES = {
    "de": Promises(
        (
            "(verbinde|vermittle)_(ich_)?(sie|dich|euch)(?!_(ihr|dein)) (leite|reiche|gebe|stelle)_(ich_)?(sie|dich|"
            "euch|ihr|ihre|dein|deine|das|es|den|die)_(*_){0,6}(weiter|durch) (ich|wir)_(übergebe|übergeben|"
            "übertrage|eskaliere|eskalieren|verbinden|leiten)_(sie|dich|euch|das|ihr|ihre|dein|deine|jetzt|nun) "
            "werde_.._(sie|dich|ihr|ihre|dein|deine|das|es)_.._(verbinden|weiterleiten|weitergeben|übergeben|"
            "durchstellen|eskalieren|weiterverbinden) (sie|du|ihre_anfrage|deine_anfrage|ihr_anliegen|dein_"
            "anliegen)_(werden|wirst|wird|wurde|wurden)_(*_){0,6}(verbunden|weitergeleitet|übergeben|durchgestellt|"
            "weiterverbunden|eskaliert) (hole|ziehe|rufe)_.._(kolleg*|mitarbeiter*|menschen)_.._(hinzu|dazu|her) "
            "(mitarbeiter*|kolleg*|jemand|berater*)_.._(wird|meldet)_.._(bei_ihnen|bei_dir|übernehmen|sie_"
            "kontaktieren|dich_kontaktieren|kümmern)"
        ),
        """
            wenn sie_möchten möchten_sie möchtest_du soll_ich kann_ich könnte nicht falls gern_auch sobald kein keine
            können_sie würde gestern leider
        """,
    ),
    "fr": Promises(
        (
            "je_(vous|te)_(transfère|connecte|redirige|dirige|oriente)_(vers|à|avec|maintenant|immédiatement|tout|"
            "dès) je_(vous|te)_(transfère|mets|met)_.._(en_relation|en_contact|en_communication|vers) "
            "je_(vous|te)_(mets|met)_en_(relation|contact|communication) je_(vous|te)_passe_.._(un|une|notre|mon|le|"
            "la)_(collègue|conseiller|conseillère|agent|responsable|équipe|service|technicien*) "
            "je_(vais|viens_de)_.._(vous|te)_(transférer|mettre_en|connecter|passer|rediriger|diriger) "
            "je_(transfère|transmets)_(votre|ta)_(demande|conversation|dossier|problème)_(à|au|aux) "
            "(vous|tu)_(allez|vas|serez|seras|êtes)_.._(transféré*|mis_en_relation|mise_en_relation|redirigé*) "
            "(votre|ta)_(demande|conversation)_(a_été|est|sera)_.._(transférée|transmise|escaladée) "
            "un_(conseiller|collègue|agent|humain)_.._(va_prendre|prendra|va_vous|vous_répondra|vous_contactera)"
        ),
        """
            si voulez_vous souhaitez_vous veux_tu puis_je dois_je peux_vous_transférer ne pas pourrais hier quand
        """,
    ),
    "es": Promises(
        (
            "(le|la|te|lo|les|os)_(transfiero|paso|comunico|conecto|derivo|redirijo|estoy_transfiriendo|voy_a_"
            "transferir|voy_a_pasar|voy_a_conectar|voy_a_comunicar|voy_a_derivar)_(con|a|al|ahora|de|inmediatamente|"
            "enseguida|ya) voy_a_(transferirle|transferirte|transferirlo|transferirla|pasarle|pasarte|conectarle|"
            "conectarte|comunicarle|comunicarte|derivarle|derivarte|escalar) (estoy)_(transfiriéndole|"
            "transfiriéndote|conectándole|conectándote|pasándole|comunicándole|comunicándote) "
            "he_(transferido|derivado|escalado|pasado)_(su|tu)_(caso|consulta|conversación|solicitud|chat) "
            "(su|tu)_(caso|consulta|conversación|solicitud)_(ha_sido|será|fue)_(transferid*|derivad*|escalad*) "
            "(será|serás|está_siendo|estás_siendo)_(transferid*|derivad*) (un|una)_(agente|compañero|asesor|asesora|"
            "persona|colega)_.._(se_pondrá|le_atenderá|te_atenderá|le_contactará|te_contactará|estará_con)"
        ),
        """
            si quiere_que quieres_que desea_que deseas_que puedo podría no cuando le_gustaría te_gustaría ayer
        """,
    ),
    "it": Promises(
        (
            "(la|ti|vi)_(trasferisco|passo|metto_in|collego|connetto|indirizzo|inoltro)_(a|al|allo|alla|con|"
            "contatto|comunicazione|subito|ora|adesso) "
            "(la|ti)_sto_(trasferendo|passando|collegando|connettendo|mettendo_in) "
            "sto_(trasferendo|inoltrando|passando)_(la_sua|la_tua|il_suo|il_tuo) "
            "(sto_per|vado_a)_(trasferirla|trasferirti|passarla|passarti|collegarla|metterla|metterti) "
            "trasferirò_(la|il) la_trasferirò ti_trasferirò la_metterò_in ti_metterò_in "
            "ho_(inoltrato|trasferito|passato)_(la_sua|la_tua|il_suo|il_tuo)_(richiesta|conversazione|caso|chat) "
            "(la_sua|la_tua)_(richiesta|conversazione)_(è_stata|sarà|viene)_(trasferita|inoltrata|passata) "
            "(sarà|sarai|verrà|verrai)_(trasferit*|messo_in_contatto|messa_in_contatto) un_(operatore|collega|"
            "consulente)_.._(la_contatterà|ti_contatterà|le_risponderà|ti_risponderà|prenderà)"
        ),
        "se vuole_che vuoi_che desidera desideri posso potrei non quando ieri dovrei",
    ),
    "pt": Promises(
        (
            "(vou|estou_a|vamos)_(te_|lhe_|o_|a_)?(transferir|transferi_lo|transferi_la|transferir_te|passar|passar_"
            "você|passar_te|passá_lo|passá_la|encaminhar|encaminhá_lo|encaminhá_la|conectar|conectá_lo|conectá_la|"
            "direcionar|colocá_lo_em|colocá_la_em) "
            "estou_(transferindo|encaminhando|conectando|te_transferindo|passando_você|direcionando) "
            "(transfiro|encaminho)_(o|a|você|te|o_seu|a_sua) "
            "(seu|sua)_(caso|conversa|solicitação|pedido)_(foi|será|está_sendo)_(transferid*|encaminhad*|escalad*) "
            "(você|vc)_(será|está_sendo|foi)_(transferid*|encaminhad*|direcionad*) "
            "(já_)?(transferi|encaminhei|escalei)_(o_seu|a_sua|seu|sua)_(caso|conversa|solicitação|atendimento) "
            "um_(atendente|colega|agente|humano|especialista)_.._(vai_te|entrará|irá_atender|vai_atender|vai_falar)"
        ),
        "se quer_que deseja_que posso poderia não gostaria quando ontem devo",
    ),
    "nl": Promises(
        """
            (ik|we|wij)_(verbind|verbinden|zet|zetten|schakel|stuur)_(u|je|jou|jullie)_.._door(?!_naar_de_pagina)
            (ik|we)_(breng|brengen)_(u|je|jou)_in_contact verbind_ik_(u|je)_.._door
            ik_(ga|zal)_(u|je|jou)_.._(doorverbinden|doorzetten|overdragen|in_contact_brengen)
            (ik|we)_(draag|geef)_(u|je|uw|dit|het|jouw)_.._over
            (u|je)_(wordt|bent|word)_.._(doorverbonden|doorgeschakeld|doorgestuurd|overgedragen)
            (uw|je|jouw)_(vraag|gesprek|verzoek|zaak)_(wordt|is)_.._(doorgestuurd|doorgezet|overgedragen|geëscaleerd)
            ik_(haal|roep)_.._(collega|medewerker)_.._erbij
            (een_)?(collega|medewerker|iemand)_.._(neemt_contact|neemt_het_over|komt_bij)
        """,
        "als wilt_u wil_je zal_ik_je zal_ik_u kan_ik zou niet geen gisteren wanneer",
    ),
    "pl": Promises(
        (
            "(łączę|przełączam|przekierowuję|przekazuję|kieruję)_(teraz_|już_)?(pana|panią|państwa|cię|ciebie|twoją|"
            "pańską|sprawę|rozmowę|do|z) (przełączę|połączę|przekieruję|przekażę|skieruję)_(teraz_|zaraz_|już_"
            ")?(pana|panią|państwa|cię|ciebie|twoją|sprawę|rozmowę|to) "
            "(zaraz|już|teraz)_(przełączę|połączę|przekieruję|przekażę) (pana|twoja|pani|twoje|państwa)_(sprawa|"
            "rozmowa|zgłoszenie)_(została|zostanie|zostało)_(przekazan*|przekierowan*|eskalowan*) "
            "(zostanie|zostaniesz|zostaje)_.._(przełączon*|połączon*|przekierowan*) "
            "(konsultant|pracownik|kolega)_.._(skontaktuje_się|przejmie|odpowie|dołączy)"
        ),
        "jeśli jeżeli czy mogę mógłbym nie gdyby chcesz wczoraj może kiedy",
    ),
    "sv": Promises(
        (
            "(jag|vi)_(kopplar|ansluter|överför|skickar|flyttar)_(nu_)?(dig|er|ditt|din|ärendet|vidare) "
            "kopplar_(jag_)?(dig|er|nu) (jag|vi)_(ska|kommer_att)_.._(koppla|ansluta|överföra|skicka_vidare|"
            "vidarebefordra)_(dig|er|ditt|din|ärendet) (jag|vi)_(har_)?(vidarebefordrar|vidarebefordrat|eskalerar|"
            "eskalerat|överlämnar)_(ditt|din|dig|ärendet|det) "
            "du_(blir|kommer_att_bli|kopplas|kommer_att_kopplas)_.._(kopplad|vidare|till|överförd) "
            "(ditt_ärende|din_fråga)_(har|skickas|kopplas|är)_.._(skickats|vidare|vidarebefordrats|eskalerats|"
            "vidarebefordrat) en_(kollega|handläggare|medarbetare)_.._(kontaktar|tar_över|hör_av|återkommer|svarar)"
        ),
        "om_du om_ni vill_du vill_ni ska_jag kan_jag kan_koppla inte skulle igår när",
    ),
    "da": Promises(
        (
            "(jeg|vi)_(stiller|sender|forbinder|overfører|viderestiller|omstiller)_(nu_)?(dig|din|jer|sagen) "
            "(jeg|vi)_(vil|skal|har)_(nu_)?(stille|stillet|sende|sendt|viderestille|viderestillet|overføre|overført|"
            "omstille)_(dig|din|jer|sagen) "
            "(du|i)_(bliver|vil_blive|er_blevet)_.._(stillet_om|viderestillet|omstillet|overført|forbundet) "
            "din_(sag|henvendelse|samtale)_(er|bliver)_.._(sendt|viderestillet|eskaleret|overdraget|overført) "
            "en_(kollega|medarbejder|rådgiver)_.._(kontakter|tager_over|vender_tilbage|overtager|svarer)"
        ),
        "hvis vil_du vil_i skal_jeg kan_jeg kan_stille ikke kunne i_går når gerne_have",
    ),
    "nb": Promises(
        (
            "(jeg|vi)_(setter|sender|kobler|overfører|viderekobler)_(nå_)?(deg|din|dere|saken)_(over|videre|til|med|"
            "nå) (jeg|vi)_(vil|skal|har)_(nå_)?(sette|satt|sende|sendt|koble|koblet|viderekoble|viderekoblet|"
            "overføre|overført)_(deg|din|dere|saken)_(over|videre|til|med) "
            "(du|dere)_(blir|vil_bli|er_blitt)_.._(satt_over|viderekoblet|koblet|overført) "
            "saken_din_(er|blir)_.._(sendt|overført|eskalert|satt) "
            "(henvendelsen|saken)_(din_)?(er|blir)_.._(sendt_videre|overført|eskalert) "
            "en_(kollega|medarbeider|kundebehandler|rådgiver)_.._(kontakter|tar_over|tar_kontakt|overtar|svarer)"
        ),
        "hvis vil_du vil_dere skal_jeg kan_jeg kan_sette ikke kunne i_går når",
    ),
    "fi": Promises(
        """
            (siirrän|yhdistän|ohjaan|välitän)_(nyt_)?(sinut|teidät|asiasi|asianne|pyyntösi|keskustelun)
            (sinut|teidät)_(siirretään|yhdistetään|ohjataan) (siirretään|yhdistetään)_(sinut|teidät)
            olen_(siirtänyt|välittänyt|ohjannut|yhdistänyt)_(sinut|teidät|asiasi|asianne|pyyntösi)
            asiasi_on_(siirretty|välitetty) (pyyntösi|asianne)_on_(siirretty|välitetty)
            (kollegani|asiakaspalvelija|työntekijä)_.._(ottaa_.._yhteyttä|vastaa_pian|jatkaa|ottaa_yhteyttä)
        """,
        "jos haluatko haluatteko voin en ei eikö pitäisikö eilen voisin kun",
    ),
    "cs": Promises(
        (
            "(přepojuji|přepojuju|spojuji|spojuju|předávám|přesměrovávám|přesměruji)_(vás|tě|vaši|váš|tvůj|na|s) "
            "(přepojím|spojím|předám|přesměruji)_(vás|tě|vaši|váš|to) "
            "(vás|tě)_(přepojuji|přepojuju|spojuji|přepojím|spojím|předám|předávám|přesměruji) "
            "(budete|budeš|jste_byl|byl_jste)_.._(přepojen*|spojen*|předán*) (vaše|váš|tvoje)_(žádost|dotaz|případ|"
            "požadavek)_(byl|byla|bude|byl_již)_.._(předán*|přesměrován*|eskalován*) "
            "(kolega|operátor|pracovník|kolegyně)_.._(se_vám_ozve|převezme|vás_bude|odpoví|kontaktuje)"
        ),
        "pokud jestli chcete_li chcete mohu můžu mám_vás mám_tě ne nemohu kdyby včera když",
    ),
    "ru": Promises(
        (
            "(перевожу|соединяю|переключаю|передаю|подключаю|перенаправляю)_(я_)?(вас|тебя|ваш|вашу|ваше|на|с|"
            "оператора) (переведу|соединю|переключу|передам|перенаправлю|подключу)_(вас|тебя|ваш|вашу|ваше|это|"
            "оператора|специалиста) "
            "(вас|тебя)_(переведу|соединю|переключу|перевожу|соединяю|переключаю|соединят|переводят|переведут) "
            "(я|сейчас|уже)_(перевожу|соединяю|передал|передала|переключаю|зову|позову|передаю)_(вас|тебя|ваш|вашу|"
            "оператора|специалиста|коллегу) "
            "(ваш|ваша|ваше|твой)_(запрос|вопрос|обращение|заявка)_.._(передан*|переведен*|направлен*) "
            "(оператор|специалист|сотрудник|коллега)_.._(свяжется|подключится|ответит_вам|возьмет)"
        ),
        "если хотите могу можно не нужно_ли вчера чтобы когда",
    ),
    "uk": Promises(
        (
            "(переводжу|з'єдную|переключаю|передаю|підключаю|перенаправляю|перемикаю)_(вас|тебе|ваш|вашу|ваше|на|з|"
            "оператора) (переведу|з'єднаю|переключу|передам|перенаправлю|підключу)_(вас|тебе|ваш|вашу|ваше|це|"
            "оператора|фахівця) (вас|тебе)_(переведу|з'єднаю|переключу|переводжу|з'єдную|з'єднають|переключаю) "
            "(я|зараз|вже)_(переводжу|з'єдную|передав|передала|переключаю|кличу|покличу|передаю)_(вас|тебе|ваш|вашу|"
            "оператора|фахівця|колегу) "
            "(ваш|ваша|ваше|твій)_(запит|питання|звернення|заявка)_.._(передан*|переведен*|направлен*) "
            "(оператор|фахівець|працівник|колега)_.._(зв'яжеться|підключиться|відповість_вам|візьме)"
        ),
        "якщо хочете можу можна не чи вчора щоб коли",
    ),
    "tr": Promises(
        (
            "(sizi|seni)_.._(bağlıyorum|aktarıyorum|yönlendiriyorum|bağlayacağım|aktaracağım|yönlendireceğim|"
            "bağladım|aktardım|yönlendirdim|devrediyorum|görüştüreceğim) (talebinizi|sorununuzu|konuşmayı|talebini|"
            "konuyu|durumunuzu)_.._(ilettim|aktardım|iletiyorum|aktarıyorum|yönlendirdim|yönlendiriyorum|ileteceğim|"
            "devrediyorum) (aktarılıyorsunuz|bağlanıyorsunuz|yönlendiriliyorsunuz|bağlanacaksınız|aktarılacaksınız) "
            "(temsilcimiz|yetkilimiz|arkadaşımız|temsilci)_.._(sizinle|size)_.._(ilgilenecek|iletişime_geçecek|"
            "dönecek|dönüş_yapacak|yardımcı_olacak) talebiniz_.._(iletildi|aktarıldı|yönlendirildi)"
        ),
        """
            isterseniz istersen ister_misiniz eğer gerekirse edebilirim bağlayabilirim aktarabilirim değil
            bağlayayım_mı aktarayım_mı dün bağlayamam aktaramam bağlamıyorum
        """,
    ),
    "ar": Promises(
        (
            "(سأقوم_بتحويلك|سأحولك|سأوصلك|سوف_أحولك|أحولك|احولك|أقوم_بتحويلك|سأنقلك|جاري_تحويلك|جار_تحويلك|يتم_"
            "تحويلك|سيتم_تحويلك|تم_تحويلك|سأحيلك|سوف_أقوم_بتحويلك) "
            "(سأقوم|سوف_أقوم|أقوم)_(الآن_)?ب(تحويل|إحالة|توصيل)_(طلبك|محادثتك|المحادثة|حالتك) "
            "(تم|سيتم|جاري)_(تحويل|إحالة|تصعيد)_(طلبك|محادثتك|حالتك|المحادثة) سيتواصل_معك_.._(أحد|موظف|زميل|فريق)* "
            "سيتولى_(موظف|زميل|أحد)*"
        ),
        "إذا اذا هل إن لا لن يمكنني أستطيع لو تريد لم أمس",
    ),
    "he": Promises(
        """
            אני_(מעביר|מעבירה|מחבר|מחברת|מפנה)_(עכשיו_|כעת_)?(אותך|אתכם|את_הפנייה|את_השיחה)
            (אעביר|אחבר|אפנה)_(אותך|אתכם|את_הפנייה|את_השיחה|זאת) (מעביר|מעבירה|מחבר|מחברת)_(אותך|אתכם)
            (העברתי|הפניתי)_(אותך|את_הפנייה|את_השיחה|את_הבקשה) (הפנייה|השיחה|הבקשה)_שלך_(הועברה|מועברת|תועבר)
            (נציג|עמית|קולגה)_.._(ייצור_איתך|יחזור_אליך|יענה_לך|יצטרף) (אתה|את)_(מועבר|מועברת)
        """,
        "אם האם תרצה תרצי אפשר לא יכול יכולה אתמול כש",
    ),
    "hi": Promises(
        (
            "(आपको|तुम्हें)_.._(जोड़_रहा|जोड़_रही|ट्रांसफर_कर_रहा|ट्रांसफर_कर_रही|कनेक्ट_कर_रहा|कनेक्ट_कर_रही|जोड़ता|जोड़ती|"
            "जोड़_दूंगा|जोड़ूंगा|जोड़ूँगा|कनेक्ट_करूंगा|ट्रांसफर_करूंगा|कनेक्ट_करता|कनेक्ट_करती|ट्रांसफर_करता|स्थानांतरित_कर_"
            "रहा|जोड़_देता|जोड़_देती)_* (आपको|आपकी_चैट|आपका_मामला|आपका_अनुरोध|आपकी_बातचीत)_.._(ट्रांसफर|स्थानांतरित|"
            "भेजा|भेज|सौंप)_.._(किया_जा_रहा|दिया_गया|जा_रहा|दिया|कर_दिया) "
            "(सहकर्मी|एजेंट|प्रतिनिधि)_.._(आपसे_संपर्क_करेगा|आपसे_संपर्क_करेंगे|संपर्क_करेंगे|आपसे_बात_करेगा)"
        ),
        "अगर यदि क्या नहीं सकता सकती चाहते कल",
    ),
    "ja": Promises(
        (
            "(お繋ぎ|おつなぎ)(いたし|し)(ます|ております|ました) (に|へ)(お)?(繋ぎ|つなぎ)(ます|いたします) "
            "(転送|引き継ぎ|引継ぎ|取り次ぎ|お取り次ぎ)?(転送|引き継ぎ|引継ぎ|取り次ぎ)(を)?(いたします|します|"
            "いたしました|しました|ます|ました|しております|しています|中です) "
            "(に|へ)(引き継ぎ|代わり|交代し|切り替え|バトンタッチし)(ます|ました) "
            "(に|と)(代わります|交代いたします|交代します) (担当者|スタッフ|オペレーター)(が|より|"
            "から).{0,12}(ご連絡|対応|折り返し)(いたします|します|差し上げます)"
        ),
        """
            ましょうか ますか でしょうか できます 可能です もし 場合 ません ご希望 できません よろしければ 昨日
        """,
        spaced=False,
    ),
    "zh": Promises(
        (
            "(我|我们)?(现在|马上|立即|正在|这就|将|会|已|已经|来)?(为您|给您|帮您|为你|给你|帮你)(转接|转人工|转到|"
            "转给|联系|接通|接入|呼叫)(?!方式) (我|我们)?(现在|马上|立即|正在|这就|将|会|已|已经)(把|将)(您|"
            "你)(的)?(问题|请求|对话|会话|情况)?.{0,4}(转接|转给|转到|转交|交给|移交|升级) "
            "正在(转接|为您转|转人工|连接人工) "
            "(您|你)(的(问题|请求|会话|对话))?(已经?|将|正在)(被)?(转接|转给|转交|移交|升级) "
            "(我|我们)(会|将|马上|现在)(转接|转交|请)(您|你|同事|人工|专员) "
            "(同事|专员|客服|人工)(会|将|马上|很快)(为您|与您|和您|联系您|跟您|与你|跟你|联系你)"
        ),
        """
            如果 要不要 需要我 是否 可以为您 可以帮您 可以给您 可以帮你 无法 不能 不会 吗 能帮 想要 若 昨天 可以把
        """,
        spaced=False,
    ),
    "ko": Promises(
        (
            "(상담사|상담원|담당자|직원|사람|부서|팀|전문가|매니저)(님|분)?(에게|께|한테|로|으로|과|와|를|"
            "을)?.{0,8}(연결해_?드리겠|연결하겠|연결해_?드릴게|연결할게|연결해_?드립|연결_?중|연결합|연결됩|넘겨_"
            "?드리겠|넘겨_?드릴게|전달하겠|전달해_?드리겠|전달했|바꿔_?드리겠|바꿔_?드릴게|이관하겠|이관했|연결하고_"
            "?있|연결해_?드리고) (지금|곧|바로)_?연결(해_?드리|해_?드릴게|하겠|할게|합니) "
            "(고객님|문의|요청|대화).{0,10}(이관|전달|연결|넘겨)(했|되었|됐|하겠|해_?드리겠|드렸) "
            "(담당자|상담사|직원)(님|분)?(이|가).{0,10}(연락드릴|연락_?드리겠|연락드리겠|답변드릴|도와드릴_?예정|"
            "이어서)"
        ),
        "원하시면 드릴까요 할까요 수_?있 없습니다 않 못 필요하시면 면_? 까요 어제",
        spaced=False,
    ),
}
