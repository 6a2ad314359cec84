"""Turkish, Arabic, Hebrew, and Hindi in both its letters."""

from bot.agents.models.local.lexicon import Lexicon

TURKISH = Lexicon(
    codes=("tr",),
    verb_final=True,
    person="""
        patron* insan insana insanla insanı insanlarla temsilci* temsilcisi* müşteri_temsilcisi* yetkili* operatör*
        görevli* danışman* uzman* müdür* yönetici* amir* amirin* çalışan* çalışanınız* personel* elemanı elemanınız*
        canlı_destek* canlı_desteğe canlı_birine asistan_insan teknisyen* tekniker sorumlu* sorumlusu* şef*
        supervisor* agent ajan müşteri_hizmetleri_(temsilci*|yetkili*|görevli*) canlı_insan* gerçek_kişi* gerçek_biri*
        gerçek_birisi* iş_arkadaş* arkadaşınız* arkadaşlarınız* bir_kişi kişiyle bir_kişiye usta elemana
    """,
    someone="""
        biri birine biriyle birini birisi birisiyle birisine birisini birileri birileriyle kimse kimseyle kimseye
        başkası başkasına başka_biri* birinizle ekibinizden_biri* sizden_biri* bir_adam adam bir_abi bir_yetkili
        onunla hanım* (*)_(hanım|bey)(la|le)? biriniz ekipten kim
    """,
    dept="""
        müşteri_hizmetleri* müşteri_hizmetlerine müşteri_hizmetleriyle destek* desteğe destekle muhasebe* faturalama*
        fatura_departman* teknik_destek* teknik_servis* satış* departman* birim* birimi* ekip* ekibiniz*
        çağrı_merkezi* santral* iade_birimi* şikayet_birimi* servis*
    """,
    real="gerçek canlı sahici yetkin kanlı_canlı normal düzgün hakiki işinin_ehli insan",
    talk="""
        konuşmak konuşabilir konuşabilir_miyim konuşayım konuşalım konuşmam konuşsam konuşabilirmiyim konuşabileceğim
        konusmak konusabilir konuşacak konuşacağım konuşturun konuştur görüşmek görüşebilir görüşebilir_miyim
        görüşeyim görüşelim görüşmem görüşsem görüşebilirmiyim görüşebileceğim görüşme gorusmek görüştürün görüştür
        görüştürür bağlanmak baglanmak bağlanabilir bağlanmam iletişime_geçmek iletişim_kurmak yazışmak yazışabilir
        konuşmayı görüşmeyi sohbet_etmek irtibata_geçmek irtibat ulaşmak ulaşabilir ulaşabilirim ulaşmam görüşmeliyim
        konuşmalıyım muhatap konuşsak görüşsek bağlanabilirim konuşma bağlanayım danışmak konuşabilsem görüşebilsem
    """,
    move="""
        bağla bağlayın bağlar bağlar_mısınız bağlayabilir baglayin bağlayınız bağlasanız bağlanmak_istiyorum
        bağlarmısınız aktar aktarın aktarır aktarır_mısınız aktarabilir aktarınız aktarılmak yönlendir yönlendirin
        yönlendirir yönlendirebilir yönlendirilmek yönlendirirmisiniz devret devredin devredebilir ilet iletin
        iletebilir iletir transfer_et transfer_edin transfer_eder bağlanmamı aktarılmasını devralsın bağlamanızı
        aktarmanızı bağlanılmak
    """,
    give="""
        ver verin verir verebilir verir_misiniz verin_bana getir getirin çağır çağırın çağırır bul bulun bulur
        versenize gönder gönderin alabilir yok_mu_burada gelsin baksın çıkarın telefona
    """,
    want="""
        istiyorum istiyom istiyrum isterim istiyoruz istemekteyim lazım gerek gerekiyor ihtiyacım_var ihtiyacım
        rica_ediyorum talep_ediyorum tercih_ederim arıyorum istiyorm lütfen
    """,
    reach="""
        beni_.._ara(sın|yın|yabilir|sınlar|r|mı)? arasın arasınlar arayabilir aranmak arar_mı
        benimle_.._(iletişime|görüş*|konuş*|ilgilen*|irtibata|temasa) iletişime_geç* iletişim_kur* ilgilen* ilgilensin
        ilgilenebilir yardımcı_ol(sun|abilir|acak|ur)* yardım_ed(ebilir|ecek|ebilecek|er)*
        cevap_ver(sin|ebilir|ir|ecek)* yanıtlasın yanıtla* bakabilir baksın baksa bakar devralsın devralabilir
        devralır geri_arasın dönüş_yap(sın|abilir|ar)* dönsün müdahale_etsin çözsün anlayan_biri bilen_biri geri_ara*
        bana_dönsün incelesin inceleyebilir el_atsın
    """,
    there="""
        var_mı yok_mu varmı yokmu bulunuyor_mu mevcut_mu var_mıdır orada_mı çalışıyor_mu müsait_mi vardır
    """,
    through="""
        onunla_.._(devam|konuş*|görüş*)
        (beni|bizi)_(bağlayın|bağla|aktarın|aktar|yönlendirin|bağlar_mısınız)_(artık|lütfen|hemen)
        beni_(bağlayın|aktarın|bağla|aktar)$
        (beni|bizi)_(arayın|arar_mısınız|geri_arayın|ara|arayabilir_misiniz|ararmısınız|arasınlar) geri_aran*
        aranmak_istiyorum canlı_desteğe_(bağla*|geç*|aktar*) canlı_destek_(istiyorum|lütfen)
    """,
    nobot=(
        "program_değil (bot|bota|botla|botlarla|robot|robotla|robotlarla|makineyle|makine|yapay_zeka|yapay_zekayla|"
        "bilgisayarla)_.._(istemiyorum|değil|konuşmak_istemiyorum|bıktım|yeter|konuşmam|konuşmayacağım|uğraşmak|"
        "uğraştırmayın) (bottan|botlardan|robottan|robotlardan|makineden|otomatik_cevaplardan|otomatik_cevaplar|"
        "robotik_cevaplardan)_.._(bıktım|sıkıldım|istemiyorum|yeter|yoruldum)"
    ),
    polite="""
        lütfen hemen şimdi acil acilen merhaba selam iyi günler bir bana beni ben ya artık teşekkürler teşekkür ederim
        sağ olun rica ederim mümkünse iyi akşamlar abi kardeşim hey tamam evet hadi direkt bağla bağlan
    """,
    refuse="hiçbir asla sakın dün eğer daha_sonra benim bizim",
    refuse_after="""
        değil istemiyorum istemem gerek_yok gerekmez gerekmiyor lazım_değil gerekli_değil konuştum görüştüm söyledi
        dedi dün istemiyoruz olmasın istemedim ihtiyacım_yok gerek_kalmadı isteyeceğim isterim_sonra yok(?!_mu)
    """,
    void="""
        (sen|siz)_(bir_)?(bot|robot|insan|gerçek|makine|canlı)*
        (bot|robot|insan|makine|gerçek)_(mısın|misin|musun|mısınız|misiniz|musunuz|mı|mi|mu)* botmusun robotmusun
        konuşuyorum konuşuyor_muyum yazışıyorum telefon_numara* numarası* numaranız* çalışma_saat* mail_adres*
        e_posta_adres* adresi* saat_kaç* kaça_kadar konuşmuştum görüşmüştüm aktarıldım bağlandım konuştum görüştüm
        dedi söyledi aktarmayın bağlamayın olmazsa bağlama aktarma bağlamanıza daha_sonra her_zaman
    """,
    unless="bağlayın aktarın verin istiyorum",
    other=(
        "başka_biri(si)?_.._(al*|teslim*|gel*) (benim_)?(müdürüm|patronum|yöneticim|amirim|çalışanım|temsilcimiz|"
        "danışmanım|müdürümüz|iş_arkadaşım|şefim|arkadaşım|muhasebecim|elemanım)* (mağaza|havaalanı|havalimanı|şube|"
        "otel|banka)(da|daki|de|deki|ındaki|sındaki|ndaki)_(görevli*|çalışan*|temsilci*|danışman*|yetkili*|"
        "personel*|müdür*) (mağazadaki|şubedeki|havaalanındaki|havalimanındaki|oteldeki|bankadaki|kasadaki)_* "
        "emlak* user_agent insan_kaynaklar* (gsm|mobil|telefon|cep)_operatör* bot_değilim robot_değilim kişi_başı* "
        "kaç_kişi başka_bir_kişi* başka_kişi* iki_kişi* ekibime sadece_.._değil kimse_yok_mu_(evde) temizlik_* "
        "operatörüm*"
    ),
    joints="ama fakat çünkü ancak ve o_yüzden bu_yüzden",
    starts="",
    call="bana beni istiyorum var_mı",
    endings="le la yle yla i ı u ü yi yı yu yü e a ye ya ile in ın un ün den dan",
    later="(bu|eğer|böyle)_.._(olmazsa|işe_yaramazsa|çalışmazsa|çözülmezse)",
)

ARABIC = Lexicon(
    codes=("ar",),
    script="arabic",
    clitics="(?:[وف]?(?:ال|بال|لل|عال|ب|ل|ك)?)",
    person="""
        شخص شخصا شخصاً إنسان انسان إنسانا بشر بشري بشرية موظف موظفا موظفة موظفين موظفيكم موظف* موضف مسؤول مسئول مسؤولا
        مدير مديرا مديرة مديركم ممثل ممثلا ممثلة ممثلي عميل_خدمة وكيل مشرف مشرفا مشرفة مستشار مستشارا زميل زميلا زميلة
        زملائك زملائكم مندوب مندوبا اخصائي أخصائي اختصاصي مختص مختصا متخصص خبير خبيرا فني فنيين تقني مهندس عامل_بشري
        رئيس رئيسك كائن_بشري آدمي ادمي بني_آدم بني_ادم مشغل عنصر_بشري
    """,
    someone="""
        احد أحد أحدا احدا أحدكم احدكم حد شي_حد واحد واحدا أحدهم من_يفهم من_يستطيع أي_أحد اي_احد أي_حد اي_حد معها معه
        غيرك من_يمكنه من_يعرف الأستاذ* الاستاذ* السيد* الآنسة_* ناس أحد_* احد_* حدا شي_حدا حداً من_يحل
    """,
    dept="""
        خدمة_العملاء دعم الدعم الدعم_الفني دعم_فني قسم قسم_* خدمة_الزبائن محاسبة مبيعات فواتير إدارة ادارة فريق فريقكم
        مركز_الاتصال سنترال خدمه_العملا
    """,
    real="حقيقي حقيقية حقيقيا حي بشري بشرية فعلي كفء بجد عادي طبيعي مؤهل بشريا فاهم",
    talk="""
        التحدث الحديث أتحدث اتحدث نتحدث التكلم أتكلم اتكلم أكلم اكلم نكلم اكلمه التواصل أتواصل اتواصل نتواصل مخاطبة
        محادثة المحادثة دردشة الدردشة مناقشة أناقش اناقش مراسلة أحكي احكي أهدر نحكي الاتصال أتصل اتصل مكالمة الكلام
        كلام اشوف أتكلم_مع يكلمني أشرح اشرح أتفاهم اتفاهم أحادث أكمل اكمل
    """,
    move="""
        حولني حولوني حوّلني تحويلي تحويل حول حولي حولو تحولني تحولوني تحولوا يحولني وصلني وصلوني وصّلني توصيلي توصيل
        توصلني توصلوني وصلنى اربطني اربطوني ربطي انقلني نقلي أنقلني نقل احلني احالتي إحالتي أحيلوني تحويله حيلوني
        سلموا سلم تسليم صعد تصعيد أوصلني اوصلني توجيهي وجهني
    """,
    give="""
        أعطني اعطني أعطوني اعطوني اعطيني عطني عطوني هات هاتوا هاتلي هاتولي جيب جيبوا جيبلي جيبولي نادي نادوا نادولي
        أحضر أحضروا احضروا ابعث ابعثوا ارسلوا شوفلي شوفولي دلوني ابعتلي ابعتولي خلني خلوني خليني دعني دعوني هل_لي
    """,
    want="""
        أريد اريد أرغب ارغب أحتاج احتاج أود اود أفضل افضل أطلب اطلب أطالب اطالب ابغى أبغى ابغي ابي أبي عايز عاوز عايزة
        عاوزة بدي بدى محتاج محتاجة نريد لازم ضروري نحتاج ابغا اريدو حابب حاب ودي أبحث ابحث أرجو
    """,
    reach="""
        يتصل_بي يتصل_ب* يتصل تتصل يتصلوا الاتصال_بي التواصل_معي يتواصل_معي يتواصل تتواصل يكلمني يكلمنى يرد_علي
        يرد_عليا يرد يساعدني يساعدنى مساعدتي مساعدتى يعاود معاودة_الاتصال يجيبني يجيب_على يجيب يتولى يتابع متابعة ينظر
        ينظر_في يفهم يفهمني يشوف يحل يستلم يتحدث_معي يتكلم_معي يخدمني يهتم يراجع يعرف يحادثني يخاطبني يتدخل للرد
    """,
    there="""
        هل_يوجد يوجد هل_هناك هناك هل_لديكم لديكم فيه في_أي في_اي هل_عندكم عندكم في_حد فيه_حد مافي مفيش ما_في هل_من
        كيف_أصل كيف_أتواصل كيف_اتواصل هل_أجد موجود
    """,
    through="""
        (حولني|حولوني|وصلني|وصلوني)_(الآن|الان|فورا|لو_سمحت|من_فضلك|رجاء|حالا) (اتصل|اتصلوا|كلموني|كلمني|كلمونى)_بي
        (اتصل|اتصلوا)_ب* كلموني تواصلوا_معي أرجو_(الاتصال|التواصل|تحويلي) ارجو_(الاتصال|التواصل|تحويلي) عاودوا_الاتصال
        ^(حولني|حولوني|وصلني)$
    """,
    nobot=(
        "(لا|لن|مش|مو|ما|ليس|وليس|موش|مب)_.._(روبوت|الروبوت|بوت|البوت|آلة|الة|الآلة|ذكاء|روبوتات|برنامج|كمبيوتر|"
        "حاسوب) (تعبت|مللت|سئمت|زهقت|طفشت|كفاية|كفى|يكفي)_.._(روبوت|الروبوت|الروبوتات|بوت|البوت|الآلة|الردود_الآلية|"
        "الآلي|الالي) بدون_(روبوت|بوت) بدل_(الروبوت|البوت)"
    ),
    polite="""
        من_فضلك لو_سمحت رجاء رجاءا رجاءً الآن الان حالا فورا مرحبا السلام_عليكم السلام عليكم اهلا أهلا على مع إلى الى
        شكرا يا أي اي أنا انا بسرعة طيب نعم ارجوكم أرجوك حالاً خدمة عملاء العملاء واحد سمحت صباح الخير مساء
    """,
    refuse="لا لن لم ليس بدون غير_ضروري داعي مش مو ما بلا أمس سأطلب لست دون عدم ولا بدل لاحقا",
    between="""
        أريد اريد أرغب ارغب أحتاج احتاج في إلى الى ل أن ان عايز عاوز ابغى أبغى بدي داعي حاجة تقم تحولني تحولوني توصلني
        بتحويلي تحويلي التحدث مع أي اي هناك اكلم للتحدث لتحويلي أود لي محتاج يلزم يتصل توصيلي من على
    """,
    refuse_after="لا أمس قال_لي قالت_لي قال وقال غير_ضروري ليس_ضروريا أخبرني بالأمس امبارح مش_ضروري لاحقا",
    void="""
        (هل_)?(أنت|انت|إنت|انتي|هذا|حضرتك)_(حقا_|فعلا_)?(روبوت|بوت|إنسان|انسان|شخص|بشر|آلة|برنامج|آلي|موظف|حقيقي|مجرد)
        هل_(أنا_)?(أتحدث|اتحدث|أتكلم|اتكلم|أكلم|اكلم)_(الآن_|الان_)?(مع|إلى|الى)?
        (تحدثت|تكلمت|تواصلت|كلمت|اتصلت|حكيت)_.. رقم_هاتف رقم_الهاتف رقم_* ساعات_العمل أوقات_العمل مواعيد عنوان_*
        بريد_* متى_* حتى_أي_ساعة كم_شخص* تم_تحويلي حولوني_* إذا_لم اذا_لم إذا_ما
    """,
    unless="حولني وصلني أعطني أريد اريد",
    other=(
        "(مديري|مديرتي|رئيسي|زميلي|زميلتي|موظفي|موظفنا|وكيلي|مستشاري|مندوبنا|محاسبي|فريقي) (موظف|موظفة|عامل|عاملة|"
        "الموظف|الموظفة|مندوب|وكيل|الشخص)_(في|المطار|الفرع|التوصيل|الفندق|البنك|المتجر|عقاري|عقارات|سفر|تأمين|"
        "تنظيف) (الموظف|الموظفة|المستشار|المستشارة|المدير|البائع|الفني|العامل|المندوب|الوكيل)_(الذي|التي|في|قال|"
        "أخبرني|أعطاني|أعطتني) وكيل_(عقاري|سفر|تأمين) موارد_بشرية الموارد_البشرية موارد_البشريه "
        "مشغل_(الشبكة|الهاتف|الجوال|المحمول) لست_روبوت* شخص_آخر شخص_اخر لكل_شخص شخص_ما_(دخل|سرق|اخترق) شخصين "
        "عدة_اشخاص ليس_فقط خدمة_التوصيل"
    ),
    joints="لكن ولكن لأن لان بل فقط لذلك",
    starts="",
    call="أعطني حولني وصلني أريد هل نادي",
    later="(إذا|اذا|إن)_.._(لم|فشل)",
)

HEBREW = Lexicon(
    codes=("he",),
    script="hebrew",
    clitics="[והשכלבמ]{0,2}",
    person="""
        נצג נציד נציג נציגה נציגת נציגים נציג* אדם בן_אדם בנאדם אנשים איש אנושי אנושית סוכן סוכנת מוקדן מוקדנית
        מוקדנים מנהל מנהלת מנהלים מפקח אחראי אחראית אחמש עובד עובדת עובדים עובדיכם טכנאי טכנאית טכנאים מומחה מומחית
        יועץ יועצת מענה_אנושי תמיכה_אנושית קולגה עמית עמיתה עמיתים אופרטור נציגות מישהו_אמיתי מישהי_אמיתית ממונה בוס
        איש_צוות אנשי_צוות בשר_ודם איש_מקצוע איש_שירות אנשי_שירות ראש_צוות מתאם
    """,
    someone="""
        מישהו מישהי מישו מישהוא משהו_אנושי אחד_מכם אחד_מהעובדים אחד_העובדים אחת_מכם אחר איתה איתו עם_מי מי מישהו_אחר
        מישהו_מ* גבר אחי_אמיתי גברת_* מר_* גב_* אחד_הנציגים מכם אחת_העובדות
    """,
    dept="""
        שירות_לקוחות שירות_הלקוחות תמיכה תמיכה_טכנית מוקד מחלק* מחלקת_* הנהלת_חשבונות הנהלת_החשבונות גבייה מכירות
        הנהלה צוות צוות_* מרכזיה שרות_לקוחות שירות
    """,
    real="אמיתי אמיתית אמיתיים אנושי אנושית חי חיה נורמלי מוסמך רציני ממש בשר_ודם מקצועי שמבין",
    talk="""
        לדבר דבר_עם לשוחח להתכתב לצאט לתקשר להתקשר ליצור_קשר קשר להתייעץ לשיחה שיחה לסגור לטפל להסביר לדסקס לברר להשיג
        נדבר שאדבר אדבר לפנות לקבל_שירות לפתור להיות_בקשר לדון שידבר
    """,
    move="""
        תעביר תעבירי תעבירו העבר העבירו העבירי להעביר להעבירני שתעביר שתעבירו תחבר תחברי תחברו חבר חברו חברי לחבר
        שתחברו תקשר תקשרי תקשרו לקשר שתקשרו תפנה תפנו הפנה הפנו להפנות העברה לעבור אעבור תסלימו להסלים לנתב לעבר מעבר
    """,
    give="""
        תן_לי תני_לי תנו_לי תן תנו תביא תביאי תביאו תביא_לי תביאו_לי הביאו הבא תשיג תשיגו תמצאו תמצא תקרא תקראו קראו
        קרא תשלח תשלחו שלחו תזמין אפשר_לקבל אני_יכול_לקבל לקבל בטלפון על_הקו
    """,
    want="""
        רוצה רוצים צריך צריכה צריכים מבקש מבקשת דורש דורשת מעדיף מעדיפה הייתי_רוצה הייתי_מעדיף הייתי_מעדיפה חייב חייבת
        מחפש מחפשת אבקש אשמח אפשר בא_לי
    """,
    reach="""
        (ש)?יתקשר* תתקשר* יחזור_אלי* יחזרו_אלי* תחזרו_אלי* לחזור_אלי* להתקשר_אלי* ליצור_איתי ליצור_קשר_איתי ליצור_עמי
        יצור_איתי ייצור_איתי צור_איתי ידבר_איתי לדבר_איתי לעזור_לי יעזור_לי שיעזור יעזור לענות_לי יענה יענה_לי שיענה
        עונה לענות יטפל שיטפל לטפל ייקח יקח שייקח יסתכל שיסתכל להסתכל יבדוק שיבדוק לבדוק מבין_בזה שמבין מבין שיודע
        יודע שיכול_לעזור יקבל_ממני לחזור תיצור תיצרו מענה
    """,
    there="""
        יש_שם יש_פה יש_כאן האם_יש יש_אצלכם יש_לכם אין_שם אין_פה אין_אצלכם אין_לכם נמצא_שם יש איך_מדברים איך_אני_מדבר
        איך_משיגים איך_מגיעים עובד_שם
    """,
    through="""
        (להמשיך|לדבר)_(איתה|איתו) (תוכלו|אפשר|אתם_יכולים|יכולים)_להתקשר_אל*
        (תעביר|תעבירי|תעבירו|העבירו|חברו|תחברו|תחבר|קשרו|תקשרו)_(אותי|אותנו)_(כבר|עכשיו|הלאה|בבקשה|מיד|דחוף)
        ^(תעביר|תעבירו|תחבר|תחברו)_אותי$ (תתקשר|תתקשרו|התקשרו|תחזור|תחזרו|חזרו|חייגו)_(אליי|אלי)
        בבקשה_(להתקשר|לחזור)_אל* אשמח_לשיחה מבקש_(שיחה|שיתקשרו|שיחזרו) מבקשת_(שיחה|שיתקשרו|שיחזרו) שיתקשרו_אל*
        שיחזרו_אל*
    """,
    nobot=(
        "(לא|בלי|אף)_.._(בוט|בוטים|רובוט|רובוטים|מכונה|מחשב|תוכנה|צאטבוט) (נמאס|מספיק|די|עזבו)_.._(בוט|הבוט|בוטים|"
        "מבוטים|מהבוט|רובוט|רובוטים|מרובוטים|מהרובוט|אוטומטיות|האוטומטיות|אוטומטי) "
        "לא_(בוט|רובוט|מכונה|עם_בוט|עם_רובוט) במקום_(בוט|רובוט)"
    ),
    polite="""
        בבקשה בבקשא עכשיו מיד דחוף שלום היי הי תודה עם את ל אני כבר אפשר נא רק כן אוקיי טוב לי של בהקדם חבר אחי יאללה
        בוקר ערב טוב אחד ו
    """,
    refuse="לא אל אין בלי ללא במקום אף ואל אבקש_אחר_כך אתמול כבר_דיברתי מאוחר",
    between="""
        אני רוצה צריך צריכה לדבר עם להעביר תעביר תעבירו תעבירי תחבר תחברו אותי אותנו את ל שום כל צורך להתקשר לי מישהו
        אף חייב חייבת טעם ש בא ליצור קשר יותר מעוניין מעוניינת לשוחח נחוץ לערב
    """,
    refuse_after="לא לא_(צריך|רוצה|נחוץ) אתמול אמר_לי אמרה_לי אמר והוא_אמר והיא_אמרה מיותר",
    void=(
        "^(ו|אז_|היי_)?(אתה|את|אתם|זה|האם_אתה|האם_את|האם_זה|האם_אתם)_(בכלל_|באמת_|בעצם_)?(בוט|רובוט|בן|אדם|אנושי|"
        "מכונה|אמיתי|אמיתית|בת|נציג|סתם|תשובה|מחשב) (אני_)?(מדבר|מדברת|משוחח|משוחחת|מתכתב|מתכתבת)_.. דיברתי שוחחתי "
        "מספר_הטלפון מספר_טלפון טלפון_של מספר_של שעות_* כתובת_* מה_המייל מייל_של עד_איזו מאיזו באיזו העבירו_אותי "
        "כבר_* כמה_אנשים אם_זה_לא"
    ),
    unless="תעביר* תחבר* תנו_לי רוצה",
    other=(
        "(המנהל|המנהלת|הבוס|העובד|העובדת|הקולגה|הסוכן|הטכנאי|היועץ|הנציג)_(שלי|שלנו|שלו|שלה) "
        "(מנהלי|עובדי|סוכני|נציגנו) (הנציג|הנציגה|העובד|העובדת|המוכר|המוכרת|היועץ|היועצת|הטכנאי|המנהל|הסוכן|הפקיד|"
        "הפקידה)_(ב|בחנות|בסניף|בשדה|במלון|בבנק|בקופה|אמר|אמרה|נתן|נתנה|שבר|ש*) "
        "(סוכן|סוכנת|מתווך)_(נדל*|ביטוח|נסיעות) מתווך משאבי_אנוש user_agent אני_לא_(בוט|רובוט) אדם_אחר לאדם "
        "אנשים_אחרים מישהו_(נכנס|פרץ|גנב) שירות_משלוחים חבר_צוות חברי_צוות לא_רק אי_אפשר למה_אי_אפשר לא_מבין "
        "לא_עוזר לא_עובד לא_יכול_לדבר לא_ניתן"
    ),
    joints="אבל אלא כי לכן ולכן אז אך ובגלל",
    starts="(אני_)?(רוצה|דורש|דורשת|מבקש|מבקשת)_(לדבר|נציג|בן_אדם|מישהו)",
    call="תנו_לי תביאו רוצה אפשר יש",
    later="אם_(זה|זו)_.._(לא|ייכשל) אם_לא_(יעבוד|יעזור|יסתדר|ילך)",
)

HINDI_ROMAN = Lexicon(
    codes=("hi-Latn",),
    verb_final=True,
    person="""
        insaan insan insano aadmi admi vyakti agent ejent operator manager executive representative adhikari karmchari
        staff_member customer_care_(executive|wale|agent)* human banda bande person technician engineer supervisor
        senior live_agent live_chat real_(person|insaan|aadmi)
    """,
    someone="kisi kisise koi kise kisiko kisi_(aur|real|asli|bande|banda|aadmi) koi_(bande|banda|aadmi)",
    dept="""
        customer_care customer_support support_team billing_(team|department|wale|walo) support_wale helpline_wale
        customer_care_wale
    """,
    real="asli real zinda sahi sachcha dhang_ke dhang_ka",
    talk=(
        "baat_(karni|karna|karwao|karvao|karao|karaao|karaiye|karwaiye|karvaiye|kara|karva|karwa|ho|kar|karunga|"
        "karungi|karwado|kara_do|karwa_do|krni|krna|krwao|krao|kr)* bat_(karni|karna|karao|karwao|kara|krni|krna) "
        "se_baat call_karwao chat_karni chat_karna connect_(karo|kar|kijiye|karwao|krdo|kro)* milwao milao jodo "
        "jod_do sampark"
    ),
    move="""
        connect_(karo|kar|kijiye|karwao|krdo|kro|karna|kardo)* transfer_(karo|kar|kijiye|karwao|krdo|kro|kardo)*
        forward_(karo|kar)* jodo jod_do jodiye
    """,
    give="bulao bulaiye bula_do bulado do_mujhe dedo de_do dijiye dilwao",
    want="chahiye chaiye chahie chahta chahti chahte mangta",
    reach="""
        (mujhe|mujhse|mujhko|muje)_.._(call|phone|sampark|contact|help|madad)* call_(kare|karo|kre|karwao|kar)*
        phone_(kare|karo|kre) reply_(kare|kre|karo) jawab_(de|do) madad_kar* help_kar*
    """,
    there="hai_kya kya_koi",
    polite="""
        please pls plz bhai yaar ji abhi jaldi kripya mujhe muje ek koi kisi hello namaste turant sir madam se
    """,
    refuse="nahi nahin nhi mat na mere hamare",
    refuse_after="nahi nahin nhi mat nai ki_zarurat_nahi ki_zaroorat_nahi kal ne ki_thi hui_thi kar_chuka",
    void="""
        (aap|tum|tu|ye|yeh)_(ek_)?(bot|robot|insaan|insan|human|machine|asli|real)*
        kya_(aap|tum|main|mai)_.._(bot|robot|insaan|insan|human|machine)_.._(hai|hain|ho|raha|rahi)$ phone_number
        contact_number number_kya
    """,
    unless="karao karwao connect*",
    other="""
        (mere|mera|meri|hamare|hamara)_(manager|boss|agent|banda|aadmi|staff)*
        (property|real_estate|insurance|travel)_agent user_agent human_resources kisi_aur_ke
    """,
    nobot="(bot|robot|machine)_(se_)?(baat_)?(nahi|nahin|nhi)_(karni|karna|chahiye)",
    joints="lekin par_mujhe magar kyunki kyuki isliye",
    call="ko",
    later="agar_(ye|yeh|isse)_.._(nahi|nahin|na)",
)

HINDI = Lexicon(
    codes=("hi",),
    script="devanagari",
    verb_final=True,
    person="""
        इंसान इन्सान इंसानों इंसान* मनुष्य आदमी व्यक्ति शख्स एजेंट एजेन्ट एजंट ऑपरेटर आपरेटर प्रतिनिधि अधिकारी कर्मचारी मैनेजर
        प्रबंधक सुपरवाइजर सुपरवाइज़र विशेषज्ञ तकनीशियन टेक्नीशियन इंजीनियर एक्जीक्यूटिव एग्जीक्यूटिव सलाहकार सहकर्मी सहयोगी
        साथी ह्यूमन मानव बंदे बंदा बन्दा सीनियर स्टाफ लाइव_चैट लाइव_एजेंट अफसर वरिष्ठ रिप्रेजेंटेटिव लोग जिम्मेदार
        परामर्शदाता जानकार बॉस
    """,
    someone="""
        किसी कोई किसीसे किसी_और किसी_को किससे उन्हीं उनसे उन्हीं_से उन्ही जानकार आपमें_से आप_में_से टीम_में_से
    """,
    dept="""
        कस्टमर_केयर ग्राहक_सेवा कस्टमर_सपोर्ट सपोर्ट विभाग टीम बिलिंग तकनीकी_सहायता हेल्पलाइन लेखा कस्टमर_सर्विस डिपार्टमेंट
        अकाउंट्स_* शिकायत_*
    """,
    real="असली सच्चे सच्चा जीवित जिंदा वास्तविक ढंग_के ढंग_का सही काबिल सचमुच हाड़_मांस_के असल समझदार",
    talk=(
        "बात_(करनी|करना|कर|करूं|करूँ|कराओ|कराइए|कराएं|करवाओ|करवाइए|करवा|करा|करने|हो|करें|करवाएं|करानी|कराना|करवानी|"
        "करवाना|करवादो|करादो|कीजिए) बत_(करनी|करना|कराओ|करवाओ) बातचीत_(करनी|करना|कर|करने|कराओ) "
        "चैट_(करनी|करना|कर|करने|कराओ) बात_करने_दो बात_करनी_है संवाद संपर्क_(करना|करने|कराएं|कराओ|करवाओ|कर) मिलवाओ "
        "मिलाओ मिलना चर्चा_करना मेरी_बात हल_करवाना फोन_पर_बात आगे_बात_करना कॉल_करवाओ"
    ),
    move="""
        जोड़ो जोड़िए जोड़_दो जोड़_दीजिए जोड़ें जोड़ दें कनेक्ट_(करो|करें|कर|करिए|कीजिए|करवाओ|करा) कनेक्ट
        ट्रांसफर_(करो|करें|कर|करिए|कीजिए|करवाओ|करा) ट्रांसफर सौंप_* सौंपिए सौंपो भेजिए भेजो भेज_दो फॉरवर्ड_कर*
        स्थानांतरित_कर* दे_दीजिए
    """,
    give="""
        बुलाओ बुलाइए बुला_दो बुलाएं बुला_दीजिए बुलवाओ दो दीजिए दे_दो दे_दीजिए दिलाओ लाओ भेजो भेजिए ले_आओ बुलाए लगाओ
    """,
    want="चाहिए चाहिये चाहता चाहती चाहते चाहूंगा चाहूंगी जरूरत_है आवश्यकता_है पसंद_करूंगा मांगता",
    reach="""
        (मुझे|मुझसे|मुझको|मेरी|मेरे)_.._(कॉल|फोन|फ़ोन|संपर्क|जवाब|मदद|उत्तर|सहायता|वापस)* मुझसे_संपर्क
        संपर्क_(करे|करें|कर_सकता|करवाओ) कॉल_(करे|करें|करवाओ|करवा|कर_सकता|करने|बैक)* फोन_(करे|करें|करवाओ|कर_सकता)*
        जवाब_(दे|दें)* मदद_(करे|कर_सके|कर_सकता)* देखे देख_ले देख_सकता संभाल* समझे जो_.._(समझ*|जानता|सके|मदद) सुने
        हल_करे देख_लें
    """,
    there="""
        है_क्या वहाँ_कोई वहां_कोई यहाँ_कोई यहां_कोई क्या_कोई कोई_है उपलब्ध मौजूद क्या_वहां क्या_यहां क्या_वहाँ क्या_यहाँ
        आपके_यहां कोई_नहीं_है_क्या
    """,
    through="""
        मुझे_.._(कॉल|फोन|फ़ोन)_(करो|करें|कीजिए|करिए|करवाइए|कर_लें|कर_सकते)
        मुझे_(कॉल|फोन|फ़ोन)_(करो|करें|कीजिए|करिए|करवाइए) मुझे_(वापस|कॉलबैक)_* कॉलबैक_चाहिए
        मुझे_(जोड़ो|जोड़िए|कनेक्ट_करो|कनेक्ट_करें)
    """,
    nobot="""
        (बॉट|बोट|रोबोट|मशीन|रोबोट्स|कंप्यूटर|एआई)_.._(नहीं|मत)_.._(करनी|करना|चाहिए|चाहता|चाहती|करूंगा|करूंगी|कराओ)
        (बॉट|रोबोट|मशीन|एआई)_(नहीं|से_नहीं|नही) (बॉट|रोबोट|मशीन|ऑटोमैटिक|रटे)_.._(तंग|परेशान|थक|ऊब)* बॉट_के_बजाय
        मशीन_के_बजाय
    """,
    polite="""
        कृपया प्लीज प्लीज़ अभी तुरंत जल्दी नमस्ते हैलो हेलो मुझे एक किसी कोई से को भाई यार जी धन्यवाद हां हाँ ठीक सर मैडम
        फौरन बस अब
    """,
    refuse="नहीं मत न बिना बजाय",
    refuse_after="""
        नहीं मत नही ने_कहा ने_बताया की_जरूरत_नहीं कर_चुका कर_चुकी हुई_थी की_थी हो_चुकी कर_लूंगा कर_लूंगी
        करने_को_कहूंगा को_कहूंगा को_कहूँगा हो_गई हो_गया
    """,
    void=(
        "(क्या_)?(आप|तुम|तू|यह|ये)_(एक_|कोई_|सच_में_|सचमुच_)?(बॉट|रोबोट|इंसान|इन्सान|मशीन|असली|मानव|प्रोग्राम)_(हैं|हो|"
        "है|या)* रहा_हूं रही_हूं रहा_हूँ रही_हूँ बात_की बात_हुई बात_कर_रहा बात_कर_रही फोन_नंबर फ़ोन_नंबर नंबर_क्या "
        "का_नंबर पता_क्या ईमेल_क्या समय_क्या कितने_बजे कब_तक कितने_लोग कितने_व्यक्ति अगर"
    ),
    unless="कराओ कराइए चाहिए तो_.._(बात|जोड़*)",
    other=(
        "(मेरे|मेरा|मेरी|हमारे|हमारा|हमारी|उसके|उनके)_(मैनेजर|बॉस|एजेंट|कर्मचारी|सहकर्मी|आदमी|टीम|सलाहकार|स्टाफ|साथी|"
        "इंजीनियर|विभाग)* "
        "(शाखा|दुकान|एयरपोर्ट|हवाई_अड्डे|बैंक|होटल|स्टोर)_(की|के|का|में|पर)_(कर्मचारी|एजेंट|मैनेजर|व्यक्ति|आदमी|स्टाफ)* "
        "(प्रॉपर्टी|रियल_एस्टेट|बीमा|ट्रैवल)_एजेंट मानव_संसाधन यूजर_एजेंट मैं_(रोबोट|बॉट)_नहीं दूसरे_व्यक्ति दूसरा_व्यक्ति "
        "किसी_और_व्यक्ति प्रति_व्यक्ति मोबाइल_ऑपरेटर किसी_ने किसी_काम"
    ),
    joints="लेकिन मगर पर_मुझे क्योंकि इसलिए बल्कि",
    call="बुलाओ क्या",
    later="अगर_(यह|ये|इससे)_.._(नहीं|न) यदि_(यह|ये)_.._नहीं",
)
