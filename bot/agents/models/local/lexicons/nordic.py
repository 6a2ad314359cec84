"""Swedish, Danish, Norwegian and Finnish."""

from bot.agents.models.local.lexicon import Lexicon

SWEDISH = Lexicon(
    codes=("sv",),
    person="""
        människa människor mänska person personer medarbetare handläggare kundtjänstmedarbetare kundtjänstare
        kundservicemedarbetare kundtjänstperson rådgivare agent agenten agenter operatör* representant* kollega
        kollegor chef chefen chefer arbetsledare teamledare supervisor specialist* tekniker* expert* anställd
        anställda säljare ansvarig ansvarige konsult* butikschef support_medarbetare supportmedarbetare
        supporttekniker live_chatt livechatt livechat personalen snubbe handledare bemannad_chatt människa_av_kött
    """,
    someone="""
        någon nån nåt_folk någon_annan nån_annan nån_jävel någon_av_er (en|ngn)_av_(er|era) vem folk typ kille tjej
        någon_hos_er någon_på* ngn henne honom någonting_levande fru_* herr_*
    """,
    dept="""
        kundtjänst kundservice kundtjänsten support supporten fakturering faktureringen ekonomi ekonomiavdelningen
        avdelning* *avdelningen fakturaavdelningen teknisk_support växeln receptionen försäljning kundsupport helpdesk
        team teamet returavdelningen reklamation*
    """,
    real="riktig riktiga levande äkta mänsklig mänskliga verklig kompetent kunnig vettig normal riktigt",
    talk="""
        tar_hellre tar_det ta_det prata prta tala snacka chatta ringa diskutera kontakta kommunicera skriva kontakt
        ta_detta få_hjälp_av komma_i_kontakt prat prata_me pratas samtala få_tag_i få_tag_på
    """,
    move="""
        koppla kopplar_du kopplas skicka vidarebefordra överföra överför släpp lämna_över flytta eskalera hänvisa
        slussa koppl vidarekoppla bli_kopplad ansluta anslut överlämna lämna
    """,
    give="""
        ge_mig ge_oss ge hämta kalla skaffa_mig skaffa ordna fixa kan_jag_få får_jag jag_få låt_mig skicka_hit hit
        i_chatten på_tråden i_luren
    """,
    want="""
        vill vil önskar behöver kräver föredrar skulle_vilja hellre vill_ha hade_velat begär söker gärna vill_hellre
    """,
    reach="""
        ringa_.._(mig|upp) ringer_mig kontakta_mig höra_av_sig hör_av_sig svara_(mig|på) hjälpa_mig hjälper_mig
        kan_hjälpa ta_över tar_över ta_hand_om titta_på tittar_på kolla_på ringa ringer_upp återkomma återkommer svara
        svarar_mig ringer som_.._(kan|vet|fattar|förstår|begriper) kan_nåt kan_det_här ta_kontakt på_det_här hjälper
        ta_det_här ta_sig_an
    """,
    there="""
        finns_det är_det sitter_det har_ni är_någon finns är_nån jobbar_det hur_når_jag hur_får_jag_tag finns_där
        är_där finns_inte_någon
    """,
    through="""
        (sätt|sätta)_mig_i_(kontakt|förbindelse)_med (kan|kunde|vill)_(ni|du)_.._(ringa|ringa_upp)_mig
        (fortsätta|prata|tala)_.._med_(henne|honom) koppla_(mig|oss)_(vidare|fram|nu|direkt|bara|för_fan)
        släpp_(fram|igenom)_mig koppla_vidare_(mig|oss) ring_(mig|upp_mig|upp) ring_upp_mig
        vill_bli_(uppringd|kopplad|vidarekopplad) bli_uppringd kan_ni_ringa(_upp)?_mig ^koppla_vidare$ ^vidarekoppla$
        låt_mig_komma_fram
    """,
    nobot="""
        (inte|i_stället_för)_ett_program (inte|aldrig)_.._(med|till)_.._(ro)?bot* ingen_.._(ro)?bot* inga_.._(ro)?bot*
        inte_en_(bot|robot|maskin|dator|ai|chattbot) ingen_(dator|maskin|ai|chattbot|automat)
        inga_(automatiska|automatsvar|maskiner|datorer)* trött_på_.._(ro)?bot* slippa_.._(ro)?bot*
        istället_för_(en|den_här)_(ro)?bot* nog_av_.._(ro)?bot*
    """,
    polite="""
        tack snälla nu genast direkt en ett jag hej hejsan ok okej bara ja den en_gång då vänligen med gärna asså ge
        mig till fort hallå
    """,
    refuse="""
        inte ej aldrig utan ingen inget inga slipp slippa behöver_inte istället_för om_det_inte sen senare strunta
        kommer_jag_att ska_jag
    """,
    refuse_after="inte behövs_inte behöver_jag_inte vill_jag_inte igår sa_att onödigt är_inte_nödvändig* berättade",
    void="""
        lägga_till lägger_.._till lägg_till har_.._pratat har_.._talat
        ^(och_|hej_|men_)?(är_du|är_ni_(en|ett|riktiga)|är_det_här|är_detta|du_är)
        (pratar|talar|skriver|chattar|snackar)_jag blev_.._kopplad blivit_kopplad har_blivit har_jag_(pratat|talat)
        telefonnummer* telefonnumret öppettider* numret_till nummer_till mejladress* e_postadress* adressen_till
        när_öppnar hur_dags alltid_.._senare
    """,
    unless="koppla* ge_mig vill_jag då_.._(vill|koppla)",
    other=(
        "(kan|får|måste|ska)_(någon|nån)_annan (min|mina|mitt|vår|våra|vårt|hans|hennes|deras)_((nya|gamla|egna|"
        "förra)_)?(chef|chefer|kolleg*|handläggare|medarbetare|rådgivare|person|tekniker|säljare|personal|team|"
        "agent|operatör|arbetsledare|konsult) (agenten|medarbetaren|rådgivaren|handläggaren|teknikern|säljaren|"
        "personalen|chefen)_(i|på|vid|från)_(butiken|flygplatsen|kontoret|kassan|hotellet|banken|bussen|"
        "receptionen) mobiloperatör* fastighetsmäklare user_agent personalavdelning* human_resources hr_* "
        "hur_många_(personer|människor) per_person annan_person en_annan_person jag_är_(ingen|inte_en)_(ro)?bot "
        "inte_bara teammedlem* nån_annans"
    ),
    joints="men utan_att eftersom och därför för_att så",
    starts="jag_(vill|behöver|kräver|skulle)",
    call="ge_mig hämta vill få",
    endings="s",
    later="om_(det|detta|det_här)_.._(inte|misslyckas) funkar_det_inte",
)

DANISH_NORWEGIAN = Lexicon(
    codes=("da", "nb"),
    person="""
        menneske mennesker person personer medarbejder* medarbeider* kundebehandler* kundeservicemedarbejder*
        kundeservicemedarbeider* kundemedarbeider kundekonsulent* rådgiver* agent agenter agenten operatør*
        representant* repræsentant* kollega kolleger kollegaer kollegaene chef sjef chefen sjefen leder lederen
        teamleder* supervisor overordnet overordnede specialist* spesialist* tekniker* ekspert* ansat ansatt ansatte
        ansvarlig ansvarlige sagsbehandler* saksbehandler* konsulent* supporter supportmedarbejder*
        supportmedarbeider* live_chat livechat personale personalet betjent_chat selger sælger butikksjef vaktleder
        vagtleder avdelingsleder afdelingsleder menneskelig_hjælp
    """,
    someone="""
        nogen noen nogle en_af_(jer|jeres|dine|kollegerne) en_av_(dere|deres|dine|de) en_fra_* en_hos_jer en_hos_dere
        hvem folk fyr en_der_* en_som_* noen_andre nogen_anden hende ham henne noen_av_dere nogen_af_jer noen_hos_dere
        nogen_hos_jer fru_* herr_*
    """,
    dept="""
        kundeservice kundeservicen kundesenter support supporten regnskab regnskabet regnskap regnskapet faktura*
        afdeling* avdeling* *afdelingen *avdelingen økonomi økonomiafdelingen bogholderi teknisk_support sentralbord
        sentralbordet salg salgsavdelingen kundesupport kundestøtte helpdesk team teamet teknikken reklamasjon*
        reklamation*
    """,
    real="""
        rigtigt skikkeligt levende rigtig rigtige ægte ekte levende ordentlig ordentlige menneskelig virkelig
        skikkelig skikkelige kompetent normal virkelige reell
    """,
    talk="""
        tar_heller tager_hellere tar_det tale snakke snakk snak prate prat chatte ringe skrive diskutere drøfte
        kommunisere kommunikere kontakte kontakt komme_i_kontakt tale_med ta_dette komme_igennem komme_gjennom
        få_fat_i få_fat_på få_tak_i få_hjelp_av få_hjælp_af snake
    """,
    move="""
        stil stille omstille sæt sætte sett sette send sende viderestil viderestille videresend overfør overføre
        overføres overføring kobl koble kople viderekoble eskaler eskalere overdrag overlad overlat henvis forbind
        koblet overlevér lever sendes settes stilles tilkall tilkalle involver
    """,
    give="""
        giv_mig gi_meg giv gi hent tilkald tilkall skaf_mig skaff_meg skaff skaf få find_en finn_en lad_mig la_meg
        kan_jeg_få må_jeg_få få_fatt i_chatten på_tråden på_linja på_linjen i_røret hit herhen
    """,
    want="""
        vil ønsker behøver trenger kræver krever foretrækker foretrekker vil_gerne vil_gjerne vil_ha vil_have hellere
        heller har_brug_for har_behov_for skal_have må_ha ber_om beder_om helst søger ville_gerne kunne_tenke
    """,
    reach="""
        ringe_.._(mig|meg|op|opp) ringe_til_mig ringer_(mig|meg|til_mig) ring_(mig|meg) kontakte_(mig|meg) ta_kontakt
        tage_kontakt tager_kontakt tar_kontakt svare_(mig|meg|på) svarer_(mig|meg) hjælpe_mig hjelpe_meg kan_hjælpe
        kan_hjelpe faktisk_kan_hjælpe faktisk_kan_hjelpe tage_over ta_over overta overtage overtager overtar se_på
        ser_på kigge_på kikke_på svare svarer vende_tilbage
        (som|der)_.._(kan|vet|ved|forstår|skjønner|fatter|forstand) ringe_tilbake ringe_tilbage ta_saken tage_sagen
        tage_sig_af ta_seg_av på_denne på_den_her have_med på_det ringe
    """,
    there="""
        er_der er_det findes_der finnes_det sidder_der sitter_det har_i har_dere er_der_ikke er_det_ikke er_det_noen
        er_noen arbejder_der jobber_det hvordan_får_jeg hvordan_når_jeg finnes_der finns_det
    """,
    through="""
        (sæt|sæt|sett|sette|sætte)_(mig|meg)_.._i_(forbindelse|kontakt)_med
        komme_i_(kontakt|forbindelse)_med_(en|et|noen|nogen)
        (kan|kunne|vil)_(i|dere|du)_.._(ringe|ringe_til)_(mig|meg)
        (fortsætte|fortsette|snakke|tale|prate)_.._med_(hende|ham|henne)
        (stil|stille|sæt|sætte|sett|sette)_(mig|meg|oss|os)_.._(om|igennem|gennem|videre|over|gjennom)
        (viderestil|omstil|viderekoble|viderekobl)_(mig|meg) ring_(mig|meg)_(op|opp|tilbage|tilbake) ring_(mig|meg)
        ring_til_mig ringe_(mig|meg)_(op|opp|tilbage|tilbake) blive_ringet_op bli_oppringt
        (blive|bli)_(stillet_om|viderestillet|satt_over|viderekoblet) kobl(e)?_(mig|meg)_.._(videre|til|gjennom|over)
        ^(viderestil|sett_over|omstilling|sett_meg_over)$ stilles_om settes_over
    """,
    nobot="""
        (ikke|i_stedet_for)_et_program (ikke|aldri|aldrig)_.._(med|til)_.._(ro)?bot* ingen_.._(ro)?bot*
        ikke_en_(bot|robot|maskin|maskine|computer|datamaskin|ai|chatbot|chatrobot)
        ingen_(maskin|maskine|computer|datamaskin|ai|chatbot|automat) ingen_(automatiske|automatsvar)*
        træt_af_.._(ro)?bot* lei_av_.._(ro)?bot* lei_.._(ro)?bot* i_stedet_for_(en|denne|den_her)_(ro)?bot*
        (nok_af|nok_av)_.._(ro)?bot* (ikke|ingen)_.._chatbot*
    """,
    polite="""
        tak takk venligst vennligst nu nå straks en et ei jeg hej hei ok okay bare ja lige gerne gjerne snarest da den
        jo helt ærligt omgående med til mig meg hallo snart vær så snill som
    """,
    refuse="""
        ikke aldrig aldri uden uten ingen intet inget slip slippe i_stedet_for har_ikke har_talt har_snakket
        har_prøvet lad_være la_være behøver_ikke trenger_ikke hvis senere kommer_jeg_til skal_jeg talte snakket
    """,
    refuse_after="""
        ikke er_ikke_nødvendig* trengs_ikke behøves_ikke har_jeg_ikke_brug unødvendig i_går sagde sa_at som_sa
        trenger_jeg_ikke vil_jeg_ikke fortalte
    """,
    void=(
        "tilføjer tilføje tilføyer legger_.._til legge_til ^(og_|hej_|hei_|men_|altså_)?(er_du|er_i_(en|et|rigtige)|"
        "er_dere_(en|et|ekte)|er_dette|er_det_her|er_det_en|du_er) (taler|snakker|skriver|chatter|prater)_jeg "
        "(blevet|blev|ble|blitt)_.._(stillet|satt|viderestillet|koblet|overført) har_jeg_(talt|snakket) "
        "telefonnummer* telefonnummeret åbningstid* åpningstid* nummeret_til nummer_til mailadresse* e_postadresse* "
        "adressen_til hvornår_(er|har|åbner) når_(er|åpner)_telefon* altid_.._senere alltid_.._senere"
    ),
    unless="stil_mig sett_meg giv_mig gi_meg vil_jeg som_jeg_kan jeg_kan_(tale|snakke|prate)",
    other=(
        "(min|mine|mit|mitt|vor|vores|vår|våre|hans|hendes|hennes|deres)_((nye|gamle|egen|egne|forrige)_)?(chef|"
        "sjef|leder|kolleg*|medarbejder*|medarbeider*|rådgiver*|person|tekniker*|selger|sælger|personale|team|agent|"
        "operatør|konsulent|kundebehandler)(?!_hos) (agenten|medarbejderen|medarbeideren|rådgiveren|"
        "kundebehandleren|teknikeren|sælgeren|selgeren|personalet|chefen|sjefen)_(i|på|ved|fra)_(butikken|"
        "lufthavnen|flyplassen|kontoret|kassen|hotellet|banken|bussen|receptionen|resepsjonen) mobiloperatør* "
        "ejendomsmægler* eiendomsmegler* user_agent personaleafdeling* personalavdeling* human_resources hr_* "
        "hvor_mange_(personer|mennesker) per_person (anden|annen)_person jeg_er_(ingen|ikke_en)_(ro)?bot ikke_bare "
        "teammedlem*"
    ),
    joints="men fordi og derfor så_at",
    starts="jeg_(vil|trenger|har_brug|kræver|krever|ønsker)",
    call="giv_mig gi_meg hent få",
    endings="s",
    later="hvis_(det|dette|det_her)_.._(ikke|mislykkes) om_(det|dette)_ikke",
)

FINNISH = Lexicon(
    codes=("fi",),
    person="""
        pomo* ihmi(nen|sen|sta|stä|selle|seen|set|siä|stakin|selta) ihmise* ihmis* asiakaspalvelija* asiakaspalvelijan
        asiakasneuvoj* neuvoja* agentti* agentin agentille operaattori* virkailija* työntekijä* edustaja* kollega*
        esimies esimieh* päällikkö* päällikö* johtaja* asiantuntija* teknikko* tekniko* asentaja* henkilö*
        henkilökunta* työkaveri* vastaava* puhelinpalvelija* spesialisti* ammattilai* tukihenkilö* asiakaspalvelian
        myyjä* myyjän live_chat livechat esihenkilö* vuoropäällik*
    """,
    someone="""
        joku jonku* jonkun jollekin johonkuhun jotakuta jonkin joltakulta jollekulle ketään kukaan kenenkään kehenkään
        kenelle kuka tyyppi tyypin toinen teiltä teistä jostakusta jotakin jonkun_teiltä hänen rouva_* herra_*
    """,
    dept="""
        asiakaspalvelu* aspa aspaan tuki tuen tukeen tekninen_tuki teknise* laskutus* laskutuksen osasto* myynti*
        myynnin vaihde* keskus* helpdesk tiimi* tiimin palautus* reklamaatio*
    """,
    real="""
        oikea oikean oikeaa oikealle oikealta oikee elävä* aito aidon aidolle pätevä* todellinen ihan_oikea osaava*
        kunnon normaali* elossa
    """,
    talk="""
        puhua puhuu puhuisin puhuisimme jutella jutelis* keskustella keskustelisin chatata soittaa kommunikoida
        asioida puhumaan juttelemaan keskustelemaan puheille yhteys yhteyttä yhteyden neuvotella hoitaa_.._kanssa
        selvittää_.._kanssa kirjoittaa pääsenkö pääsisinkö pääsenkö_puhumaan juttusille
    """,
    move="""
        siirrä siirtäkää siirtää siirretään siirto yhdistä yhdistäkää yhdistää ohjaa ohjatkaa kytke kytkekää välitä
        välittäkää laita laittakaa luovuta luovuttakaa delegoi eskaloi siirräthän yhdistäisittekö yhdistätkö
        siirtäisitkö siirrätkö siirtäisittekö voisitko_siirtää
    """,
    give="""
        anna antakaa antaa hanki hankkikaa hae hakekaa kutsu kutsukaa tuo tuokaa heitä pyydä pyytäkää annas päästä
        päästäkää annatko saanko saisinko saako paikalle linjoille langan_päähän tähän puhelimeen
    """,
    want="""
        haluan haluun haluaisin tahdon tarvitsen tarvii tarvin vaadin toivon toivoisin mieluummin mieluiten haluamme
        ottaisin haluisin haen etsin saada
    """,
    reach="""
        soittaa_.._minulle soittaa_mulle soittaisi* soittamaan soita_minulle soittakaa
        ottaa_.._(minuun|muhun)_.._yhteyttä ottaa_.._yhteyttä ottaisi_.._yhteyttä vastata_minulle vastaisi vastata
        vastaa_minulle auttaa_.._minua auttaa auttaisi ottaa_tämän ottaisi_tämän hoitaa hoitaisi hoitamaan katsoa
        katsoisi katsomaan joka_.._(osaa|ymmärtää|tietää|voi|auttaa) osaa_auttaa ottaa_kopin soittaa vastaamaan
    """,
    there="""
        onko_siellä onko_teillä onko_siellä_päässä löytyykö onko_tässä onko_täällä eikö_siellä eikö_teillä
        saako_teiltä onko saisiko tavoitan tavoittaa miten_saan eikö_täältä
    """,
    through="""
        hänen_kanssaan hänen_kanssa
        (yhdistä|yhdistäkää|siirrä|siirtäkää|ohjaa)_(minut|mut|meidät)_(eteenpäin|nyt|jo|heti|suoraan|kiitos|oikealle)
        soita(kaa)?_(minulle|mulle) soittopyyntö pyydän_soittoa soittakaa_.._takaisin takaisinsoitto
        voitteko_soittaa_(minulle|mulle) ^(yhdistä|siirrä)_(minut|mut)$
    """,
    nobot=(
        "(en|älä|ei|enää)_.._(botin|botille|bottien|robotin|robotille|koneen|koneelle|tekoälyn|tekoälylle|"
        "tietokoneen|automaatin) (en|ei)_.._(botti|bottia|botteja|robottia|robotti|konetta|tekoälyä) "
        "ei_mikään_.._(botti|robotti|kone) kyllästynyt_.._bot* riittää_.._bot* botin_sijaan robotin_sijaan "
        "ei_(botti|bottia|kone|konetta|robotti|robottia|tekoäly)"
    ),
    polite="""
        kiitos pliis ole hyvä nyt heti hei moi terve yksi joku ihan vaan minä haluaisin olkaa olisi kiitti hetimiten
        suoraan ja edes tähän no ok jo mut
    """,
    refuse="""
        en ei älä älkää ilman emme et ette eivät enkä eikä jos pyydän_myöhemmin kunnes myöhemmin puhuin juttelin olen
        olin
    """,
    refuse_after="en ei eilen sanoi turha ei_tarvita en_tarvitse ei_tarvitse en_halua kertoi",
    void="""
        ^(ja_|hei_|no_)?(oletko|oletteko|oot|ootko|onko_tämä|onko_tää|sinä_olet|olet)
        (puhunko|juttelenko|keskustelenko|kirjoitanko|chattaanko)* puhelinnumero* numero_on aukiolo* sähköposti*
        milloin_.._auki mihin_asti osoite* aina_myöhemmin myöhemminkin
    """,
    unless="yhdistä* siirrä* haluan anna",
    other=(
        "(pomoni|esimieheni|kollegani|johtajani|päällikköni|työntekijäni|työntekijämme|neuvojani|asiantuntijani|"
        "työkaverini|myyjäni|edustajani) (myymälän|lentokentän|liikkeen|konttorin|pankin|hotellin|kaupan)_(neuvoja*|"
        "virkailija*|asiakaspalvelija*|myyjä*|työntekijä*|henkilökunta|edustaja*|agentti*|teknikko*|johtaja*) "
        "matkapuhelinoperaattori* puhelinoperaattori* kiinteistö* user_agent henkilöstö* "
        "(montako|kuinka_monta|kaksi|yksi|per)_henkil* henkilötun* henkilötie* en_ole_(ro)?botti toinen_henkilö "
        "toisen_henkilön eri_henkilö"
    ),
    joints="mutta vaan_että koska ja joten",
    starts="(haluan|haluaisin|vaadin|tarvitsen)_(puhua|jutella|oikean|ihmisen|jonkun|keskustella)",
    call="anna haluan kutsu hae pyydä",
    endings="n lle lta lla a ta ä tä in an en",
    later="jos_(tämä|se|tää)_.._(ei|epäonnistuu) jos_ei_(toimi|onnistu|auta)",
)
