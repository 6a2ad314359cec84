"""French and Italian."""

from bot.agents.models.local.lexicon import Lexicon

FRENCH = Lexicon(
    codes=("fr",),
    person="""
        une_persone humain humaine humains être_humain conseiller conseillère conseillers agent agents opérateur*
        opératrice* collègue collègues représentant* responsable responsables superviseur* manager supérieur chef
        technicien* spécialiste* expert experts employé* employée collaborateur* collaboratrice interlocuteur*
        gestionnaire* conseiller_clientèle téléconseiller* assistant_humain vraie_personne vrai_humain
        personne_(réelle|humaine|physique|vivante|compétente) une_personne vraies_personnes directeur directrice
        commercial livechat live_chat chargé* vrai_gars gérant* membre_de_(votre|l)_(équipe|equipe)
        membre_du_(service|support|personnel) être_vivant personnel gens une_vraie personne_en_chair
    """,
    someone="""
        quelqu'un quelquun qqun qqn quelqu_un un_de_vos une_de_vos vos_équipes (l|d)_un_de_vos (l|d)_une_de_vos qui
        un_gars gars type mec un_autre autre_personne autre_que_vous (avec|à)_(elle|lui) madame_* monsieur_* mme_*
        une_personne_de
    """,
    dept=(
        "service_(client*|clients|facturation|compta*|technique|après|commercial|juridique|retour*|réclamation*|rh|"
        "support) sav support assistance standard comptabilité facturation équipe service_client service_clients "
        "service_clientèle hotline département_* accueil direction secrétariat réclamations back_office "
        "conseil_clientèle"
    ),
    real="""
        vrai vraie vrais réel réelle vivant vivante humain humaine compétent compétente physique normal sérieux
        réellement
    """,
    talk="""
        parler parlé discuter échanger causer communiquer converser voir_ça voir_cela m_entretenir entretenir tchatter
        chatter joindre contacter contact relation entrer_en_contact être_en_contact m_adresser adresser parlerais
        rappelé par_téléphone m_expliquer expliquer appeler voir traiter régler dialoguer traité aidé
    """,
    move="""
        passez passe passer passé_à transférez transfère transférer transférez_moi transféré_à mettez mets mettre
        mis_en mise_en redirigez redirige rediriger orientez orienter connectez connecte connecter dirigez diriger
        escaladez escalader confiez confier basculez bascule basculer transmettez transmettre relayez renvoyez
        faites_suivre branchez aiguillez
    """,
    give="""
        donnez_moi donne_moi trouvez_moi trouve_moi envoyez_moi envoie_moi passez_moi passe_moi filez_moi file_moi
        appelez appelle faites_venir faites_intervenir amenez ramenez ramène je_peux_avoir puis_je_avoir
        pourrais_je_avoir avoir laissez_moi au_téléphone au_bout_du_fil en_ligne
    """,
    want="""
        veux voudrais souhaite souhaiterais aimerais désire exige demande préfère préférerais besoin_d besoin_de faut
        veut voulons souhaitons demandons réclame cherche vouloir veu veus
    """,
    reach=(
        "(me|m)_(rappeler|rappelle|appeler|appelle|contacter|contacte|joindre|répondre|répond|réponde|aider|aide|"
        "recontacter|recontacte|téléphoner|téléphone|renseigner|prendre|comprendre) prendre_contact prenne_contact "
        "prendre_le_relais prenne_le_relais reprendre reprenne prendre_en_charge prenne_en_charge prendre_mon "
        "s_occuper s_en_occuper s_occupe s_en_occupe s_en_charge regarder regarde regarde_ça traiter traite "
        "traite_mon intervenir intervienne à_qui_je_peux à_qui_parler à_qui qui_puisse "
        "qui_(comprend|comprenne|sait|peut|connaît|sache|s_y) de_compétent (de_)?réel répondre vérifier examiner "
        "rappeler prenne étudier étudie derrière_cet_écran qui_s_y_connaît"
    ),
    there="""
        y_a_t_il il_y_a y_a est_ce_qu_il_y_a avez_vous existe_t_il a_t_il c_est_possible_d_avoir pas_moyen_d_avoir
        moyen_d_avoir puis_je_joindre comment_joindre comment_contacter comment_parler est_il_possible_d_avoir
        auriez_vous
    """,
    through="""
        personne_à_qui_parler (continuer|poursuivre|avancer|voir|terminer)_.._avec_(elle|lui)
        (pouvez|pourriez|peux|pourrais)_(vous|tu)_me_(rappeler|téléphoner|appeler) rappelez_moi rappelle_moi
        me_faire_rappeler me_rappeler_(svp|au|s_il|par) être_rappelé être_rappelée
        mettez_moi_en_(relation|contact|communication|ligne) mets_moi_en_(relation|contact|communication)
        être_mis_en_(relation|contact) être_mise_en_(relation|contact) transférez_moi(_svp|_s_il|_maintenant|_tout)?
        ^transférez_moi$ je_demande_à_être_(rappelé|transféré) téléphonez_moi appelez_moi
    """,
    nobot="""
        (non|pas)_un_programme
        (pas|plus|jamais)_.._(à|avec|par)_.._(robot|robots|bot|bots|machine|machines|ordinateur|ia|chatbot|automate)
        pas_(un|une|à_un|de|d_un|le)_(robot|robots|bot|bots|machine|ordinateur|ia|chatbot|automate)
        plus_de_(robot|robots|bot|bots|machine|réponses_automatiques)
        marre_.._(robot|robots|bot|bots|machine|machines|réponses_auto*) assez_.._(robot|robots|bot|bots)
        plutôt_qu_.._(robot|bot|machine) ni_un_robot au_lieu_d_un_(robot|bot)
        pas_de_(robot|bot|chatbot|réponses_automatiques)
    """,
    polite="""
        s_il_vous_plaît s_il_te_plaît svp stp merci maintenant vite tout_de_suite immédiatement bonjour bonsoir salut
        un une le la je de d l oui allo allô ok et alors juste hé mon dieu par pitié urgent rapidement directement à
        au
    """,
    refuse="""
        ne n pas jamais sans aucun aucune aucunement ni inutile pas_besoin plutôt_que au_lieu si_ça demanderai
        plus_tard éviter évitez hier ailleurs
    """,
    between="""
        me m te vous nous le la l ai veux voudrais souhaite besoin d de du pas rien à avec un une des être surtout en
        est faut il lui y transférer passer parler transférez passez mettre vraiment jamais plus aucun avoir être
        mettez déjà souhaité à nécessaire que c est obligé qu on
    """,
    refuse_after="""
        pas plus n_est_pas_nécessaire inutile hier m_a_dit ma_dit n_est_pas_utile c_est_réglé m_a_répondu m_avait_dit
    """,
    void=(
        "^(et_|donc_|mais_|bonjour_)?(es_tu|êtes_vous|est_ce_que_(tu_es|vous_êtes|c_est|je_parle)|tu_es|vous_êtes|c_"
        "est_un|est_ce_un|suis_je) (je_parle|parlé_je|parle_je|j_ai_(déjà_)?(parlé|eu)|est_ce_que_je_parle) "
        "numéro_de numéro_du téléphone_du horaires heures_d_ouverture adresse_(mail|email|du|de) mail_du "
        "quel_est_le on_m_a à_quelle_heure"
    ),
    unless="""
        passez_moi passe_moi mettez_moi transférez_moi je_veux je_voudrais donnez_moi à_qui_je pour_parler je_peux
    """,
    unlike="personne personnes",
    other=(
        "(mon|ma|mes|notre|nos|son|sa|leur|leurs)_((nouveau|nouvelle|ancien|ancienne|propre)_)?(chef|manager|"
        "responsable|collègue*|conseiller|conseillère|supérieur|directeur|directrice|employé*|agent|technicien|"
        "équipe|gestionnaire|assistance|service*|standard|comptab*|représentant*) (agent|conseiller|conseillère|"
        "technicien|employé|employée|responsable|personne|commercial)_(en|à|de|du|dans)_(agence|l_aéroport|"
        "laéroport|la_gare|magasin|l_hôtel|le_magasin|la_banque|boutique|la_boutique) agent_immobilier "
        "agents_immobiliers agence* user_agent ressources_humaines je_ne_suis_pas_un_(ro)?bot par_personne "
        "autre_personne une_autre_personne combien_de_personnes deux_personnes plusieurs_personnes "
        "agent_de_(nettoyage|sécurité) agent_nettoyant opérateur_(mobile|téléphonique) personne_ne personne_n "
        "ce_n_est_pas pas_seulement pas_moyen n_y_a_t_il_pas n_y_a_pas je_ne_peux_pas je_peux_pas ne_puis_je_pas "
        "on_peut_pas pourquoi_je_ne_peux frais_de_service service_de_livraison rien_compris première_personne"
    ),
    joints="mais parce_que car donc alors sinon plutôt et_puis et",
    starts="je_(veux|voudrais|souhaite|préfère|exige|demande|préférerais)",
    call="parler_à donnez_moi passez_moi appelez veux voudrais voir",
    later="si_(ça|cela|ceci)_.._(marche|fonctionne|échoue|suffit|aide) si_(ça|cela)_(ne|échoue|marche)",
)


ITALIAN = Lexicon(
    codes=("it",),
    person="""
        persona persona_(vera|reale|umana|in_carne) persone_vere umano umana umani essere_umano operatore operatrice
        operatori agente agenti consulente consulenti collega colleghi rappresentante addetto addetta addetti
        responsabile responsabili supervisore superiore capo direttore manager tecnico tecnici specialista esperto
        esperti impiegat* dipendente dipendenti assistente_umano incaricato personale umano_vero cristiano referente
        capoturno live_chat chat_dal_vivo funzionario commerciale operatre gestore
    """,
    someone="""
        uno_vero uno_in_gamba una_vera qualcuno qualcun_altro uno_di_voi uno_dei_vostri una_delle_vostre un_vostro
        una_vostra chi con_lei con_lui qualcheduno tizio qualcuna (la_)?signora_* (il_)?signor_* altra_persona
    """,
    dept="""
        servizio_clienti assistenza assistenza_clienti ufficio* reparto* amministrazione contabilità fatturazione
        supporto centralino vendite customer_care servizio_* call_center reclami supporto_tecnico team direzione
        reception
    """,
    real="""
        vera vero veri vere reale umana umano competente viva vivo in_carne_e_ossa normale fisica preparato preparata
    """,
    talk="""
        parlare parlarne parlà parlre parlargli discutere chattare comunicare conversare sentire confrontarmi
        contattare contatto dialogare interagire rivolgermi ragionare spiegare interloquire parlarci vederla vederlo
        risolvere seguito aiutato assistito scrivere confronto chiarire interfacciarmi telefonare vedermela parlo_io
    """,
    move="""
        passami passatemi mi_passi mi_passa mi_passate passare passarmi passarmelo passate passa passi può_passare
        trasferitemi trasferiscimi trasferirmi trasferire trasferisca mi_trasferisca mettimi mettetemi mettermi
        mi_metta mettere metta collegami collegatemi collegarmi collegare connettimi connettermi connettere inoltra
        inoltrare inoltrate inoltri girate gira giratemi smistatemi indirizzatemi escalation affidate affidi passalo
        passatela lasciare dirottatemi reindirizza
    """,
    give="""
        dammi datemi mi_dia mi_date dare trovami trovatemi mandami mandatemi chiamami_un chiama chiamate chiami fammi
        fatemi fate_intervenire fai_intervenire fate_venire procurami portatemi posso_avere potrei_avere avere
        mi_faccia al_telefono in_linea in_chat
    """,
    want="""
        voglio vorrei desidero preferisco preferirei esigo pretendo richiedo chiedo serve mi_serve bisogno_di
        necessito vogliamo gradirei cerco vojo ho_bisogno vorremmo occorre
    """,
    reach=(
        "seguire mi_.._(chiami|chiamare|chiama|richiami|richiamare|richiama|contatti|contattare|contatta|risponda|"
        "rispondere|risponde|aiuti|aiutare|aiuta|assista|segua|capisca) chiamarmi richiamarmi contattarmi "
        "rispondermi aiutarmi assistermi farmi_chiamare farmi_richiamare farmi_contattare "
        "che_.._(capisca|capisce|sappia|sa|possa|può|ne_capisca|ci_capisca|risolva|intende) mettersi_in_contatto "
        "si_metta_in_contatto si_occupi occuparsene prenda_in_carico prendere_in_carico guardare guardi "
        "dia_un_occhiata dare_un_occhiata se_ne_occupi se_ne_intende subentri subentrare prenda_in_mano intervenga "
        "verificare verifichi con_cui_parlare con_cui_posso"
    ),
    there="""
        c_è ci_sono cè c_e esiste avete ce_l_avete c_è_nessuno non_c_è come_contatto come_posso_parlare come_parlo
        è_possibile_avere
    """,
    through=(
        "nessuno_con_cui_parlare "
        "(potete|potreste|può|potrebbe|puoi)_(chiamarmi|richiamarmi|telefonarmi|ricontattarmi) "
        "(continuare|proseguire|riprendere)_.._con_(lei|lui) (richiamatemi|richiamami|chiamatemi|chiamami|mi_"
        "richiami|mi_chiami|ricontattatemi)(_al|_domani|_oggi|_per_favore|_subito)? "
        "farmi_(richiamare|chiamare|contattare|ricontattare) "
        "essere_(richiamato|richiamata|ricontattato|ricontattata|contattato_da|trasferito) "
        "^(passami|passatemi|mi_trasferisca|trasferitemi)$ passatemi_(subito|pure) "
        "vorrei_essere_(richiamato|richiamata|chiamato)"
    ),
    nobot="""
        non_un_programma (non|mai)_.._(con|a)_.._(bot|robot|macchina|macchine|computer|ia|chatbot|programma)
        non_(un|una|a_un|con_un|di_un|più)_(bot|robot|macchina|computer|ia|chatbot|risponditore)
        (stufo|stufa|stanco|stanca|basta)_.._(bot|robot|macchina|macchine|risposte_auto*) basta_(bot|robot|macchine)
        niente_(bot|robot|macchine) nessun_(bot|robot) invece_di_un_(bot|robot) odio_.._(bot|robot) senza_(bot|robot)
        al_posto_di_un_(bot|robot)
    """,
    polite="""
        per_favore perfavore x_favore grazie adesso ora subito ciao salve buongiorno buonasera un una il la l lo io
        con a al di sì ok cortesemente pls prego gentilmente immediatamente scusi scusa dai voglio urgente
        direttamente e
    """,
    refuse="""
        non mai senza nessun nessuno nessuna né evita evitate invece_di chiederò chiederei abbiamo ieri niente hanno
        poi
    """,
    between="""
        mi ti si vi ci lo la voglio vorrei serve bisogno di con un una un' parlare passare passarmi trasferirmi
        trasferire mettermi è c necessario ho a il che nessun già essere al avere bisogna devi parlato desidero passi
        passate
    """,
    refuse_after="non ieri mi_ha_detto non_serve non_è_necessario non_mi_serve mi_ha_risposto non_voglio",
    void="""
        ^(e_|ma_|quindi_|ciao_)?(sei|è_lei|lei_è|siete|tu_sei|questo_è|è_un|è_una|sto_(parlando|chattando|scrivendo))
        sto_parlando sto_chattando parlo_con ho_(già_)?parlato numero_(di_telefono|del|dell|verde|di)
        telefono_(del|dell) orari orario indirizzo_(del|dell|mail|email) mail_(del|dell) qual_è_il a_che_ora
        fino_a_che_ora sempre_parlare_dopo
    """,
    unless="passami passatemi voglio vorrei dammi datemi mi_passi con_cui allora",
    other=(
        "(mio|mia|miei|nostro|nostra|nostri|loro)_((nuovo|nuova|vecchio|ex)_)?(capo|responsabile|collega|colleghi|"
        "manager|consulente|operatore|direttore|dipendente|dipendenti|superiore|team|agente|tecnico|persona|addetto|"
        "commerciale|amministrazione) (operatore|operatrice|addetto|addetta|consulente|agente|impiegat*|commesso|"
        "tecnico|persona|responsabile)_(in|del|dell|al|allo|all|della|di)_(filiale|aeroporto|negozio|hotel|banca|"
        "cassa|sportello|stazione) agente_(immobiliare|di_viaggio|assicurativo) agenti_immobiliari user_agent "
        "risorse_umane operatore_(mobile|telefonico) non_sono_un_(ro)?bot a_persona per_persona "
        "altra_persona_(può|possa|ritir*) quante_persone due_persone più_persone non_solo non_posso non_si_può "
        "non_potrei non_c_è non_avete non_capisce_niente non_ci_sono servizio_di_consegna"
    ),
    joints="ma perché quindi allora però sennò",
    starts="",
    call="passami chiama voglio vorrei",
    later="se_(questo|ciò|così)_.._(non|fallisce) se_non_(funziona|va|dovesse|basta|riesco)",
)
