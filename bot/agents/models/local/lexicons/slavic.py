"""Polish, Czech, Russian and Ukrainian."""

from bot.agents.models.local.lexicon import Lexicon

POLISH = Lexicon(
    codes=("pl",),
    person="""
        człowiek* ludzie ludźmi ludzi osob(a|ą|y|ę|ie) osoba konsultant* konsultat* agent agenta agentem agentów
        agentowi operator operatora operatorem operatorowi pracownik* przedstawiciel* doradc* doradca kolega kolegi
        kolegą koledze kolegów kierownik* menedżer* manager* menadżer* przełożon* szef szefa szefem specjalist*
        technik technika technikiem technikowi ekspert* opiekun* kompetentn*_osob* żyw(y|ego|ym)_człowiek* obsługant*
        asystent_ludzki brygadzist* zwierzchnik* dyrektor* live_chat czat_na_żywo serwisant* supervisor*
    """,
    someone="""
        ktoś ktos kogoś kogos kimś kims komuś komus ktokolwiek kogokolwiek kimkolwiek kto ktoś_od_was jednym_z_was
        kimś_innym kogoś_innego kogo z_nią z_nim pani* panem_* ktoś_z*
    """,
    dept="""
        obsług* biur* dział* działem działu infolini* wsparci* wsparcie helpdesk* księgowoś* sekretariat*
        pomocy_technicznej pomoc_techniczn* serwis* reklamacj* zespoł* centrala centrali windykac*
    """,
    real="prawdziw* żyw* realn* ludzk* kompetentn* normaln* konkretn* faktyczn*",
    talk="""
        rozmawiać rozmawiac porozmawiać porozmawiac pogadać pogadac gadać mówić pomówić skontaktować czatować popisać
        pisać omówić omówić_to połączyć rozmowa rozmowę rozmowy rozmowie kontakt kontaktu kontaktować dogadać
        zadzwonić wyjaśnić załatwić pogadania przedyskutować konsultować porozmawiam porozmawiał porozmawiała rozmówić
    """,
    move="""
        przełącz przełączcie przełączyć przełączenie przełączenia połącz połączcie połączyć połączenie połączenia
        przekieruj przekierować przekierujcie przekierowanie przekierowania przekaż przekażcie przekazać przekazanie
        skieruj skierować skierujcie skontaktuj skontaktować skontaktujcie oddaj oddajcie eskaluj eskalować przenieś
        przenieść przepnij przepiąć zgłoś łącz łączcie oddelegować
    """,
    give="""
        daj dajcie daj_mi dajcie_mi zawołaj zawołajcie poproś poproszę wezwij wezwijcie znajdź znajdźcie przyślij
        przyślijcie dawać dawaj dawajcie podaj proszę_o poprosić poproście pozwól pozwólcie do_telefonu mogę_prosić
        prosze_o dostać
    """,
    want="""
        chcę chce chciałbym chciałabym chciałbym potrzebuję potrzebuje wolę wolałbym wolałabym żądam poproszę proszę_o
        życzę_sobie oczekuję musi potrzebny potrzebna chcemy domagam szukam chcialbym chcialabym prosiłbym prosiłabym
    """,
    reach="""
        (do_)?mnie_.._(zadzwonił*|zadzwoni|oddzwonił*|oddzwoni|oddzwonić|zadzwonić) oddzwoni* oddzwonić zadzwoni*
        skontaktował* (się_)?ze_mną mi_.._(pomóc|pomoże|pomógł|odpowie|odpowiedział|odpowiedzieć|wyjaśni) zajmie zajął
        zajęła zająć tym_zajmie przejąć przejmie przejął spojrzał* spojrzeć spojrzy obejrz* odpowiedział* odpowiedzieć
        odpowie odpisał odpisze odezwał* odezwać odezwie kto_.._(się_zna|rozumie|wie|może|potrafi|pomoże|ogarnia)
        się_zna pomóc_mi sprawdził* sprawdzić rozpatrz*
    """,
    there="""
        jest_tam jest_tu jest_ktoś jest_u_was jest_jakiś jest_jakaś czy_jest macie mają_państwo czy_macie siedzi_tam
        pracuje_tam pracuje_u_was nie_ma jest_może czy_ktoś jak_skontaktować jak_mogę_porozmawiać istnieje
    """,
    through=(
        "(możecie|może_pan|może_pani|mogą_państwo|czy_możecie|proszę)_.._do_mnie_.._(zadzwonić|oddzwonić|dzwonić) "
        "(przełącz|przełączcie|połącz|połączcie|przekieruj)_(mnie|nas)(_wreszcie|_już|_dalej|_teraz|_natychmiast|_"
        "proszę) proszę_mnie_(przełączyć|połączyć|przekierować) "
        "(zadzwońcie|zadzwoń|oddzwońcie|oddzwoń|proszę_zadzwonić|proszę_oddzwonić)_do_mnie "
        "proszę_o_(oddzwonienie|kontakt_telefoniczny|telefon|przełączenie|połączenie) ^(przełącz|połącz)_mnie$ "
        "(proszę|prosze)_(oddzwonić|zadzwonić)"
    ),
    nobot="""
        (nie|nigdy)_.._(z|do)_.._(bot*|robot*|maszyn*|automat*|komputer*|ai|czatbot*|programem)
        nie_(bot|bota|botem|robota|robotem|robot|maszyna|maszyny|ai|automat|automatu)
        dość_.._(bot*|robot*|automat*|maszyn*)
        (zamiast|żadnych|bez)_.._(bota|botów|robota|robotów|maszyny|automatów|automatu)
        mam_dosyć_.._(bot*|robot*|automat*) dosyć_.._(bot*|robot*) a_nie_.._(bot*|robot*|maszyn*|automat*)
    """,
    polite="""
        proszę prosze poproszę teraz natychmiast już dzień dobry cześć hej witam z do na jakiś jakąś ja tak ok
        dziękuję dzięki szybko pilnie od_razu się żądam chcę połączenie i a mi tu no weźcie
    """,
    refuse="""
        nie_mam_ochoty nie nigdy bez żaden żadnego żadnej żadnych żadnym ani zamiast wczoraj poproszę_później później
        rozmawiałem rozmawiałam niepotrzebn*
    """,
    refuse_after="""
        nie niepotrzebn* nie_jest_potrzebn* nie_trzeba wczoraj powiedział* mówił* zbędn* mi_niepotrzebn*
        nie_potrzebuję
    """,
    void="""
        ^(a_|i_|hej_|to_)?(czy_)?(jesteś|jestes|pan_jest|pani_jest|to_jest|to_bot) (ja_)?rozmawiam (ja_)?piszę_z
        rozmawiał(em|am) gadam_z numer_(telefonu|do|infolinii) numer_telefonu godzin* adres_(e|mail|biura|do)
        do_której o_której mejl mail_do połączono_mnie mnie_(już_)?połączono zawsze_.._później
    """,
    unless="połącz* przełącz* chcę chciał* daj dajcie z_którym",
    other=(
        "(mój|moja|mojego|moim|moją|mojej|moi|nasz|nasza|naszego|naszej|jej|jego|ich)_((nowy|nowa|stary|były)_"
        ")?(szef*|kierowni*|kolega|koleżank*|manager*|menedżer*|przełożon*|doradc*|pracowni*|agent*|technik*|"
        "dyrektor*|księgow*|operator*|przedstawiciel*|konsultant*|opiekun*) (agent*|pracowni*|konsultant*|doradc*|"
        "sprzedaw*|kasjer*|technik*|osoba)_(na|w|z)_(lotnisk*|sklep*|oddzia*|salon*|banku|hotel*|kas*|stacj*) "
        "agent_(nieruchomości|ubezpieczeniowy|celny) agentem_(nieruchomości|ubezpieczeniowym) user_agent "
        "zasob*_ludzk* dzia*_kadr operator(a|em)?_(komórkow*|sieci|telefonii|telekom*) mój_operator "
        "nie_jestem_(ro)?bot* na_osobę inna_osoba innej_osob* ile_osób dwie_osoby osób osoba_trzecia nie_tylko "
        "nie_mogę nie_można nie_ma_tam nie_macie nie_rozumie nie_działa"
    ),
    joints="ale lecz bo ponieważ więc dlatego tylko_raczej i",
    starts="(chcę|chciałbym|chciałabym|żądam)_(rozmawiać|porozmawiać|człowieka|kontaktu)",
    call="daj dajcie zawołaj poproszę jest chcę",
    endings="a ą y i ę em owi ie om iem u",
    later="(jeśli|jeżeli|jak)_(to|się)_.._nie jeśli_nie_(zadziała|pomoże|uda)",
)

CZECH = Lexicon(
    codes=("cs",),
    person="""
        člověk* lidi lidmi lidí lidé osob(a|ou|u|y|ě) operátor* agent agenta agentem agentovi zástupc* zástupce
        zaměstnan* pracovní(k|ka|kem|kovi|ci|ků|ky) pracovnic* kolega kolegu kolegy kolegou kolegovi kolegů poradc*
        poradkyn* vedouc* manažer* nadřízen* šéf šéfa šéfem specialist* technik technika technikem technikovi
        odborník* supervizor* konzultant* zákaznick*_poradc* živ*_člověk* ředitel* referent* expert* supervisor*
        živ*_bytost* live_chat živý_chat živ*_operátor* supportačk* servisák*
    """,
    someone="""
        někdo někoho někomu někým někom někdo_jiný někoho_jiného kdokoli kdokoliv jedním_z_vás jeden_z_vás
        někdo_od_vás někdo_z* kdo kohokoli někoho_z* někým_z* paní_* panem_* pana_* s_ní s_ním s_kým kterým_z_vás
        vašich_lidí
    """,
    dept="""
        podpor* zákaznick*_podpor* zákaznick*_(servis*|servisu|linku|lince|centr*) oddělen* technick*_oddělen*
        infolink* účtárn* účetn* fakturac* helpdesk* zákaznický_servis reklamac* obchodní*_oddělen* servis* recepc*
        tým týmu
    """,
    real="skutečn* živ* živýho opravdov* reáln* lidsk* kompetentn* normáln* pořádn* schopn* zkušen*",
    talk="""
        mluvit mluvt promluvit hovořit pohovořit bavit pobavit chatovat psát komunikovat spojit spojení kontaktovat
        pokecat popovídat řešit vyřešit probrat domluvit konzultovat mluvil_bych mluvila_bych mluvil mluvila promluvil
        promluvila probral probrala řešil řešila hovor kontakt volat zavolat rozhovor dovolat vysvětlit
    """,
    move="""
        přepojte přepoj přepojit přepojení přepojíte přepojíš spojte spoj spojit předejte předej předat přesměrujte
        přesměruj přesměrovat převeďte převést eskalujte eskalovat přehoďte přehodit přepněte přepni přepnout postupte
        postoupit pošlete napojte napojit odkažte zapojte
    """,
    give="""
        dejte dej dejte_mi dej_mi zavolejte zavolej sežeňte sežeň najděte najdi přiveďte pošlete pošli chci_mít
        můžu_mít můžu_dostat dostat můžete_mi_dát dát přizvěte přizvat potřebuju_mít na_telefon k_telefonu pusťte_mě
        sem
    """,
    want="""
        chci chtěl_bych chtěla_bych chtěl chtěla potřebuji potřebuju přeji přeju žádám vyžaduji vyžaduju požaduji
        preferuji raději radši prosím_o potřebujeme chceme hledám dožaduji rád_bych ráda_bych radsi chtel
    """,
    reach=(
        "(mi|se_mi|mě|mně)_.._(zavolal|zavolala|zavolat|ozval|ozvat|ozvala|pomohl|pomoci|pomoct|odpověděl|odpovědět|"
        "odpoví|poradil|poradí|pomůže|kontaktoval|kontaktovat|ozve|zavolá|ozvě|napsal) zavolat_mi zavolal* zavolá "
        "ozve ozval* ozvat kontaktoval* převzal převezme převzít postará ujmout ujme podíval* podívat podívá "
        "pomůže_mi pomohl_by_mi pomoci_mi kdo_.._(rozumí|ví|umí|může|dokáže|vyzná|pomůže) tomu_rozumí vyřešil "
        "odpověděl odpovědět odpoví prověřil prověřit projít"
    ),
    there="""
        je_tam je_tu je_tady je_u_vás máte existuje sedí_tam pracuje_tam pracuje_u_vás je_někdo je_nějaký je_možné_mít
        není_tam není_tu je_vůbec jak_se_spojím jak_kontaktuji je_k_dispozici jak_se_dovolám
    """,
    through="""
        (můžete|mohli_byste|můžeš|mohl_byste)_mi_.._(zavolat|zavolat_zpět|volat) s_(ní|ním)_.._pokračovat
        pokračovat_s_(ní|ním) (přepojte|přepoj|spojte|spoj)_(mě|nás|mne)(_už|_hned|_dál|_konečně|_prosím|_okamžitě)
        ^(přepojte|přepoj|spojte)_mě$ (zavolejte|zavolej)_mi ozvěte_se_mi
        prosím_o_(zavolání|přepojení|telefonát|zpětné_volání|spojení) prosím_(přepojit|přepojte|spojit|spojte)
    """,
    nobot="""
        (ne|nechci|nebudu|nikdy)_.._(s|se)_.._(bot*|robot*|stroj*|automat*|počítač*|ai|chatbot*|programem)
        ne_(bota|botem|bot|robota|robotem|robot|stroj|strojem|ai|automat|automatem|s_botem|s_robotem)
        (dost|plné_zuby)_.._(bot*|robot*|automat*)
        (žádn*|místo|bez)_.._(bota|boty|roboty|robota|robotů|automat*|stroj*) už_žádn*_(bot*|robot*|automat*)
        nechci_(bota|robota|stroj|automat*) a_ne_.._(bot*|robot*|stroj*|automat*)
    """,
    polite="""
        prosím prosim hned teď okamžitě už dobrý den ahoj zdravím s se na nějaký nějakého nějakou já ano no ok děkuji
        díky rychle urgentně spojit si živého a mi tam sem hele
    """,
    refuse="""
        nebudu nechtěl* nemám_zájem ne nechci nechceme nepotřebuj* nepřeju nepřeji nemusíte nemusíš netřeba nikdy bez
        žádn* místo nepřepoj* nespoj* není_třeba včera později požádám nemluvil* mluvil_jsem mluvila_jsem už_jsem
    """,
    refuse_after="""
        ne nechci nepotřebuj* není_(třeba|potřeba|nutn*) netřeba nemusí* včera říkal* řekl* mi_řek* zbytečn*
        jsem_mluvil* jsem_volal* poradil*
    """,
    void="""
        ^(a_|ahoj_|hej_|takže_)?(jsi|jste|jseš|ty_jsi|vy_jste|je_to|je_tohle|tohle_je) mluvím píšu_si chatuji_s
        chatuju_s bavím_se s_kým_mluvím (jsem|už_jsem)_.._(mluvil*|hovořil*|volal*) mluvil_jsem telefonní_číslo
        číslo_na telefonní otevírací* e_mail* adres* v_kolik_hodin do_kolika od_kolika jak_dlouho přepojili už_mě_
        vždycky_.._později
    """,
    unless="přepoj* spojte chci dejte chtěl* se_kterým",
    other=(
        "(můj|moje|mého|mým|naše|náš|našeho|její|jeho|jejich|moji|moje)_((nový|nová|starý|bývalý)_)?(šéf*|vedouc*|"
        "koleg*|manažer*|nadřízen*|poradc*|zaměstnan*|agent*|technik*|ředitel*|účetn*|operátor*|osoba|pracovn*) "
        "(agent*|pracovn*|zaměstnan*|poradc*|prodav*|technik*|operátor*)_(na|v|z)_(letišt*|prodejn*|pobočc*|pobočk*|"
        "obchod*|hotel*|bance|pokladn*|přepážc*) realitní_(agent*|makléř*) pojišťovací_agent* user_agent "
        "lidsk*_zdroj* personáln* mobilní_operátor* mobilního_operátora nejsem_(ro)?bot* na_osobu jiná_osoba "
        "jiné_osob* kolik_(lidí|osob) dvě_osoby osob operátor*_sít* nejen nemůžu_mluvit nemůžu nejde není_tam "
        "není_tu nemáte nerozumí nefunguje nedá_se nešlo_by nemohl_by nemohla_by"
    ),
    joints="ale protože takže tak proto nýbrž a_proto a",
    starts="(chci|chtěl_bych|chtěla_bych|žádám)_(mluvit|člověka|operátora|hovořit|spojit)",
    call="dejte zavolejte chci může",
    endings="u em ou y a ovi ě i om",
    later="(jestli|pokud|když|kdyby)_(to|tohle|se)_.._(ne*|selže)",
)

RUSSIAN = Lexicon(
    codes=("ru",),
    script="cyrillic",
    person="""
        человек* людьми людей люди оператор* аператор* агент агента агентом агенту сотрудник* специалист*
        представител* менеджер* консультант* коллег* руководител* начальник* начальств* старш*_смены старш* эксперт*
        техник техника технику техником мастер* работник* администратор* супервайзер* управляющ* директор* живого
        живому живым живой_человек кого_нибудь_живого ответственн* саппорт* инженер* юрист* персон* куратор*
    """,
    someone="""
        кто_нибудь кем_нибудь кому_нибудь кого_нибудь кто_то кем_то кому_то кого_то кто_либо кем_либо кто кого кому
        другого другому кому_нить кем_нить кто_нить кто_нибуть кем_нибуть с_ней с_ним тому_кто тем_кто тот_кто
        одним_из_вас одного_из_вас кем_угодно
    """,
    dept="""
        поддержк* техподдержк* отдел* бухгалтери* служб*_поддержк* служб* колл_центр* сервис* техотдел*
        доставк*_отдел* линию_поддержки хелпдеск* саппорт горяч*_лини* контакт_центр* претензи*
    """,
    real="""
        живой живого живым живая живому настоящ* реальн* нормальн* компетентн* толков* адекватн* квалифицирован*
        разумн* грамотн* живые живых
    """,
    talk="""
        решу обсужу обсудила поговорить говорить общаться пообщаться побеседовать беседовать связаться разговаривать
        переговорить потолковать связи связь связать обсудить поговорю пообщаюсь поболтать разговор разговора
        разговору переписываться созвониться соединить консультаци* решать решить позвонить дозвониться пагаварить
        поговорит списаться объяснить продолжить
    """,
    move="""
        соедините соедини соединить соединяйте саедините соеденить соедените соединение переведите переведи перевести
        переводите переключите переключи переключить переключение переадресуйте переадресовать передайте передай
        передать свяжите связать направьте направить перекиньте перекинь перенаправьте перенаправить подключите
        подключи подключить эскалируй* эскалаци* переключай перевод
    """,
    give="""
        позовите позови позвать пазовите дайте дай найдите найди пригласите пригласи пришлите подайте вызовите вызвать
        зовите давайте давай нужен нужна можно_мне можно к_телефону на_линию на_связь предоставьте сюда мне_бы
    """,
    want="""
        хочу хотел_бы хотела_бы хотелось_бы требую желаю нужен нужна нужно надо предпочитаю предпочел_бы предпочла_бы
        необходим прошу мне_бы хотим нужны лучше ищу жду требуется хачу жажду
    """,
    reach=(
        "посмотреть взглянуть помочь_мне разобраться ответить_мне "
        "(со_)?мной_.._(свяжется|связался|связаться|поговорит) свяжется_со_мной (мне|меня)_.._(перезвонил*|"
        "перезвонит|перезвонят|позвонит|позвонил*|позвонят|ответит|ответил|поможет|помог|наберет|набрал|объяснит|"
        "проконсультир*|выслушает|ответили) перезвонит позвонит свяжется связался перезвонил ответит_мне ответит "
        "возьмет_на_себя займется занялся возьмется посмотрит посмотрел взглянет взглянул разберется разбирается "
        "разобрался реально_.._разбер* рассмотр* поможет_мне в_этом_.._(понимает|разбирается|шарит) понимает "
        "проверит проверил перезвонить_мне связаться_со_мной подключится подключился вмешается"
    ),
    there="""
        есть_ли есть_кто есть_там есть_тут есть_здесь есть у_вас_есть имеется_ли тут_есть там_есть здесь_есть
        кто_нибудь_есть как_связаться_с как_поговорить_с как_дозвониться_до работает_ли найдется нет_ли
    """,
    through=(
        "(пусть|чтобы)_мне_.._(перезвон*|позвон*) (можете|могли_бы|можешь)_.._мне_.._(перезвонить|позвонить) "
        "(можете|могли_бы)_.._(перезвонить|позвонить)_мне (соедините|соедини|переключите|переведите|переключи)_"
        "(меня|нас)(_уже|_наконец|_пожалуйста|_немедленно|_дальше|_срочно|_сейчас) "
        "^(соедините|соедини|переключите|переведите)(_меня)?$ (перезвоните|позвоните|наберите)_(мне|пожалуйста|нам) "
        "прошу_(перезвонить|соединить|переключить|связаться_со_мной) закажите_звонок заказать_(обратный_)?звонок "
        "обратный_звонок свяжитесь_со_мной хочу_обратный_звонок жду_звонка"
    ),
    nobot=(
        "(не|никогда)_.._(с|со)_.._(бот*|робот*|машин*|автоответчик*|компьютер*|ии|программ*) "
        "не_(бот|бота|ботом|робот|робота|роботом|с_ботом|с_роботом|автоответчик|машина|машину|программа|программу|с_"
        "программой) "
        "(надоел*|достал*|хватит|задолбал*|устал*)_.._(бот|боты|бота|ботов|робот|роботы|роботов|автоответ*|отписк*) "
        "(без|никаких|вместо)_(бота|ботов|роботов|робота|автоответ*) "
        "а_не_.._(бот*|робот*|автоответ*|программ*|машин*)"
    ),
    polite="""
        пожалуйста пж пжл плиз плз сейчас срочно немедленно здравствуйте привет добрый день вечер алло с на мне бы я
        дайте да ок уже можно быстро быстрее спасибо ну и еще какого к же прошу хоть любого утро скорее
    """,
    refuse="""
        не нет никогда без ни вместо незачем вчера попрошу говорил говорила общался общалась потом позже никакого
        никакой никаких
    """,
    refuse_after="""
        не не_(нужен|нужна|нужно|надо|требуется|нужны) вчера сказал* говорил* ответил* обещал* посоветовал* не_надо
        уже_ответил
    """,
    void=(
        "^(а_|и_|так_|привет_|слушай_)?(ты|вы|это|вы_что|ты_что)_(сейчас_)?(бот*|робот*|человек|живой|живая|"
        "настоящ*|реальн*|машина|ии|оператор|сотрудник|правда|вообще_человек) "
        "(я_)?(говорю|общаюсь|разговариваю|переписываюсь) с_кем_я номер_(телефона|горячей|поддержки|службы) "
        "телефон_(поддержки|службы|горячей) график* часы_работы адрес_(почты|электронной|офиса) до_скольки "
        "во_сколько со_скольки говорил(а)?_с общал(ся|ась)_с какой_номер "
        "меня_(уже_)?(соединили|перевели|переключили) уже_(соединили|перевели|говорил*|общал*) всегда_.._потом "
        "сколько_(человек|людей)"
    ),
    unless="соедин* перевед* хочу дайте позовите переключ* с_которым",
    other=(
        "(мой|моя|моего|моему|моим|мои|наш|наша|нашего|нашему|его|ее|их)_((новый|новая|старый|бывший|мобильный)_"
        ")?(начальни*|руководител*|коллег*|менеджер*|директор*|сотрудни*|агент*|консультант*|оператор*|бухгалтер*|"
        "специалист*|человек*|работник*|техник*|мастер*|бухгалтери*)(_(просил*|сказал*|попросил*|уволил*))? "
        "(агент*|сотрудни*|консультант*|продав*|оператор*|менеджер*|работник*|мастер*)_(в|на|из|с)_(аэропорт*|"
        "магазин*|отделени*|банк*|касс*|отел*|вокзал*|салон*|офис*) агент_по_недвижимости агентом_по_недвижимости "
        "страхов*_агент* user_agent отдел*_кадров мобильн*_оператор* сотов*_оператор* "
        "оператор*_(связи|сотов*|мобильн*) я_не_(ро)?бот другой_человек другого_человека другому_человеку "
        "на_человека на_одного_человека человеческ*_ресурс* добавить_сотрудника не_только не_могу_поговорить "
        "не_могу почему_нельзя нельзя_ли нет_ли неужели_нет не_понимает не_помог* не_помога* не_работает "
        "кто_то_(вошел|зашел|украл|взломал|из_моих) службы_доставки служба_доставки курьерск*_служб*"
    ),
    joints="но а поэтому потому_что так_что и",
    starts="""
        (я_)?(хочу|требую|хотел_бы|хотела_бы)_(поговорить|человека|оператора|живого|разговаривать|общаться)
    """,
    call="позовите дайте хочу",
    endings="а у ой ей е ы и ом ем ю я",
    later="если_.._не_(получится|поможет|сработает|выйдет|удастся)",
)

UKRAINIAN = Lexicon(
    codes=("uk",),
    script="cyrillic",
    person="""
        людин* людьми людей люди оператор* аператор* агент агента агентом агенту співробітник* працівник* фахів*
        фахівець спеціаліст* представник* менеджер* консультант* колег* керівник* керівництв* начальник* експерт*
        технік* адміністратор* супервайзер* директор* майстр* майстер старш*_зміни старш* живого живій живою живу
        відповідальн* інженер* саппорт* чергов*
    """,
    someone="""
        хтось хто_небудь кимось ким_небудь комусь кому_небудь когось кого_небудь хто хтось_з* кимось_з* когось_з*
        комусь_із когось_іншого кимось_іншим тому_хто той_хто з_нею з_ним одним_з_вас кому когось_живого хтось_із*
        будь_з_ким кимсь ким_завгодно з_кимось
    """,
    dept="""
        підтримк* служб*_підтримк* техпідтримк* відділ* бухгалтері* кол_центр* сервіс* служб* гаряч*_ліні*
        контакт_центр* претензі*
    """,
    real="жив* справжн* реальн* нормальн* компетентн* тямущ* притомн* кваліфікован* адекватн* досвідчен*",
    talk="""
        вирішу обговорю поговорити говорити спілкуватися спілкуватись поспілкуватися поспілкуватись розмовляти
        порозмовляти поспілкувати звязатися звязатись зв'язатися зв'язатись зв'язку зв'язок обговорити балакати
        побалакати переговорити розмова розмови розмову поспілкуюся з'єднати зєднати вирішити погомоніти додзвонитися
        зателефонувати пояснити продовжити
    """,
    move="""
        з'єднайте зєднайте з'єднай з'єднати переведіть переведи перевести переключіть переключи переключити перемкніть
        перемкнути перемкни передайте передай передати зв'яжіть зв'язати спрямуйте скеруйте направте перенаправте
        перенаправити підключіть підключи підключити переадресуйте переадресувати перекиньте
    """,
    give="""
        покличте поклич покликати дайте дай знайдіть знайди запросіть запроси викличте викликати надайте кличте
        давайте потрібен потрібна можна_мені можна до_телефону на_зв'язок надішліть сюди мені_б
    """,
    want="""
        хочу хотів_би хотіла_би хотів_би хотіла_б хотілося_б вимагаю бажаю потрібен потрібна потрібно треба прошу
        краще волію мені_б надаю_перевагу хочемо потребую шукаю чекаю потрібні необхідн*
    """,
    reach=(
        "подивитися глянути подивитись розібратися допомогти_мені "
        "(зі_|із_)?мною_.._(зв'яжеться|зв'язався|зв'язалися|зв'язатися|поговорить) зв'яжеться_зі_мною "
        "(мені|мене)_.._(передзвонить|передзвонив*|передзвонять|зателефонує|зателефонував*|подзвонить|подзвонив|"
        "відповість|відповів|допоможе|допоміг|набере|пояснить|проконсульту*|вислухає) передзвонить зателефонує "
        "зв'яжеться займеться займався візьметься візьме_на_себе подивиться подивився подивилась гляне глянув "
        "розбереться розуміється розбирається розібрався відповість відповів перевірить перевірив розгляне "
        "розглянув передзвонити_мені цим_займеться подбає перейме підключився підключиться тямить"
    ),
    there="""
        чи_є є_там є_тут є_хтось там_є тут_є у_вас_є маєте є_хто як_зв'язатися_з як_поговорити_з є_можливість
        працює_там знайдеться чи_можна_мати хіба_немає
    """,
    through=(
        "(нехай|хай|щоб)_мені_.._(передзвон*|зателефон*|подзвон*) "
        "(можете|могли_б|можеш)_.._мені_.._(передзвонити|зателефонувати|подзвонити) "
        "(можете|могли_б)_.._(передзвонити|зателефонувати|подзвонити)_мені (з'єднайте|переключіть|переведіть|"
        "перемкніть|з'єднай)_(мене|нас)(_вже|_нарешті|_будь_ласка|_негайно|_далі|_терміново|_зараз) "
        "^(з'єднайте|переключіть|переведіть|перемкніть)(_мене)?$ "
        "(передзвоніть|зателефонуйте|подзвоніть|наберіть)_(мені|будь_ласка|нам) "
        "прошу_(передзвонити|з'єднати|зателефонувати|переключити) замовити_дзвінок замовити_зворотний_дзвінок "
        "зв'яжіться_зі_мною чекаю_дзвінка"
    ),
    nobot=(
        "(не|ніколи)_.._(з|із)_.._(бот*|робот*|машин*|автовідповідач*|комп'ютер*|ші|програм*) "
        "не_(бот|бота|ботом|з_ботом|робот|робота|роботом|з_роботом|машина|машину|програма|програму|автовідповідач*) "
        "(набрид*|досить|годі|дістав|дістали|втомив*)_.._(бот|боти|бота|ботів|робот|роботи|роботів|автовідповід*|"
        "автоматичн*) (без|жодних|замість)_(бота|ботів|роботів|робота|автовідповід*) "
        "а_не_.._(бот*|робот*|програм*|машин*)"
    ),
    polite="""
        будь_ласка будьласка прошу зараз терміново негайно добрий день привіт вітаю алло з на мені б я дайте так ок
        вже можна швидко дякую ну і якогось к вечір ранок хоч будь якого та скоріше йой
    """,
    refuse="""
        не ні ніколи без замість вчора учора попрошу говорив говорила спілкувався спілкувалася потім пізніше жодного
        жодної ніякого
    """,
    refuse_after="""
        не не_(потрібен|потрібна|потрібно|треба|потрібні) вчора учора сказав* сказала казав* казала відповів* порадив*
        обіцяв* не_треба
    """,
    void=(
        "^(а_|і_|то_|привіт_|слухай_)?(ти|ви|це|ви_що|ти_що)_(зараз_)?(бот*|робот*|людин*|жив*|справжн*|реальн*|"
        "машина|ші|оператор|взагалі_людина) (я_)?(говорю|спілкуюся|спілкуюсь|розмовляю|листуюся) "
        "номер_(телефону|гарячої|підтримки|служби) телефон_(підтримки|служби|гарячої) графік* години_роботи "
        "адрес*_(пошти|електронн*|офіс*) до_котрої о_котрій до_скількох говорив_з говорила_з "
        "спілкува(вся|лася|вся_вже|лась)_з який_номер мене_(вже_)?(з'єднали|перевели|переключили) "
        "вже_(з'єднали|перевели|говорив|говорила|спілкув*) завжди_.._потім скільки_(людей|осіб)"
    ),
    unless="з'єдна* переве* хочу дайте покличте переключ* з_яким",
    other=(
        "(мій|моя|мого|моєму|моїм|мої|наш|наша|нашого|його|її|їх|їхній)_((новий|нова|старий|колишній|мобільний)_"
        ")?(начальни*|керівни*|колег*|менеджер*|директор*|співробітни*|працівни*|агент*|консультант*|оператор*|"
        "бухгалтер*|спеціаліст*|людин*|технік*|фахів*) (агент*|працівни*|співробітни*|консультант*|продав*|"
        "оператор*|менеджер*)_(в|у|на|з|із)_(аеропорт*|магазин*|відділенн*|банк*|кас*|готел*|вокзал*|салон*|офіс*) "
        "агент_з_нерухомості ріелтор* страхов*_агент* user_agent відділ*_кадрів мобільн*_оператор* "
        "оператор*_(зв'язку|мобільн*|стільник*) я_не_(ро)?бот інша_людина іншої_людини іншій_людині на_людину "
        "людськ*_ресурс* додати_(співробітника|учасника) не_тільки не_лише не_можу_поговорити не_можу чому_не чи_не "
        "невже_немає не_розуміє не_допом* не_працює хтось_(увійшов|зайшов|вкрав|зламав) кур'єрськ*_служб* "
        "служб*_доставки"
    ),
    joints="але а тому бо тож так_що і",
    starts="""
        (я_)?(хочу|вимагаю|хотів_би|хотіла_б)_(поговорити|людину|оператора|живу|живого|спілкуватися|розмовляти)
    """,
    call="покличте дайте хочу можна",
    endings="а у ою ею е и і ом ем ю я",
    later="якщо_.._не_(вийде|допоможе|спрацює|вдасться)",
)
