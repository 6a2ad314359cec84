"""German and Dutch."""

from bot.agents.models.local.lexicon import Lexicon

GERMAN = Lexicon(
    codes=("de",),
    person="""
        mensch mensch(en|s)? mensch-* mitarbeiter(in|innen|s|n)?
        kunden(dienst|service|betreuungs)?(mitarbeiter|berater|betreuer)(in|innen|n|s)?
        service(mitarbeiter|berater|kraft|techniker)(in|innen|n|s)?
        support(er|mitarbeiter|agent|agenten)(in|innen|n|s)? berater(in|innen|n|s)? betreuer(in|innen|n|s)?
        kolleg(e|en|in|innen)_(von_(dir|ihnen|euch))? kolleg(e|en|in|innen) agent(en|in)? operator(en)?
        ansprechpartner(in|innen|n|s)? sachbearbeiter(in|innen|n|s)? vorgesetzte(r|n|m)? chef(in|s)? manager(in|s|n)?
        teamleiter(in|s|n)? abteilungsleiter(in)? techniker(in|innen|n|s)? spezialist(en|in|innen)? expert(e|en|in)
        fachmann fachkraft fachperson fachleute vertreter(in|s|n)? person personen verantwortliche(r|n|m)?
        zuständige(r|n|m)? filialleiter(in)? geschäftsführer(in)? leiter(in)? mitglied_(ihres|eures)_teams live_chat
        livechat live_agent kundenberater(in|n)? echte_leute menschen_aus_fleisch_und_blut
    """,
    someone="""
        jemand jemande(n|m|r) jemandm irgendjemand(en|em)? irgendwen irgendwem irgendeine(r|n|m)?
        ein(er|em|en|e)_(von|aus)_(euch|ihnen|eurem|ihrem|dem|eurer|ihrer|der) ein(er|em|en|e)_ihrer
        ein(er|em|en|e)_eurer wer wen wem wen_anderen andere(r|n|m) frau_* herrn?_* (mit)_(ihr|ihm) den_support leute
        leuten typ typen ein(en|em)_(echten|richtigen|normalen)
    """,
    dept="""
        support kundenservice kundendienst kundensupport kundenbetreuung kundenberatung buchhaltung rechnungsabteilung
        rechnungsstelle *abteilung technik verkauf vertrieb zentrale hotline team reklamation beschwerdestelle
        retourenabteilung geschäftsleitung verwaltung service serviceteam supportteam support_team service_team
    """,
    real="""
        echt(e|en|er|em|es)? richtig(e|en|er|em)? lebend(ig|ige|igen|iger|igem|e|en|er)? menschlich(e|en|er|em)?
        real(e|en|er|em) kompetent(e|en|er|em) normal(e|en|er|em) wirklich(e|en|er)
    """,
    talk="""
        sprechen reden redn sprechn telefonieren chatten schreiben schreibn unterhalten quatschen labern kommunizieren
        besprechen klären reinschreiben kontakt kontaktieren erreichen sprech red plaudern bereden verhandeln bedient
        betreut beraten durchkommen vordringen
    """,
    move="""
        verbinden verbinde verbindet verbind weiterleiten weiterverbinden leite leiten leitet weiterleite
        weitergeleitet durchstellen stellen stelle stellt stell transferieren übergeben übergib übergebt übergeben_sie
        überlassen weitergeben gib_.._weiter geben_sie_.._weiter gebt_.._weiter weiterreichen vermitteln vermittle
        reichen wechseln wechsle umleiten überstellen hinzuziehen hinzuholen dazuholen einschalten weitervermitteln
        vermitteln_sie eskalieren ziehen_sie hinzu schicken_sie_mich leit verbunden_werden weitergeleitet_werden
    """,
    give="""
        gib_mir gebt_mir geben_sie_mir gib_mal gebt_mal geben_sie_mal gib geben_sie hol_mir holt_mir holen_sie_mir hol
        holt holen holen_sie her_mit schick(t|en)?(_sie)?(_mir)? besorg(t|en)?(_sie)?_mir ruf(t|en)?(_sie)?
        finde(n|t)?(_sie)?_mir lass(t|en)?(_sie)?_mich_.._(mit|zu) lass(t|en)?(_sie)?_mich ran ans_telefon in_den_chat
        an_den_apparat zu_mir
    """,
    want="""
        will möchte moechte möcht brauche brauch bräuchte wünsche verlange fordere hätte hätt bevorzuge benötige suche
        wollen möchten brauchen lieber bitte_um verlangen gerne? kann_ich kriege kriegen bekomme bekommen haben
    """,
    reach="""
        am_telefon ans_rohr anrufen zurückrufen kontaktieren (bei_)?mir_.._melden bei_mir_meldet bei_mir_melden
        bei_mir mich_.._anruf(en|t|e) mich_.._zurückruf(en|t|e)? mich_.._zurückzurufen mich_.._kontaktier(en|t)
        (mit_)?mir_.._(in_)?kontakt mir_.._antwort(en|et|e) mir_.._helf(en|e) mir_.._hilft wirklich_helfen_kann
        helfen_kann weiterhelfen(_kann)? weiterhilft ansieht anschaut ansehen anschauen übernehmen übernimmt übernehme
        draufschau(en|t) kümmer(n|t|e) sich_.._(auskennt|ansehen|anschauen|kümmern|kümmert|melden|meldet) auskennt
        ahnung_hat mit_ahnung der_.._(helfen|versteht|kann|weiß) der_sich_auskennt bearbeit(en|et)
        meld(en|et)_sich_.._bei_mir ruf(en|t)_mich_.._(an|zurück) anruf(en)?_lassen zurückrufen(_lassen)?
        antworte(t|n) antworten drübersch(aut|auen) einen_rückruf rückruf ans_telefon zuständig_ist auskennen
        persönlich
    """,
    there="""
        gibt_es gibts gibt_s ist_da ist_hier ist_dort ist_bei_euch ist_bei_ihnen sitzt_da sitzt_dort sitzt_hier
        habt_ihr haben_sie existiert_da arbeitet_(da|dort|hier|bei_euch) wie_erreiche_ich wie_komme_ich ist_da_nicht
        ist_denn hier_kein(en)? hört_mich ist_noch erreiche_ich wo_(finde|erreiche)_ich
    """,
    through="""
        (bringen|bring|setzen)_(sie_)?mich_.._in_(kontakt|verbindung)
        (können|könnt|kannst|könnten|könntet|würden|könntest)_(sie|ihr|du)_(mich|uns)_.._(anrufen|zurückrufen)
        mit_(ihm|ihr)_.._(weiter*|fortfahren|fortsetzen) (weiter*|fortfahren)_mit_(ihm|ihr)
        stell(t|en|e)?_(sie_|mich_|uns_)*_durch stell(t|en|e)?(_sie)?_(mich|uns)_.._durch
        (mich|uns)_.._(durchstellen|durchgestellt|weiterverbinden|weiterverbunden|durchzustellen|weiterzuverbinden)
        verbind(e|et|en)?(_sie)?_(mich|uns)_(jetzt|bitte|endlich|sofort|mal|weiter)
        verbind(e|et|en)?(_sie)?_(mich|uns)_.._weiter durchstellen_bitte bitte_durchstellen weiterverbinden_bitte
        bitte_weiterverbinden leit(e|et|en)?(_sie)?_(mich|uns)_.._weiter rufen_sie_mich_.._(an|zurück)
        ruft_mich_.._(an|zurück) ruf_mich_.._(an|zurück) bitte_um_(einen_)?rückruf um_(einen_)?rückruf rückruf_bitte
        (mich|uns)_.._(zurückrufen|anrufen)_lassen
    """,
    nobot=(
        "kein_programm (nicht|nie|nimmer)_.._(mit|auf)_.._(bot|bots|roboter|robotern|maschine|computer|ki|automaten|"
        "programm|chatbot|chatbots) kein(e|en|em)?_.._(ro)?bots?_mehr kein(e|en|em)?_(ro)?bots? "
        "kein(e|en|em)?_(roboter|maschine|computer|ki|automat|chatbot|programm) "
        "nicht_(ein|eine|einer|einem|einen|so_ein|so_einem|so_einer)_(bot|roboter|maschine|computer|ki|chatbot) "
        "satt_.._(bots?|roboter|maschine) genug_von_.._(bots?|robotern?|maschinen?|automat*) "
        "kein(e|en)_automat*_antworten statt_(einem|einer|eines)_(bot|roboter|maschine|bots|roboters) "
        "keinen?_sinn_mit_.._bot"
    ),
    polite="""
        bitte bidde danke jetzt sofort endlich mal hallo hi hey guten tag moin ein eine einen einem einer den der die
        das ich nochmal lieber doch ja nur einfach gerne gern schnell dringend umgehend servus grüß gott ok okay hier
        her und zum zur an mit möglich dann morgen abend
    """,
    refuse="""
        nicht nich ned kein keine keinen keinem keiner nie niemals ohne statt anstatt weder werde falls brauchst_nicht
        keinesfalls unnötig verzichte wollte später niemand niemandem niemanden wozu warum_sollte
    """,
    refuse_after="""
        nicht nicht_(nötig|notwendig|brauch*|erforderlich|mehr|jetzt) unnötig überflüssig brauche_ich_nicht
        brauch_ich_nicht will_ich_nicht gesagt gesprochen gestern geschrieben telefoniert hat_(mir|gesagt|gemeint)
        meinte sagte
    """,
    void=(
        "^(und_|also_|hey_|hi_)?(bist_du|sind_sie_(ein|eine|wirklich|echt|denn)|seid_ihr_(ein|eine|echt)|ist_das(_"
        "hier)?_(ein|eine)|handelt_es_sich|du_bist|sie_sind) spreche_ich rede_ich schreibe_ich chatte_ich "
        "telefoniere_ich sprech_ich red_ich schreib_ich habe_ich_.._(gesprochen|telefoniert) "
        "hab_ich_.._(gesprochen|telefoniert) telefonnummer durchwahl öffnungszeiten mailadresse e_mail_adresse "
        "emailadresse adresse_(des|der|vom) nummer_(des|der|vom|von) zu_welchen_zeiten bis_wann ab_wann uhrzeit "
        "später_immer_noch immer_noch_später"
    ),
    unless="""
        verbind* stell* möchte_ich will_ich gib_mir geben_sie_mir dann_.._(bitte|verbind*|stell*|möchte|will)
        mit_dem_ich
    """,
    other=(
        "(mein|unser|sein|deren)(e|er|en|em|es)?_((neue|alte|frühere|eigene|ehemalige)(r|n|s)?_)?(chef|chefin|"
        "vorgesetzte*|kolleg*|mitarbeiter*|berater*|manager*|steuerberater*|leiter*|techniker*|person|personal|"
        "abteilung|team|technik|vertreter*|experte*)(?!_(ist_auch|von_ihnen)) (mitarbeiter|techniker|agent|berater|"
        "kollege|person|mann)(in)?_(am|im|vom|in_der|in_ihrer|in_eurer|an_der|aus_der|der)_(flughafen|laden|filiale|"
        "geschäft|kasse|schalter|bahnhof|hotel|bank|rezeption) user_agent immobilien* mobilfunk* netzbetreiber "
        "reinigungs* versicherungs* nicht_nur ich_bin_(kein|ein)_(ro)?bot* personalabteilung human_resources "
        "task_manager andere_person eine_andere_person anderen_person einer_anderen_person pro_person zwei_personen "
        "mehrere_personen weitere_personen wie_viele_personen "
        "(als|für|zum|zur|einen?|neuen?)_mitarbeiter_(hinzu*|anleg*|einlad*|entfern*|lösch*) keine_ahnung "
        "nicht_mehr_weiter"
    ),
    joints="aber sondern denn weil deshalb daher also und doch_lieber stattdessen",
    starts="ich_(will|möchte|moechte|brauche|verlange|hätte)",
    call="""
        mit mit_der mit_dem an an_die an_den zu gib_mir geben_sie_mir hol holt holen_sie ist will brauche möchte kann
    """,
    endings="s",
    later="(wenn|falls|sollte)_(das|es|dies)_.._(nicht|scheitert|fehlschlägt)",
)

DUTCH = Lexicon(
    codes=("nl",),
    person="""
        mens mensen medewerk(er|ster|ers) klantenservicemedewerk* servicemedewerk* adviseur* consultant agent agenten
        operator collega collegas collega_s vertegenwoordig* leidinggevend* manager managers teamleider* supervisor
        chef baas specialist* expert* technicus monteur technieker persoon personen beheerder verantwoordelijke*
        deskundig* live_agent livechat live_chat medewerk* servicemonteur accountmanager telefonist* afdelingshoofd
        directeur filiaalmanager
    """,
    someone="""
        iemand iemant ieman (een|één)_van_(jullie|u|uw|je|de) een_van_je iemand_anders wie mevrouw_* meneer_*
        met_(haar|hem) mensen gozer vent kerel
    """,
    dept="""
        klantenservice klantendienst helpdesk support facturatie administratie boekhouding verkoop afdeling* *afdeling
        technische_dienst techniek service receptie klantcontact backoffice ondersteuning team
    """,
    real="""
        echt echte levend levende menselijk menselijke werkelijk fatsoenlijk fatsoenlijke competent competente normaal
        normale bekwaam bekwame levensecht
    """,
    talk="""
        spreken spreke praten praatn chatten bellen overleggen communiceren kletsen contact te_spreken te_praten
        bespreken spreek praat_(met|ik_liever) schrijven gesprek geholpen_worden_door te_woord
    """,
    move="""
        doorverbinden verbind verbinden verbindt doorschakelen schakel zet doorzetten doorsturen overdragen overzetten
        stuur door_naar geef_.._(door|over) doorgeven draag_.._over overgeven koppel overnemen_door overschakelen
        escaleer escaleren schakelen inschakelen breng doorverwijzen verwijs
    """,
    give="""
        geef_me geef_mij geef geef_mij_nu haal haal_er roep bezorg_me stuur_me stuur vind_me regel laat_me laat_mij
        mag_ik krijg_ik aan_de_lijn in_de_chat erbij aan_de_telefoon aan_de_lijn_krijgen
    """,
    want="""
        wil wilde_graag zou_graag nodig wens eis verlang heb_liever liever graag zoek moet hebben heb wou_graag vereis
        verzoek krijgen
    """,
    reach="""
        naar_.._kijken contact_.._opnemen contact_met_mij contact_met_me
        (me|mij)_.._(terugbellen|bellen|opbellen|helpen|antwoorden|bereiken|contacteren|contacten|mailen) terugbelt
        bellen_door terugbellen neemt_contact overneemt overnemen ernaar_kijk(en|t) kijken_naar meekijken
        antwoord_geven antwoordt (me|mij)_.._wel_kan_helpen kan_helpen wel_kan_helpen me_wel_kan me_echt_kan
        die_me_.._kan die_.._verstand die_.._(snapt|begrijpt|weet|helpen) verstand_van verder_helpen verder_kan helpen
        bel_mij bel_me beantwoorden laten_bellen reageert oppakt oppakken behandelt behandelen bekijken
    """,
    there="""
        is_er zit_er zijn_er is_daar hebben_jullie heeft_u hebt_u werkt_er werken_er bestaat_er is_hier zit_daar
        heb_je bereik_ik
    """,
    through="""
        (breng|brengen)_(me|mij)_in_contact in_contact_brengen_met
        (kunnen|kunt|kan|kun|willen|wilt)_(jullie|u|je)_(me|mij)_.._(bellen|terugbellen|opbellen)
        met_(hem|haar)_.._verder verder_.._met_(hem|haar) verbind_(me|mij|ons)_.._door
        (me|mij|ons)_.._(doorverbinden|doorverbindt|doorzetten|doorschakelen)
        doorverbinden_(aub|graag|alstublieft|alsjeblieft|svp|nu)
        verbind_(me|mij)_(nou|nu|gewoon|direct|even|alsjeblieft|alstublieft) zet_(me|mij)_.._door
        schakel_(me|mij)_.._door ^doorverbinden$ (graag|wil|aub)_doorverbinden bel_(me|mij)_.._(terug|op)
        (me|mij)_.._(laten_)?terugbellen graag_teruggebeld
    """,
    nobot="""
        (niet|nooit)_.._(met|tegen)_.._(ro)?bots? geen_.._(ro)?bots?
        geen_(computer|machine|automaat|ai|chatbot|robot|robots)
        niet_(een|zon|zo_n)_(bot|robot|computer|machine|chatbot) genoeg_van_.._(bots?|robots?)
        in_plaats_van_(een|deze|die)_(bot|robot|computer|machine) zat_.._(bot|robot) geen_automatische_antwoorden
    """,
    polite="""
        aub alsjeblieft alstublieft graag nu meteen direct svp dank bedankt een de het ik hallo hoi hey goedendag
        goedemorgen even gewoon nou eens ff ja snel dag wil en maar dan hier met naar
    """,
    refuse="""
        niet geen nooit zonder hoef hoeft nooit_meer liever_niet niks niemand in_plaats_van heb_al later zal ik_zal
        waarom_zou
    """,
    refuse_after="""
        niet niet_(nodig|meer|hoeft) hoeft_niet is_niet_nodig gesproken gebeld gezegd gisteren zei onnodig
        hoef_ik_niet wil_ik_niet vertelde
    """,
    void="""
        ^(en_|dus_|hé_|hey_)?(ben_je|bent_u|ben_jij|is_dit_een|is_dit|is_dat|jij_bent|zijn_jullie_(een|echt))
        (praat|spreek|chat|typ)_ik_(nu_)?(met|tegen|hier|eigenlijk|wel) heb_ik_.._(gesproken|gepraat)
        (ben|werd|was)_.._doorverbonden telefoonnummer openingstijden mailadres e_mailadres emailadres adres_van
        tot_hoe_laat hoe_laat nummer_van het_nummer later_altijd altijd_later_nog
    """,
    unless="verbind* geef_me geef_mij wil_ik dan_.._(wil|graag|verbind|geef) met_wie_ik",
    other=(
        "(mijn|onze|ons|zijn|hun|haar)_((nieuwe|oude|eigen|vorige)_)?(baas|chef|manager|collega*|medewerk*|"
        "adviseur*|leidinggevende*|teamleider|agent|specialist|persoon|team|monteur|afdeling|administratie) "
        "(medewerker|monteur|agent|adviseur|collega|persoon)_(in|op|bij|van)_(de|het|jullie)_(winkel|luchthaven|"
        "vliegveld|balie|filiaal|station|hotel|bank|kassa) makelaar* user_agent personeelszaken human_resources "
        "ik_ben_geen_(ro)?bot per_persoon andere_persoon iemand_anders_(mijn|het|de) hoeveel_(mensen|personen) "
        "medewerkers_van_een niet_alleen medewerker_toevoegen"
    ),
    joints="maar dus want omdat en daarom",
    starts="ik_(wil|zou|moet|eis)",
    call="geef_me geef_mij haal roep wil",
    later="als_(dit|dat|het)_.._(niet|mislukt)",
)
