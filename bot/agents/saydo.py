"""Does this text promise a transfer? A promise without a transfer is a lie to the customer, and one beside it is said
twice.

English is matched by sentences written out here, other languages by the lists in `promises`.
"""

from __future__ import annotations

import re
from functools import cache

from bot.agents.phrases import fold, pattern
from bot.agents.promises import PROMISES

# The patterns see one sentence, in lower case, with single spaces and straight apostrophes.
_PEOPLE = (
    r"(?:an? |the |our |one of our |another |to )*(?:[\w'-]+ ){0,3}?"
    r"(?:agents?|humans?|persons?|people|someone|somebody|colleagues?|teammates?|specialists?|experts?|teams?|department"
    r"|desk|representatives?|reps?|advis[oe]rs?|operators?|managers?|supervisors?|staff|support|billing|sales"
    r"|technicians?|engineers?|customer (?:service|care))\b(?!'s)"
)
_MATTER = (
    r"(?:conversation|chat|case|issue|request|matter|ticket|call|question|problem|query|complaint|inquiry|enquiry)"
)
_OBJECT = rf"(?:you(?! (?:the|an?|your|some)\b)|(?:your|the|this) (?:\w+ )?{_MATTER}|this|it)\b"
# "put" and "pass" promise only with where to: "I have put it in your cart" does not.
_WHERE = (
    r"(?: \w+){0,2}? (?:over|on|along|through|in touch|in contact"
    r"|to (?:an?|the|our|one|someone|another|my|billing|sales|support)\b)"
)
_MOVE = r"(?:transfer|connect|escalat|forward|redirect|rout|refer|patch|hand|pass|put|switch)"
_MOVED_OBJECT = (
    rf"(?:(?:transfer|connect|escalat|forward|redirect|rout|refer|patch)(?:e|es|ed|r?ing|red)? {_OBJECT}"
    rf"|(?:hand|pass|put|switch)(?:es|ed|t?ing)? {_OBJECT}{_WHERE}\b(?! hold))"
)
_MOVED = r"(?:transferred|connected|escalated|forwarded|handed (?:over|off)|redirected|routed|passed on)"
_FIRST = r"(?:i|we)(?: (?:will|am|are|shall|have|need to)|'(?:ll|m|re|ve))\b"
_SOMEONE = r"(?:agent|human|person|someone|somebody|colleague|specialist|representative|advis[oe]r|team(?: member)?)"

_PROMISES = [
    # "I'll connect you", "we are now transferring your case", "I will go ahead and hand you over"
    rf"\b{_FIRST}(?: [\w']+){{0,6}}? {_MOVED_OBJECT}",
    # "please hold while I connect you"
    rf"\b(?:while|as) (?:i|we) (?:\w+ )?{_MOVED_OBJECT}",
    # "let me transfer you", "allow me to connect you"
    rf"\b(?:let me|allow me to|let us)(?: [\w']+){{0,4}}? {_MOVED_OBJECT}",
    # "let me get you a human", "I'll bring in a colleague"
    rf"\b(?:let me|{_FIRST})(?: [\w']+){{0,3}}? "
    r"(?:get|getting|bring(?:ing)? in|loop(?:ing)? in|find|finding|fetch(?:ing)?) "
    rf"(?:you )?{_PEOPLE}",
    # "Transferring you to billing...", "Connecting you now", "Transferring to HelperAgent..."
    rf"(?:^|[,:;-] )(?:now |okay,? |ok,? |sure,? )?(?=\w+ing ){_MOVED_OBJECT}|^transferring to \w+",
    # "You are being transferred", "your chat has been escalated", "you'll be connected"
    rf"\b(?:you|(?:your|the|this) {_MATTER}|this)(?: (?:are|is|will|have|has)|'(?:re|ll|ve))"
    rf"(?: (?:now|shortly|soon|just))?(?: (?:be|being|been))?(?: (?:now|just))? {_MOVED}\b",
    # "A colleague will be with you shortly", "someone from the team will take over"
    rf"\b{_SOMEONE}(?: [\w']+){{0,4}}? (?:will|is going to|'ll) (?:\w+ )?"
    r"(?:be with you|join|take over|assist you|contact you|reach out|get back to you)\b",
    r"\b(?:hold on|one moment)\b.{0,40}\b(?:transfer|connect)(?:r?ing)?\b",
]
_PROMISE = re.compile("|".join(f"(?:{pattern})" for pattern in _PROMISES))
# An offer, a condition, a question or a denial promises nothing.
_NO_PROMISE = re.compile(
    r"\b(?:would you like|do you want|shall i|should i|may i|can i|if you(?:'d| would)? (?:like|want|prefer|wish|need)"
    r"|if (?:that|this|it) (?:does|is|doesn|isn)|if needed|in case|unable to|just (?:say|ask|tell)"
    rf"|(?:can|could|may|might)(?:not|'t)? (?:\w+ )?{_MOVE}|(?:not|never) (?:\w+ ){{0,3}}{_MOVE})"
    rf"|n't (?:\w+ ){{0,3}}{_MOVE}"
)
# A full stop of Chinese or Japanese ends a sentence without a space behind it.
_SENTENCE_END = re.compile(r"[.!?…।؟]+[\"'”’)\]»]*\s+|[。！？]+[」』）”\"]*\s*|\n+")
_ENDING = ".!?…।؟。！？\"'”’)]»」』）"  # the signs with which a sentence end may begin
_QUESTION = re.compile(r"[?？؟][\"'”)\]」』）»]*$")
_BETWEEN_WORDS = re.compile(r"[\s.,;:!?…।،؛。、，！？：；\"“”„«»()\[\]「」『』*_~—–-]+")


def promises_transfer(text: str) -> bool:
    """Whether a sentence of the text tells the reader that they are being, or are about to be, passed to somebody.

    Offers ("I can transfer you if you like"), questions and denials are not promises. In the languages of `promises`.
    """
    return any(_is_promise(sentence) for sentence in sentences(text))


def without_promises(text: str) -> str:
    """The text without the sentences that promise a transfer, for use beside a notice that says the same."""
    return "".join(sentence for sentence in sentences(text) if not _is_promise(sentence)).strip()


def sentences(text: str) -> list[str]:
    """The text cut behind each sentence end or line break; joined again it is the text."""
    parts: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        parts.append(text[start : end.end()])
        start = end.end()
    if start < len(text):
        parts.append(text[start:])
    return parts


def _is_promise(sentence: str) -> bool:
    if _QUESTION.search(sentence.rstrip()):
        return False
    plain = " ".join(sentence.lower().replace("’", "'").split())
    if _PROMISE.search(plain) and not _NO_PROMISE.search(plain):
        return True
    words = _BETWEEN_WORDS.sub(" ", fold(sentence)).strip()
    if not any(promise.search(words) for promise in _anywhere()):
        return False
    return any(promise.search(words) and not offer.search(words) for promise, offer in _elsewhere())


@cache
def _anywhere() -> list[re.Pattern[str]]:
    """What promises in any other language: most sentences promise nothing, and two looks tell it sooner than twenty."""
    return [
        re.compile(pattern(" ".join(one.promise for one in PROMISES.values() if one.spaced is spaced), spaced=spaced))
        for spaced in (True, False)
    ]


@cache
def _elsewhere() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """For each other language: what promises, and what makes it none."""
    return [
        (re.compile(pattern(one.promise, spaced=one.spaced)), re.compile(pattern(one.offer, spaced=one.spaced)))
        for one in PROMISES.values()
    ]


class SpeechGate:
    """Lets text through by whole sentences and holds back those that promise a transfer.

    The run decides what becomes of a held sentence once it knows whether the transfer was made. What was let through is
    in `said`.
    """

    def __init__(self) -> None:
        self.said = ""
        self.held = ""
        self._open = ""

    def feed(self, piece: str) -> str:
        """Take a piece of text; returns what may be shown now, often nothing."""
        text = self._open + piece
        if not _SENTENCE_END.search(text, len(self._open.rstrip(_ENDING))):
            self._open = text
            return ""
        whole = sentences(text)
        complete = bool(whole) and whole[-1][-1].isspace() and _SENTENCE_END.search(whole[-1]) is not None
        self._open = "" if complete or not whole else whole.pop()
        return self._let_through(whole)

    def quote(self, text: str) -> str:
        """Let a text through as it is: the words of somebody who answers for them."""
        self.said += text
        return text

    @property
    def pending(self) -> bool:
        """Whether a sentence has begun and is not yet whole."""
        return bool(self._open)

    def end(self) -> str:
        """The rest of the text, when no more is coming."""
        rest, self._open = self._open, ""
        return self._let_through([rest] if rest else [])

    def _let_through(self, whole: list[str]) -> str:
        shown = ""
        for sentence in whole:
            if _is_promise(sentence):
                self.held += sentence
            else:
                shown += sentence
        self.said += shown
        return shown
