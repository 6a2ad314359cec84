"""English. Its sentences are written out, since most lines are English and both rates were measured on public sets."""

from bot.agents.models.local.lexicon import Lexicon

_ADJECTIVE = (
    r"(?:real|live|actual|proper|human|physical|different|better|other|another|specific|breathing|living|senior"
    r"|qualified|competent|customer|service|support|sales|billing|technical|tech|care|success|chat|phone|rasa"
    r"|bloody|damn|fucking|goddamn|flesh and blood)"
)
_DETERMINER = r"(?:an?|the|any|some|one|your|my|this|that|another|one of your|one of the|someone|somebody|ur)"
_BEFORE = rf"(?:{_DETERMINER} )?(?:{_ADJECTIVE} ){{0,3}}"
_PERSON_BEFORE_OTHER_WORDS = (
    r"(?! (?:roles?|accounts?|access|permissions?|licen[cs]es?|seats?|strings?|names?|ids?|emails?|address"
    r"|numbers?|version|dashboard|settings?|page|app|software|tools?|portal|api|keys?|tokens?|mode|list|view|hours"
    r"|phone|login|stain|resources|being s)\b)"
)
# Words that mean a person of the support side wherever they stand in a request.
_NOUN = (
    r"(?:humans?(?: beings?)?|agents?|operators?|representatives?|reps?|advis[oe]rs?|managers?|supervisors?|csrs?"
    r"|employees?|team ?members?|staff(?: members?)?|members? of (?:your |the )?(?:staff|team)|consultants?"
    r"|associates?"
    r"|executives?|specialists?|technicians?"
    r"|colleagues?(?: of yours)?|founders?|owners?|living souls?|supervizors?|representiti?ves?|live (?:chat"
    r"|support|help)|human (?:support|help|assistance)"
    r"|customer (?:service|care|support|success)|support team|help ?desk|call cent(?:er|re)|service desk|\ue000)"
    + _PERSON_BEFORE_OTHER_WORDS
)
_PERSON = rf"(?:{_NOUN}|(?:persons?|people)(?! (?:of|for|plan))|real one|human one)"
# Words that mean one only beside a verb of talking or passing on.
_ANYONE = (
    rf"(?:{_PERSON}|some(?:one|body)|any(?:one|body)|any1|some1|sum1|whoever(?: (?:is )?in charge| handles| deals|"
    rf" knows)?|bosse?s?|person in charge|dude|support|team|guys?|folks|department|real|billing|sales"
    r"|experts?|engineers?|assistants?)"
)
_TALK = (
    r"(?:talk|took|tlk|tlak|takl|talkk|taok|speak|chat|chta|conver[sc]e|communicate|discuss|connect|(?:get|be|put)"
    r" (?:me )?in (?:touch|contact)"
    r"|get (?:me )?(?:connected|through))"
)
_WITH = r"(?:(?:directly |right )?(?:to|with|through to|2|w))"
_MOVE = (
    r"(?:transfer|connect|forward|put|pass|hand|switch|escalate|redirect|route|refer|direct|send|patch|get|bring"
    r"|move|assign|give)"
)
_THING = (
    r"(?:me|us|this|it|that|(?:the|a|this|our|my) "
    r"(?:conversation|chat|case|issue|call|ticket|request|matter|thread|problem|question|complaint|query))"
)
_HELP = (
    r"(?:look|help|assist|check|call|contact|handle|take|answer|review|reply|respond|talk|speak|see|deal|get back"
    r"|reach|read|take over|jump in|be able to \w+|join|step in|have a look|sort|fix|come|ring|phone|intervene"
    r"|message|write|explain)"
)
_POLITE = (
    r"(?:please|pls|plz|now|asap|right now|thanks|thank you|immediately|again|instead|right away|today|then|ok|okay)"
)
_LEAD = r"(?:hi|hello|hey|ok|okay|so|well|please|pls|plz|just|yes|yeah|and|ugh|sorry|ffs|yo)"
_SOME = "(?:someone|somebody|anyone|anybody|any1|some1|sum1)"
_BOT = r"(bots?|robots?|machines?|chat_?bots?|computers?|ai|automated_\w+|virtual_\w+)"

_MEET = (
    "(want|wanna|like|wish|need|deal|dealing|talking|speaking|chatting|typing|talk|speak|chat|interact|interacting|use)"
)
_AROUND_BOT = "(going|to|be|waste|time|with|having|an?|the|this|your|any|these|more|stupid|dumb|damn)"

# Each begins where the request begins: what stands right before it may refuse it.
_SENTENCES = (
    # "talk to a human", "speak with someone from billing", "chat with a live agent"
    rf"\b{_TALK} {_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\b(?:help|helped|assistance|assist|trying|try|like|want|wanna|need|way|about|how)(?: me| us)? (?:with |to "
    rf"|in |on |of )?"
    rf"(?:talking|talkin|talkiing|talkint|talkng|speaking|speakign|speking|chatting|contacting|reaching|getting in"
    rf" touch|connecting)(?: (?:to|with))?"
    rf" {_BEFORE}{_ANYONE}\b",
    rf"^(?:talking|speaking|chatting) (?:to|with) {_BEFORE}{_PERSON}$",
    rf"\b(?:contact|reach|get hold of|get a hold of) {_BEFORE}(?:{_NOUN}|someone|somebody|assistant)\b"
    rf"|\b(?:contact|reach) (?:an?|the|any|some) (?:{_ADJECTIVE} ){{0,3}}(?:persons?|people)\b",
    rf"\b(?:call|phone) (?:{_DETERMINER} )?(?:{_ADJECTIVE} ){{0,2}}(?:humans?|live agents?|real person|operator)\b",
    # "transfer me to an agent", "put me through", "hand a conversation over to a human"
    rf"\b{_MOVE} {_THING}(?: (?:over|on|through|off|up|straight|directly|back|in touch|in contact)){{0,2}}"
    rf" {_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\b{_MOVE} {_WITH} {_BEFORE}{_PERSON}\b",
    r"\b(?:transfer|connect|put|pass|hand|switch|patch|direct|send) (?:me|us)(?: (?:over|on|through|back|straight))?"
    r" to (?:the |your )?(?:\w+ ){1,2}(?:department|desk|team|office|people)\b",
    r"\bput (?:me|us) through\b",
    r"\b(?:please|pls|can you|could you|you|just) (?:transfer|forward) (?:me|us)\b(?! (?:money|funds|cash|the|my"
    r"|a|an|some|\$?\d))",
    r"^(?:transfer|connect) (?:me|us)(?: please| now)?$",
    r"\bescalate (?:this|it|my (?:\w+ )?(?:case|issue|ticket|request|problem|complaint))\b|^(?:please"
    r" )?escalate(?: please)?$",
    # "I want a human", "give me a person", "I need a real person", "get me someone", "do you have human support"
    rf"\b(?:want|wanna|need|require|demand|prefer|would like|id like|request|give me|gimme|get me|get us|get|find"
    rf" me|send me"
    rf"|bring me|bring in|looking for|waiting for|wait for|call me|have) (?:to have |help from |support from "
    rf"|assistance from "
    rf"|an answer from |a call from |to see |to hear from |in )?{_BEFORE}(?:{_NOUN}|persons?|human one|real"
    rf" people)\b",
    rf"\b(?:call|answer|reply|response|message|word) from (?:one of your (?:people|staff|team|guys)"
    rf"|{_BEFORE}{_NOUN})\b",
    r"\b(?:get|give|find|send|bring) (?:me|us) (?:someone|somebody)\b(?! (?:elses|elses))",
    r"\b(?:want|need) (?:someone|somebody) (?:here|in (?:the|this) chat|real|human|with a (?:pulse|brain))\b",
    rf"\b(?:feel (?:better|safer)|prefer|rather|happier|more comfortable)(?: \w+){{0,3}}? (?:with|from|by)"
    rf" {_BEFORE}{_PERSON}\b",
    rf"\b(?:want|need|would like|id like|rather have) (?:{_BEFORE})?(?:someone|somebody|{_PERSON}) (?:real |else"
    rf" )?(?:to|who can|that can) "
    r"(?:talk|speak|help me|help us|assist|answer|contact|call|reply|respond|handle this)\b",
    rf"\b(?:get|have|find) {_BEFORE}{_NOUN} (?:to|who) {_HELP}\b",
    rf"\b(?:help|support|assistance|answers?) from {_BEFORE}{_PERSON}\b",
    # "can a person please look at this", "have a human check it", "could someone from billing call me"
    rf"\b(?:can|could|may|might|will|would|have|let|should|must|possible (?:to have|for)) {_BEFORE}{_PERSON}"
    rf" (?:please "
    rf"|kindly |also |actually |to )?{_HELP}\b",
    rf"\b(?:can|could|will|would|have) {_SOME} (?:from|at|in|on) (?:\w+ ){{1,3}}?(?:please )?(?:{_HELP}"
    r"|get (?:in touch|back|on))\b",
    r"\b(?:can|could|will|would) (?:someone|somebody) (?:please |kindly )?(?:call|contact|ring|phone|get back to"
    r"|reach out to|talk to|speak to|get in touch with"
    r"|reply to) (?:me|us)\b",
    r"\b(?:who|someone|somebody)(?: else)? (?:can|could|please) take (?:this|it|my case) over\b",
    r"\bwho (?:else )?(?:can|could|do|should) (?:i|we) (?:talk|speak|chat) (?:to|with) (?:about|now|here)\b|\bwho"
    r" else can help"
    r" (?:me|us)\b",
    rf"\b(?:have|get|ask|tell) {_BEFORE}(?:{_PERSON}|someone|somebody) (?:else )?(?:to )?(?:please )?(?:ring|call"
    rf"|phone"
    r"|contact|message|write|text|answer|help) (?:me|us)\b",
    rf"\b{_SOME} (?:from|in|at|on) (?:\w+ ){{1,3}}?(?:would |could |can |to )?(?:called?|ring|rang|phoned?"
    rf"|contact(?:ed)?"
    r"|get back to|got back to) (?:me|us)\b",
    rf"\b(?:like|want|need) {_SOME} (?:from|in|at|on) (?:\w+ ){{1,3}}?to (?:{_HELP})\b",
    rf"\b(?:loop in|bring in|involve|page|summon|fetch|rope in|hook (?:me|us) up with|(?:a )?word with|chance of"
    rf"|(?:for|by) the \w+ time for|asked (?:\w+ ){{0,3}}for) {_BEFORE}(?:{_PERSON}|dude|guy|boss)\b",
    rf"\b(?:handled|reviewed|checked|answered|dealt with|looked (?:at|into)|treated|served|helped) by"
    rf" {_BEFORE}{_PERSON}\b",
    rf"\b(?:passing|handing|putting|transferring|connecting|forwarding) (?:me|this|us)(?: (?:over|on|through))? "
    rf"{_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\bbe (?:transferred|connected|forwarded|passed|put through|handed over|redirected|routed|switched) "
    rf"{_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\b(?:explain|raise|discuss|complain|solve|resolve|sort|settle|handle|fix)(?: (?:\w+ ){{0,3}}?)(?:to|with)"
    rf" {_BEFORE}(?:{_PERSON}|someone|somebody)\b",
    rf"\bhear (?:back )?from {_BEFORE}{_PERSON}\b|\bhook (?:me|us) up with {_SOME}\b",
    r"^(?:please )?(?:someone|somebody) (?:please )?(?:call|ring|phone) me\b|^(?:pls|please|just) transfer$|^transfer"
    r" (?:pls|please|me)$",
    rf"^(?:{_LEAD} ){{0,6}}(?:is )?{_SOME} (?:real|human|alive)(?: (?:there|here|please)){{0,2}}$"
    r"|^(?:just |not you )?(?:an?|the) (?:real |actual )?(?:person|human)$",
    rf"\b(?:put|get) {_BEFORE}{_PERSON} (?:on|in here|over here|on the (?:line|phone))\b",
    rf"\b(?:is|are)(?:nt)? there {_BEFORE}(?:{_NOUN}|persons?|people) (?:who|that)\b",
    rf"\b(?:would|could|can|will) {_SOME} (?:from|in|at|on) (?:\w+ ){{1,3}}?(?:please )?(?:be able|{_HELP})\b",
    rf"\bget {_SOME} (?:in here|on (?:this|the|here)|over here|here|on it)\b",
    rf"\bis (?:there )?{_SOME} (?:out |in )?there who can\b|^(?:{_LEAD} ){{0,6}}{_SOME} who (?:knows?|can"
    rf"|understands?)\b",
    r"\b(?:please|pls|can you|could you|can someone|id like you to|you) (?:call|ring|phone) me(?: back| on my|"
    r" tomorrow"
    r"| today| later| at)\b|\b(?:give me a|want a|need a|like a|request a|arrange a|schedule a) call ?back\b",
    # "is there a human I can talk to", "is anyone real there", "can I talk to Dana again"
    rf"\b{_BEFORE}(?:{_ANYONE}) (?:(?:here|there|available) )?(?:that |who |whom )?(?:i|we) (?:can|could|may)"
    rf" (?:\w+ )?(?:talk|speak|chat|call|discuss)\b",
    rf"\b(?:is|are|any)(?:nt)? (?:there )?(?:also )?{_BEFORE}(?:{_NOUN}|real people|real person) (?:here|there"
    rf"|available"
    rf"|online|around|on duty"
    r"|(?:\w+ )?to (?:help|talk|speak))\b",
    r"\b(?:continue|carry on|follow up|pick (?:this|it) up|discuss (?:this|it)) with (?:her|him)\b",
    # "someone from customer care", "a human, please", "agent", "human handoff"
    rf"^(?:{_LEAD} )*(?:someone|somebody) (?:from|at|in) (?:the |your |our )?(?:\w+ ){{0,2}}(?:customer|support"
    rf"|care|service|team|billing|sales)\b",
    rf"^(?:{_LEAD} ){{0,6}}{_BEFORE}{_NOUN}(?: (?:please|pls|plz|now|asap|right now|instead|handoff|hand off|again))"
    r"{0,4}$",
    rf"^(?:{_LEAD} ){{0,6}}(?:an? |the |another |some )?(?:real |live |actual |proper ){{1,4}}(?:one|person|people"
    rf"|human"
    rf"|someone)(?: {_POLITE}){{0,4}}$",
    rf"^(?:{_LEAD} ){{0,6}}(?:a )?person(?: {_POLITE}){{1,4}}$"
    rf"|^(?:{_LEAD} ){{0,6}}some(?:one|body) real(?: {_POLITE}){{0,4}}$",
    r"^(?:human )?(?:hand ?off|hand ?over|take ?over)(?: please| now)?$",
)

# The sentences do not use the parts: here they say which words a request has one of, and which are put right.
ENGLISH = Lexicon(
    codes=("en",),
    person="""
        human* person persons people agent agents operator* representative* representiti* advisor* adviser* manager
        managers supervisor* employee* consultant* specialist* technician* colleague*
    """,
    someone="""
        someone somebody anyone anybody any1 some1 sum1 whoever who guy guys folks dude dudes boss bosses her him
    """,
    dept="""
        support team* staff* member* customer help helpdesk service* department* real billing sales expert* engineer*
        assistant* csr* rep reps associate* executive* founder* owner* living live desk office
    """,
    through="""
        transfer forward escalate* put call callback ring phone hand handoff handover take takeover contact
    """,
    talk="speak chat",
    move="transfer connect escalate",
    sentences=_SENTENCES,
    # "I don't want to talk to a bot", "stop the bot", "talking to a bot is stupid", "not a bot"
    nobot=(
        rf"(dont|do_not|wont|will_not|not|never|cant|refuse|stop|done)(_{_AROUND_BOT}){{0,5}}_{_MEET}(_("
        rf"{_AROUND_BOT}|{_MEET})){{0,7}}_{_BOT}(?!_(or|protection|traffic)) "
        rf"not_((with|to|from|by)_)?((an?|another|the)_)?{_BOT}(?!_(or|protection|traffic)) "
        "(hate|no_more|tired_of|sick_of|fed_up_with|dislike|enough_of)(_(talking|speaking|chatting|dealing|to|"
        rf"with|an?|the|this|your|any|these|more|stupid|dumb|damn)){{0,6}}_{_BOT}(?!_(or|protection|traffic)) "
        "(talking|speaking|chatting)_(to|with)_((an?|this|the)_)?(bot|robot|machine|chat_?bot|computer|ai)_(is|"
        r"isnt|was|sucks|wont|doesnt|makes) no_more_(automated|automatic|canned)_\w+"
    ),
    refuse="""
        dont do_not did_not didnt doesnt never no no_need not without rather_not wouldnt would_not no_longer stop
        avoid wont_need refuse instead_of unless (did|does|has|had|are)_(you|he|she|they) (have|do)_(he|she|they) he
        she they who later
    """,
    between="""
        want wanna need to wish like would you have please me be a an any really the ask asking asked for dare try
        trying even think i we just going yet getting having being us forced it necessary with speak talk chat your
        real live ever also involve get
    """,
    # Questions about what the bot is, and what was said or done, ask for nobody.
    void=(
        "^((and|so|wait|hey|hi|ok)_){0,5}(am_i|do_i_(have|need)_to|are_you|r_u|is_this|is_it_(an?|you|true)|is_that|"
        "was_i|were_you|was_that|are_u|you_are|youre|do_you_think_you|how_do_i_know|prove|who_are_you|what_are_you|"
        "tell_me_if|can_you_tell_me_if|i_wonder_if|i_want_to_know_if|i_need_to_know_if|should_i_regard|did_i|have_"
        "i) can_always would_(a|an|the)_person_be_able im_not_a_(ro)?bot i_am_not_a_(ro)?bot in_?case_i"
    ),
    unless="i_(can|could)_(talk|speak) get_me give_me let_me i_want i_need connect_me transfer_me put_me",
    other=(
        "(travel|estate|insurance|booking|leasing|rental|secret|cleaning|user|letting|delivery|ticket|gate|free|"
        "tour|tax|buying|bleaching|customs|smooth|machine|bank|hotel|crane|equipment|network|mobile|phone|camera|"
        "account|project|product|store|property|password|task|contact|device|window|file|case|data|key|package|"
        "branch|my)_(agents?|operators?|managers?|advis[oe]rs?|supervisors?|boss|persons?) "
        "live_chat_(widget|plugin|code|snippet|button) human_resources"
    ),
    later="if_(this|that|it)_(still_)?(doesnt|does_not|didnt|fails|wont|will_not) if_nothing_(helps|works)",
    joints="but however so_please and_then because",
    starts="i_(just_)?(want|need|demand|would_like)_(a|an|to_(talk|speak|chat))",
    unlike="""
        employer employers advise advice advises employ employed employment manage managed operate speaks charge
        change charged
    """,
    call=(
        "get_me i_want i_need give_me bring_in call page is can could ask ping tag talk_(to|with) speak_(to|with) "
        "reach see contact (transfer|connect|forward|hand|pass|escalate|put|switch|route|redirect|get|assign)_(me|"
        "us|this|it)((_(over|on|through|in_touch))?_(to|with))? (get|be|put_me)_in_touch_with "
        "connect_(directly_)?(to|with)"
    ),
)
