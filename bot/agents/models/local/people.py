"""Does the customer ask for a person? English, by pattern, with a guard against refusals and questions about the bot.

The verdict is taken clause by clause: "don't transfer me" refuses, "am I talking to a human?" asks about the bot, and
"that did not help, can I talk to someone" asks for a person although something is negated before it. What is measured,
on which sets: tests/agents/test_local_people.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.agents.models.local.text import clauses, folded, only_emoji, plain

_ADJECTIVE = (
    r"(?:real|live|actual|proper|human|physical|different|better|other|another|specific|breathing|living|senior"
    r"|qualified|competent|customer|service|support|sales|billing|technical|tech|care|success|chat|phone|rasa"
    r"|bloody|damn|fucking|goddamn)"
)
_DETERMINER = r"(?:an?|the|any|some|one|your|my|this|that|another|one of your|one of the|someone|somebody)"
_BEFORE = rf"(?:{_DETERMINER} )?(?:{_ADJECTIVE} ){{0,3}}"
# Words that mean a person of the support side wherever they stand in a request.
_NOUN = (
    r"(?:humans?(?: beings?)?|agents?|operators?|representatives?|reps?|advis[oe]rs?|managers?|supervisors?|csrs?"
    r"|employees?|team ?members?|staff(?: members?)?|consultants?|associates?|executives?|specialists?|technicians?"
    r"|colleagues?|founders?|live (?:chat|support|help)|human (?:support|help|assistance)"
    r"|customer (?:service|care|support|success)|support team|help ?desk|call cent(?:er|re)|service desk)"
    r"(?! (?:roles?|accounts?|access|permissions?|licen[cs]es?|seats?|strings?|names?|ids?|emails?|address"
    r"|numbers?|version"
    r"|dashboard|settings?|page|app|software|tools?|portal|api|keys?|tokens?|mode|list|view|hours|phone|login)\b)"
)
_PERSON = rf"(?:{_NOUN}|(?:persons?|people)(?! (?:of|for|plan))|real one|human one)"
# Words that mean one only beside a verb of talking or passing on.
_ANYONE = (
    rf"(?:{_PERSON}|some(?:one|body)|any(?:one|body)|support|team|guys?|folks|department|real|billing|sales"
    r"|experts?|engineers?|assistants?)"
)
_TALK = (
    r"(?:talk|speak|took|chat|conversate|converse|communicate|discuss|connect|(?:get|be|put) (?:me )?in (?:touch"
    r"|contact)"
    r"|get (?:me )?(?:connected|through))"
)
_WITH = r"(?:(?:directly |right )?(?:to|with|through to))"
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
    r"|reach|join|step in|have a look|sort|fix|come|ring|phone|intervene|message|write|explain)"
)
_POLITE = (
    r"(?:please|pls|plz|now|asap|right now|thanks|thank you|immediately|again|instead|right away|today|then|ok|okay)"
)
_LEAD = r"(?:hi|hello|hey|ok|okay|so|well|please|pls|plz|just|yes|no|yeah|and|ugh|sorry)"

# Each begins where the request begins: what stands right before the match may refuse it.
_REQUESTS = [
    # "talk to a human", "speak with someone from billing", "chat with a live agent"
    rf"\b{_TALK} {_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\b(?:help|helped|assistance|assist|trying|try|like|want|wanna|need|way|about|how)(?: me| us)? (?:with |to "
    rf"|in |on |of )?"
    rf"(?:talking|talkin|speaking|chatting|contacting|reaching|getting in touch|connecting)(?: (?:to|with))?"
    rf" {_BEFORE}{_ANYONE}\b",
    rf"^(?:talking|speaking|chatting) (?:to|with) {_BEFORE}{_PERSON}$",
    rf"\b(?:contact|reach|get hold of|get a hold of) {_BEFORE}(?:{_PERSON}|someone|somebody|assistant)\b",
    rf"\b(?:call|phone) (?:{_DETERMINER} )?(?:{_ADJECTIVE} ){{0,2}}(?:humans?|live agents?|real person|operator)\b",
    # "transfer me to an agent", "put me through", "hand a conversation over to a human"
    rf"\b{_MOVE} {_THING}(?: (?:over|on|through|off|up|straight|directly|back|in touch|in contact)){{0,2}}"
    rf" {_WITH} {_BEFORE}{_ANYONE}\b",
    rf"\b{_MOVE} {_WITH} {_BEFORE}{_PERSON}\b",
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
    rf"|an answer from |to see |to hear from |in )?{_BEFORE}(?:{_NOUN}|persons?|human one|real people)\b",
    r"\b(?:get|give|find|send) (?:me|us) (?:someone|somebody)\b(?! (?:elses|elses))",
    rf"\b(?:want|need|would like|id like|rather have) (?:{_BEFORE})?(?:someone|somebody|{_PERSON}) (?:real |else"
    rf" )?(?:to|who can|that can) "
    r"(?:talk|speak|help me|help us|assist|answer|contact|call|reply|respond|handle this)\b",
    rf"\b(?:get|have|find) {_BEFORE}{_NOUN} (?:to|who) {_HELP}\b",
    rf"\b(?:help|support|assistance|answers?) from {_BEFORE}{_PERSON}\b",
    # "can a person please look at this", "have a human check it", "could someone from billing call me"
    rf"\b(?:can|could|may|might|will|would|have|let|should|must) {_BEFORE}{_PERSON} (?:please |kindly |also "
    rf"|actually )?{_HELP}\b",
    rf"\b(?:can|could|will|would|have) (?:someone|somebody|anyone|anybody) (?:from|at|in|on) (?:\w+"
    rf" ){{1,3}}?(?:please )?{_HELP}\b",
    r"\b(?:can|could|will|would) (?:someone|somebody) (?:please |kindly )?(?:call|contact|ring|phone|get back to"
    r"|reach out to|talk to|speak to"
    r"|reply to) (?:me|us)\b",
    # "is there a human I can talk to", "is anyone real there"
    rf"\b{_BEFORE}(?:{_ANYONE}) (?:(?:here|there|available) )?(?:that |who |whom )?(?:i|we) (?:can|could|may)"
    rf" (?:\w+ )?(?:talk|speak|chat|call)\b",
    rf"\b(?:is|are) (?:there )?(?:also )?{_BEFORE}(?:{_NOUN}|real people|real person) (?:here|there|available"
    rf"|online|around|on duty"
    r"|(?:\w+ )?to (?:help|talk|speak))\b",
    # "I don't want to talk to a bot", "stop the bot", "talking to a bot is stupid"
    r"\b(?:(?:dont|do not|wont|will not|not|never|cant|refuse|stop|done)(?: (?:want|wanna|like|wish|going|need"
    r"|to|be|deal"
    r"|dealing|waste|time|with|talking|speaking|chatting|talk|speak|chat|having|interact|interacting|use)){1,6}"
    r"|hate|no more|tired of|sick of|fed up with|dislike)(?: (?:talking|speaking|chatting|dealing) (?:to|with))?"
    r" (?:an? |the |this |your |any |these |more |stupid |dumb )*"
    r"(?:bots?|robots?|machines?|chat ?bots?|computers?|ai|automated \w+|virtual \w+)\b",
    r"\b(?:talking|speaking|chatting) (?:to|with) (?:an? |this |the )?(?:bot|robot|machine|chat ?bot|computer|ai) "
    r"(?:is|isnt|was|sucks|wont|doesnt|makes)\b",
    r"(?<!am )(?<!im )\bnot (?:with |to )?(?:an? |another |the )?(?:ro)?bot\b(?! (?:or|protection|traffic))",
    # "someone from customer care", "a human, please", "agent", "human handoff"
    rf"^(?:{_LEAD} )*(?:someone|somebody) (?:from|at|in) (?:the |your |our )?(?:\w+ ){{0,2}}(?:customer|support"
    rf"|care|service|team|billing|sales)\b",
    rf"^(?:{_LEAD} )*{_BEFORE}{_NOUN}(?: (?:please|pls|plz|now|asap|right now|instead|handoff|hand off|again))*$",
    rf"^(?:{_LEAD} )*(?:an? |the |another |some )?(?:real |live |actual |proper )+(?:one|person|people|human"
    rf"|someone)(?: {_POLITE})*$",
    rf"^(?:{_LEAD} )*(?:a )?person(?: {_POLITE})+$|^(?:{_LEAD} )*some(?:one|body) real(?: {_POLITE})*$",
    r"^(?:human )?(?:hand ?off|hand ?over|take ?over)(?: please| now)?$",
]
_REQUEST = re.compile("|".join(f"(?:{pattern})" for pattern in _REQUESTS))

# "I don't want to be transferred", "no need for a human", "please never connect me to ..."
_REFUSED = re.compile(
    r"\b(?:dont|do not|did not|didnt|doesnt|never|no need|not|without|rather not|wouldnt|would not|no longer|stop"
    r"|avoid|wont need"
    r"|refuse|instead of|unless)"
    r"(?: (?:want|wanna|need|to|wish|like|would|you|have|please|me|be|a|an|any|really|the|ask|asking|asked|for"
    r"|dare|try|trying"
    r"|even|think|i|we|just|going|yet|getting|having|being|us|forced|it|necessary|with|speak|talk|chat|your|real"
    r"|live)){0,6}$"
)
_BOT_WORD = re.compile(r"\b(?:bots?|robots?|machines?|chat ?bots?|computers?|ai|automated|virtual|handoff)\b")
# Questions about what the bot is, and what others said or did, ask for nobody.
_ABOUT = re.compile(
    r"^(?:and |so |wait |hey |hi |ok )*(?:am i|do i (?:have|need) to|are you|r u|is this|is it (?:an?|you|true)"
    r"|is that|was i|were you|was that|are u|you are|youre|do you think you"
    r"|how do i know|prove|who are you|what are you|tell me if|can you tell me if|i wonder if|i want to know if|i"
    r" need to know if"
    r"|should i regard|did i|have i)\b(?!.*\b(?:i (?:can|could) (?:talk|speak)|get me|give me|let me|i want|i"
    r" need|connect me|transfer me))"
)
_OTHERS = re.compile(
    r"\b(?:did|does|have|has|had|are) (?:you|he|she|they) (?:ever |also |even |really )?$|\bdo (?:he|she|they) $"
    r"|\b(?:he|she|they|who)(?: \w+)? $"
)
_THIRD_PARTY = re.compile(
    r"\b(?:travel|estate|insurance|booking|leasing|rental|secret|cleaning|user|letting|delivery|ticket|gate|free"
    r"|tour|tax|buying"
    r"|bleaching|customs|smooth|machine|bank|hotel|crane|equipment|network|mobile|phone|camera|account|project"
    r"|product|store|property"
    r"|password|task|device|window|file|case|data|key|package|branch|my) (?:agents?|operators?|managers?"
    r"|advis[oe]rs?|supervisors?)\b"
)


def wants_person(text: str) -> bool:
    """Whether the text asks to be passed to a person, or refuses to go on with a bot."""
    return any(_clause_asks(clause) for clause in clauses(plain(text))) or _named_by_capital(plain(text)) is not None


def _clause_asks(clause: str) -> bool:
    for match in _REQUEST.finditer(clause):
        found = match.group()
        before = clause[: match.start()]
        about_bot = bool(_BOT_WORD.search(found)) and not re.search(rf"\b{_MOVE} ", found)
        if about_bot and not _ABOUT.search(clause):
            return True
        if _REFUSED.search(before.rstrip()) or _ABOUT.search(clause) or _OTHERS.search(before):
            continue
        if _THIRD_PARTY.search(found):
            continue
        return True
    return False


_FRAME = (
    r"(?:let me|let us|i want to|i wanna|i need to|i have to|i must|id like to|i would like to|can i|could i|may"
    r" i|can we|could we|please let me"
    r"|i prefer to|id rather|i want|id prefer to|how (?:do|can) i) (?:please |just |rather )?"
    r"(?:talk|speak|chat|connect|get in touch|be in touch) (?:directly )?(?:to|with)"
)
_MOVE_TO = (
    r"(?:transfer|connect|forward|hand|pass|escalate|put|switch|route|redirect|get|assign) (?:me|us|this|it)(?:"
    r" (?:over|on|through|in touch))? (?:to|with)"
)
_GET = r"(?:get me|i want|i need|give me|bring in|call|page|is|can|could|ask|ping|tag)"
_NAME = r"([A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2})"
_CAPITAL = re.compile(rf"\b(?i:(?:{_FRAME}|{_MOVE_TO})) {_NAME}")
_NOT_A_NAME_WORDS = """
    i a an the you your my it this that support billing sales customer human agent someone somebody anyone english
    french german spanish italian please google siri alexa chatgpt monday tuesday wednesday thursday friday
    saturday sunday
"""
_NOT_A_NAME = frozenset(_NOT_A_NAME_WORDS.split())


def person_named(text: str, known: Iterable[str] = ()) -> str | None:
    """The person whom the text asks for by name: a known name in any spelling of case, or a capitalised one; None when
    there is none.

    A known name may be given by its first word ("Alice" for "Alice Martin"). What is returned for a known person is the
    name as known.
    """
    words = plain(text)
    lowered = folded(words)
    for name in known:
        for spelling in dict.fromkeys((name, name.split()[0])):
            if len(spelling) > 1 and (spoken := folded(spelling)) in lowered and _asked_by_name(lowered, spoken):
                return name
    return _named_by_capital(words)


def _asked_by_name(lowered: str, name: str) -> bool:
    return any(
        not _REFUSED.search(clause[: match.start()].rstrip()) and not _ABOUT.search(clause)
        for clause in clauses(lowered)
        for match in _asked_for(name).finditer(clause)
    )


@lru_cache(maxsize=1_000)
def _asked_for(name: str) -> re.Pattern[str]:
    asked = rf"{_FRAME}|{_MOVE_TO}|{_GET}|talk to|speak to|speak with|talk with|reach|see|contact"
    return re.compile(rf"\b(?:{asked}) (?:\w+ )?@?{re.escape(name)}\b")


def _named_by_capital(words: str) -> str | None:
    for match in _CAPITAL.finditer(words.replace("'", "")):
        name = match.group(1)
        if name.split()[0].lower() not in _NOT_A_NAME and not _REFUSED.search(folded(words[: match.start()]).rstrip()):
            return name
    return None


_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thankyou|thx|thnx|tks|ty|tysm|tyvm|cheers|much appreciated|appreciate (?:it|that"
    r"|your help|the help)|merci|danke|gracias"
    r"|grazie|obrigad[oa]|arigato)\b"
)
_BESIDE_THANKS_WORDS = """
    thanks thank thankyou thx thnx tks ty tysm tyvm cheers much appreciated appreciate it that your help the so
    very a lot again you all guys everyone team for helping great perfect awesome good excellent wonderful
    brilliant amazing super cool nice ok okay k got understood works worked fine now oh ah yes yep yeah no worries
    all set done solved fixed is was this really many lovely alright right well and i we quick fast reply answer
    response info information kind mate man sir madam bye goodbye have day one evening weekend too million bunch
    merci danke gracias grazie obrigado obrigada arigato beaucoup muchas vielen dank mille there hi
"""
_BESIDE_THANKS = frozenset(_BESIDE_THANKS_WORDS.split())


def thanks(text: str) -> bool:
    """Whether the whole message is thanks or emoji, so that nobody needs to answer it. "Thanks, but it still fails" is
    not."""
    if only_emoji(text):
        return True
    words = folded(plain(text))
    if "?" in words or not _THANKS.search(words):
        return False
    return all(word in _BESIDE_THANKS for word in re.findall(r"\w+", words))


_UNHELPFUL = re.compile(
    r"\b(?:(?:that|this|it|which) (?:did not|didnt|does not|doesnt|is not|isnt|was not|wasnt|still doesnt)"
    r" (?:really )?(?:help|helping|work|answer"
    r"|helpful|solve|what i (?:asked|meant|need|want))|not (?:very |really )?(?:helpful|helping|what i (?:asked"
    r"|meant|need|want))|didnt help"
    r"|doesnt help|not helpful|useless|unhelpful|wrong answer|still (?:not|doesnt|isnt|broken|the same|wrong)|you"
    r" (?:dont|do not) understand"
    r"|already (?:told|said|tried) (?:you |that|this|it)?|makes no sense)\b"
)


def unhelpful(text: str) -> bool:
    """Whether the text says that the last answer did not help."""
    return bool(_UNHELPFUL.search(folded(plain(text))))


_YES = re.compile(
    r"^(?:yes|yeah|yep|yup|sure|ok|okay|please|y|please do|do it|go ahead|of course|absolutely|definitely|correct"
    r"|right|that would be (?:great|good|nice)|id like that|i would)(?: (?:please|thanks|thank you|do|that|would"
    r" be (?:great|good|nice)|go ahead|it))*$"
)


def agrees(text: str) -> bool:
    """Whether the message is a plain yes."""
    parts = clauses(plain(text))
    return (
        bool(parts) and all(_YES.match(part) or _THANKS.search(part) for part in parts) and bool(_YES.match(parts[0]))
    )
