"""Spanish and Portuguese."""

from bot.agents.models.local.lexicon import Lexicon

SPANISH = Lexicon(
    codes=("es",),
    person="""
        umano umana persona persona_(real|humana|de_verdad|de_carne) personas humano humana humanos ser_humano agente
        agentes asesor* operador operadora operadores operario representante* ejecutivo ejecutiva encargado encargada
        encargados supervisor* gerente* jefe jefa compañero compañera compañeros colega colegas empleado* técnico
        técnica técnicos especialista* responsable trabajador* teleoperador* atención_humana agente_humano director
        directora gente_real gente miembro_del_equipo miembro_de_su_equipo consultor* experto* persna live_chat
        chat_en_vivo comercial coordinador* mánager manager superior
    """,
    someone="""
        alguien alguno algún alguna uno_de_(ustedes|vosotros|sus|vuestros) una_de_(ustedes|sus) otro_que otra_que
        quien con_ella con_él otra_persona alguno_de (la_)?señora_* (el_)?señor_* alg(ui)?en tipo chico tío
        un_cristiano
    """,
    dept="""
        departamento* atención_al_cliente soporte facturación servicio_al_cliente servicio_de_atención asistencia
        contabilidad ventas central centralita recepción administración soporte_técnico equipo área_de reclamaciones
        devoluciones mesa_de_ayuda cobranza
    """,
    real="""
        real reales verdadero verdadera humano humana vivo viva competente normal de_verdad de_carne_y_hueso físico
        física capacitado
    """,
    talk="""
        hablar ablar hablarlo conversar comunicar comunicarme comunicarnos platicar charlar chatear contactar
        contactarme contacto discutir tratar tratarlo tratar_esto hablarle dirigirme hablando entrevistarme verlo
        ver_esto resolverlo gestionarlo consultarlo llamar explicarle explicárselo explicar contarle dialogar hablo_yo
        atendido atendida entenderme quejarme
    """,
    move="""
        pásame pásenme páseme pásenos pásanos pásame_con pasar pasarme pasarías pasas pasen pase pásalo transfiere
        transfiéreme transfiérame transfiéranme transferir transferirme transfiera transfieran comunícame comuníqueme
        comuníquenme comunicar derívame derive deriven derivar derivarme conecta conéctame conécteme conéctenme
        conectar conectarme ponme póngame pónganme pónme poner ponerme pongan redirige redirigir redirigirme escala
        escalar escalen traspasa traspásame traspasen entrega deja dejen déjame envíame mándame remite remítame
        enlazar enlázame enlace
    """,
    give="""
        dame deme denme dadme búscame búsqueme consígueme consígame consigan tráeme traigan trae llama llame llamen
        a_llamar mándame manden ponme póngame pónganme pongan puedo_tener quiero_ver déjame al_teléfono al_habla pon
    """,
    want="""
        quiero kiero quisiera necesito deseo prefiero exijo demando requiero solicito me_gustaría querría queremos
        necesitamos busco pido hace_falta qiero preferiría pretendo
    """,
    reach=(
        "me_.._(atendiera|llamara|contestara|respondiera|ayudara|atendiese) llamarme me_.._(llame|llamen|llamar|"
        "llama|atienda|atiendan|atender|conteste|contesten|contestar|ayude|ayuden|ayudar|responda|respondan|"
        "responder|contacte|contacten|contactar|escriba|devuelva) "
        "que_.._(entienda|sepa|pueda|sabe|resuelva|comprenda) "
        "se_.._(comunique|ponga|haga|encargue|ocupe|comuniquen|pongan) ponerse_en_contacto lo_revise lo_revisen "
        "revise revisar lo_lleve lo_vea tome_el tomar_mi hacerse_cargo encargarse atenderme ayudarme contestarme "
        "responderme contactarme devolverme_la_llamada lo_pueda_revisar pueda_ayudar intervenga me_dé_una "
        "echar_un_vistazo eche_un_vistazo mirarlo mire"
    ),
    there="""
        hay está_ahí existe tienen tenéis tienes habrá habría no_hay hay_ahí cómo_contacto cómo_hablo
        cómo_puedo_hablar cómo_me_comunico
    """,
    through="""
        (pueden|puede|podrían|podría|pueda)_(llamarme|devolverme|telefonearme) me_(pueden|puede|podrían|podría)_llamar
        (seguir|continuar)_.._con_(ella|él) (llámame|llámenme|llámeme|llamadme)(_por|_al|_a|_ya|_hoy|_cuando)?
        que_me_(llamen|llame|atiendan|atienda_un|pasen|transfieran|comuniquen|devuelvan)
        quiero_que_me_(llamen|atiendan|llame) ^(transfiéreme|transfiérame|comuníqueme|pásame|páseme)$
        pónganme_en_contacto devuélvanme_la_llamada transfiéranme
    """,
    nobot="""
        no_(un|una)_(programa|ordenador)
        no_.._(con|a)_.._(bot|bots|robot|robots|máquina|máquinas|computadora|ordenador|ia|programa|chatbot)
        no_(un|una|con_un|más|quiero)_(bot|bots|robot|robots|máquina|máquinas|computadora|ia|chatbot)
        (harto|harta|cansado|cansada)_.._(bot|bots|robot|robots|máquina|máquinas|respuestas_auto*)
        basta_de_.._(bot|bots|robot|robots|máquinas|respuestas_auto*) nada_de_(bots|robots|máquinas)
        en_vez_de_un_(bot|robot) ningún_(bot|robot) odio_.._(bot|bots|robot|robots)
        no_más_(bots|robots|respuestas_auto*) sin_(bots|robots) ni_(bots|robots)
    """,
    polite="""
        por_favor porfavor porfa porfis xfa x_favor gracias ahora ya inmediatamente hola buenas buenos días tardes
        noches un una el la yo con a al de favor sí ok oye pues pf urgente pronto directamente ahorita mismo quiero
    """,
    refuse="""
        no nunca jamás sin ningún ninguna ni tampoco evita evite en_vez_de en_lugar_de pediré pediría solicitaré había
        ayer luego
    """,
    between="""
        me te se le lo la nos quiero quisiera necesito hace falta necesario es que de con a un una hablar ningún
        ninguna pasen pase pases pongas transfiera transfieras transfieran comunique hagas deseo me_gustaría por_favor
        ser al tener he ya había más
    """,
    refuse_after="no ayer me_dijo ya_me no_hace_falta no_es_necesario me_dijeron no_quiero no_necesito",
    void=(
        "^(y_|pero_|entonces_|oye_)?(eres|es_usted|es_ud|sos|usted_es|tú_eres|son_ustedes|esto_es|es_esto|estoy_"
        "(hablando|chateando|tratando)) estoy_hablando estoy_chateando hablo_con he_hablado ya_hablé teléfono_de "
        "número_de teléfono_del número_del horario* correo_(de|del|electrónico) dirección_de qué_horas a_qué_hora "
        "hasta_qué_hora mi_nombre_es_humano siempre_puedo"
    ),
    unless="""
        pásame páseme quiero necesito comuníqueme dame con_quien puedo_hablar con_la_que con_el_que entonces
    """,
    other=(
        "(mi|mis|nuestro|nuestra|nuestros|su|sus)_((nuevo|nueva|antiguo|propio)_)?(jefe|jefa|gerente|encargado|"
        "supervisor|asesor|asesora|agente|compañero|compañera|empleado*|equipo|colega|superior|director|persona|"
        "técnico|responsable|trabajador)_(me|nos|ya|le|tiene|quiere|está|dijo|pidió|no|puede|puedan|necesita) "
        "(agente|asesor|asesora|empleado|empleada|técnico|persona|encargado|encargada|operador|chica|chico)_(de|del|"
        "en)_(la_)?(aeropuerto|sucursal|tienda|hotel|banco|caja|mostrador|aduanas|estación) "
        "agente(s)?_(inmobiliari*|de_viajes|de_seguros|de_limpieza|limpiador) user_agent recursos_humanos "
        "operador(a)?_(móvil|telefónic*) no_soy_un_(ro)?bot por_persona otra_persona_(pued*|recoj*|vaya|mi|que_no) "
        "cuántas_personas dos_personas varias_personas no_solo no_sólo no_puedo no_podría no_se_puede no_hay "
        "no_pueden no_tienen añadir_un_agente persona_jurídica persona_física"
    ),
    joints="pero sino porque entonces así_que por_eso mejor y",
    starts="",
    call="pásame páseme llama quiero dame",
    later="si_(esto|eso)_.._(no|falla|fallara) si_no_(funciona|sirve|sale|se_arregla)",
)


PORTUGUESE = Lexicon(
    codes=("pt",),
    person="""
        pessoa pessoa_(real|humana|de_verdade|viva) pessoas_reais humano humana humanos ser_humano atendente
        atendentes agente agentes assistente_humano operador operadora operadores representante* consultor* assessor
        colega colegas supervisor* gerente* chefe chefia responsável funcionário* funcionária* técnico técnica
        técnicos especialista* colaborador* encarregado superior gestor gestora diretor diretora atendimento_humano
        atendnte chat_ao_vivo gente_de_verdade perito analista coordenador* balconista membro_da_(equipe|equipa)
        vendedor
    """,
    someone="""
        alguém alguem alguma_pessoa um_de_vocês um_dos_(seus|vossos) algum_de_vocês alguma_de_vocês um_colega_seu quem
        com_ela com_ele outra_pessoa cara tipo outro_que (a_)?(dona|senhora|sra)_* (o_)?(senhor|sr)_* gente
    """,
    dept="""
        departamento* atendimento suporte apoio_ao_cliente apoio faturamento faturação cobrança setor* financeiro
        serviço_de_* sac ouvidoria central assistência contabilidade vendas equipe equipa secretaria
        serviço_ao_cliente suporte_técnico reclamações linha_de_apoio
    """,
    real="""
        real reais verdadeira verdadeiro humana humano vivo viva competente de_verdade de_carne_e_osso normal
        capacitado
    """,
    talk="""
        falar fala falá flar conversar comunicar contatar contactar contato contacto tratar ver_isso ver_isto resolver
        discutir dialogar papo chatear teclar atendido atendida entrar_em_contato entrar_em_contacto trocar_ideia
        trocar_uma_ideia bater_papo explicar tirar_dúvida ligar comunique falasse conversa
    """,
    move="""
        passa passe passem passar passar_me passa_me passe_me passem_me transfere transfira transfiram transferir
        transferir_me transfere_me transfiram_me transfira_me transferido_para encaminha encaminhe encaminhem
        encaminhar encaminhar_me encaminhem_me encaminhado liga_me ligue_me liguem_me conecta conecte conectar
        conectem coloca coloque coloquem colocar põe ponha ponham ponham_me ponha_me põe_me direciona direcione
        direcionar redireciona redirecione repasse repassar escala escale escalar entregue deixa
    """,
    give="""
        me_dá me_dê me_deem dá_me dê_me deem_me dá me_arranja arranja_me arranjem_me me_arruma arruma arranje chama
        chame chamem chamar manda mande me_mande me_consegue consegue consiga traz traga tragam bota posso_ter
        quero_ver deixa_eu deixe_me na_linha no_telefone ao_telefone no_chat
    """,
    want="""
        quero qero queria gostaria preciso desejo prefiro exijo solicito requeiro necessito queremos precisamos
        procuro peço gostava preferia preferiria
    """,
    reach=(
        "me_.._(ligue|ligar|liga|ligarem|atenda|atender|atendam|ajude|ajudar|ajudem|responda|responder|respondam|"
        "contate|contatar|contacte|contactar|retorne|retornar|chame|entenda) ligar_me ligue_me contactar_me "
        "atender_me responder_me ajudar_me entre_em_contat* entrar_em_contat* entre_em_contact* entrar_em_contact* "
        "que_.._(entenda|entende|saiba|sabe|possa|resolva|perceba|consiga) assumir assuma cuidar cuide cuida "
        "tomar_conta tome_conta trate ver_o_meu veja dar_uma_olhada dê_uma_olhada olhar olhe analise analisar "
        "retorne resolva entende_do retornar_a_ligação pegar_o_meu_caso"
    ),
    there="""
        tem há tem_aí existe vocês_têm têm está_aí não_tem não_há haveria teria será_que_tem como_falo
        como_faço_para_falar como_posso_falar está_alguém
    """,
    through="""
        (podem|pode|poderiam|poderia)_(ligar_me|me_ligar|telefonar_me|me_telefonar|retornar)
        (continuar|seguir|prosseguir)_.._com_(ele|ela)
        (me_liguem|me_ligue|liguem_me|ligue_me|me_liga|ligem_me)(_hoje|_amanhã|_agora|_por|_no)?
        me_(transfere|transfira|transfiram|encaminha|encaminhe)_(logo|agora|já|por|pra|para)
        ^me_(transfere|transfira)$ ^(transfira|transfere)_me$ quero_ser_(atendido|transferido|atendida|transferida)
        ponham_me_em_contacto me_coloca_em_contato
    """,
    nobot=(
        "não_um_programa não_.._(com|para|pra|a)_.._(bot|bots|robô|robôs|robot|robots|máquina|máquinas|computador|"
        "ia|chatbot|programa) não_(um|uma|com_um|mais|quero)_(bot|robô|robot|máquina|computador|ia|chatbot) "
        "(cansado|cansada|farto|farta|cansei|chega)_.._(bot|bots|robô|robôs|robot|robots|máquina|máquinas|respostas_"
        "auto*) nada_de_(robô|robôs|bots|bot|robots) em_vez_de_um_(robô|bot|robot) nenhum_(robô|bot|robot) "
        "odeio_.._(robô|robôs|bot|bots|robot) sem_(robô|robôs|bots|bot) ao_invés_de_(um_)?(robô|bot) chega_de_robô"
    ),
    polite="""
        por_favor pfv pf pfvr obrigado obrigada agora já logo imediatamente olá oi bom dia boa tarde noite um uma o a
        eu com ao para pra de sim ok gente favor se_faz_favor urgente aí vai mano cara diretamente quero alô e
    """,
    refuse="""
        não nunca jamais sem nenhum nenhuma nem evite pedirei tampouco em_vez_de ontem tinha havia dispenso depois
        vou_pedir
    """,
    between="""
        me te se lhe nos quero queria preciso precisa é necessário que com de um uma falar nenhum nenhuma transfira
        transfiram transferir passe passem passar ligue a o ao para pra por favor ser estou querendo gostaria já eu
    """,
    refuse_after="não ontem me_disse disse_me já_me não_precisa não_é_necessário não_preciso falou_que não_quero",
    void=(
        "^(e_|mas_|então_|oi_)?(você_é|vc_é|tu_és|és|o_senhor_é|vocês_são|isso_é|isto_é|é_um|é_uma|estou_(falando|a_"
        "falar|conversando)) já_me_.._(transferiram|passaram) estou_falando estou_a_falar estou_conversando "
        "falo_com já_falei telefone_d* número_d* horário* email_d* e_mail_d* endereço_d* morada_d* que_horas "
        "até_que_horas qual_(é_)?o sempre_posso"
    ),
    unless="me_passa me_passe quero preciso passa_me com_quem transfira então",
    other=(
        "(meu|minha|meus|nosso|nossa|seu|sua)_((novo|nova|antigo|próprio)_)?(chefe|gerente|supervisor|colega|"
        "assessor|consultor|consultora|funcionári*|equipe|equipa|diretor|superior|agente|atendente|pessoa|técnico|"
        "gestor|representante)_(me|nos|já|pediu|disse|quer|está|não|pode|mandou|tem|saiu) "
        "(atendente|agente|funcionário|funcionária|consultor|consultora|técnico|vendedor|pessoa|operador)_(d|da|do|"
        "na|no|de)_(aeroporto|loja|hotel|banco|caixa|balcão|agência|estação) "
        "agente(s)?_(imobiliári*|de_viagem|de_limpeza) corretor* user_agent recursos_humanos "
        "operadora_(móvel|de_celular|de_telefone) não_sou_um_(ro)?b* por_pessoa "
        "outra_pessoa_(pode|retir*|possa|na|no|que) quantas_pessoas duas_pessoas várias_pessoas minha_operadora "
        "a_operadora operadora_não não_só não_apenas não_posso não_consigo não_dá_para não_tem não_há não_têm "
        "pessoa_física pessoa_jurídica serviço_de_entrega"
    ),
    joints="mas senão porque então por_isso",
    starts="",
    call="chama quero",
    later="se_(isso|isto)_.._(não|falhar) se_não_(der|funcionar|resolver|resultar|der_certo)",
)
