"""Takes private text out: e-mail addresses, phone numbers, payment cards, bank accounts, ids of persons, secrets.

A finding is replaced by the mark of its kind (`[email]`, `[card]`); a value that is taken out by the name of its key
becomes `[REDACTED]`. Whatever has a check digit is checked, and a bare number is a phone number only where the words
around it say so, because order numbers, dates and versions must stay readable. With the extra `pii` installed, the
lengths of phone numbers and the structure of bank accounts are looked up per country.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args


def _if_installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


phonenumbers = _if_installed("phonenumbers")
stdnum_iban = _if_installed("stdnum.iban")

Kind = Literal["secret", "email", "iban", "card", "ssn", "phone"]
# In this order: a token may hold digits that look like a card, and a card digits that look like a phone number.
ALL: tuple[Kind, ...] = get_args(Kind)
BY_KEY = "[REDACTED]"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces what it finds by its mark; call it with a text. `find` gives the spans to take out, in order and
    apart."""

    name: str
    find: Callable[[str], Iterable[Span]]

    @property
    def mark(self) -> str:
        return f"[{self.name}]"

    def __call__(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in self.find(text):
            parts += text[done:start], self.mark
            done = end
        return "".join((*parts, text[done:]))


def redacted(text: str, *, kinds: Iterable[str] = ALL) -> str:
    """The text with everything of these kinds replaced by marks. Redacting it again changes nothing.

    Raises:
        ValueError: a kind is unknown.
    """
    for redactor in redactors(kinds):
        text = redactor(text)
    return text


def redactors(kinds: Iterable[str]) -> list[Redactor]:
    """The redactors of these names, in the order in which they must run.

    Raises:
        ValueError: a name is unknown; the message lists the known ones.
    """
    wanted = {kinds} if isinstance(kinds, str) else set(kinds)
    if unknown := wanted.difference(REDACTORS):
        raise ValueError(f"no redactor is named {', '.join(sorted(unknown))}; known: {', '.join(REDACTORS)}")
    return [REDACTORS[kind] for kind in ALL if kind in wanted]


def redact_data(value: Any, kinds: Iterable[str] = ALL, keys: Iterable[str] = ()) -> Any:
    """A copy of JSON-like data with its texts redacted, and the values under `keys` replaced by `[REDACTED]`, at any
    depth.

    A key is the same in every spelling: `creditCard`, `credit_card` and `Credit-Card`. A number that is private as text
    is replaced too. What is not JSON-like is returned as it is.
    """
    return _Cleaner(redactors(kinds), frozenset(plain_key(key) for key in keys)).clean(value)


def redact_json(text: str, kinds: Iterable[str] = ALL, keys: Iterable[str] = ()) -> str:
    """The same for data in text form, such as a call's arguments. Text that is not JSON is redacted as text."""
    try:
        value = json.loads(text)
    except ValueError:
        return redacted(text, kinds=kinds)
    cleaned = redact_data(value, kinds, keys)
    return text if cleaned == value else json.dumps(cleaned, ensure_ascii=False)


def plain_key(key: str) -> str:
    """The key without case, dashes and underscores."""
    return re.sub(r"[\W_]+", "", key).casefold()


class _Cleaner:
    def __init__(self, chosen: list[Redactor], keys: frozenset[str]) -> None:
        self._redactors = chosen
        self._keys = keys

    def clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case bool():
                return value
            case int():
                cleaned = self._text(str(value))
                return value if cleaned == str(value) else cleaned
            case Mapping():
                return self._mapping(value)
            case list() | tuple():
                return type(value)(map(self.clean, value)) if type(value) in (list, tuple) else value
            case _:
                return value

    def _text(self, text: str) -> str:
        for redactor in self._redactors:
            text = redactor(text)
        return text

    def _mapping(self, value: Mapping[Any, Any]) -> dict[Any, Any]:
        cleaned: dict[Any, Any] = {}
        for key, inner in value.items():
            name = self._text(key) if isinstance(key, str) else key
            # Two addresses as keys become one mark: they are numbered, for a lost entry would be a lie.
            copies = 1
            while name in cleaned:
                copies += 1
                name = f"{self._text(str(key))} {copies}"
            hidden = isinstance(key, str) and plain_key(key) in self._keys
            cleaned[name] = BY_KEY if hidden else self.clean(inner)
        return cleaned


# Looked for first where nothing can be found without one: most messages have none.
_DIGIT = re.compile(r"\d")

# ---- e-mail

# Each pattern begins behind a boundary and has bounded parts, so that a long text without findings is read once.
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w@])",
    re.IGNORECASE,
)


def _emails(text: str) -> Iterator[Span]:
    return (match.span() for match in _EMAIL.finditer(text)) if "@" in text else iter(())


# ---- secrets

# Shapes that the vendors document for their keys; the words before a token or a password stay readable.
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,8000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,8000}\.[\w-]{0,2000}"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]{2,12}[-_]){0,3}[A-Za-z0-9_-]{16,200}"
    r"|\b(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]{10,250}"
    r"|\b(?:gh[opsur]|npm|hf|whsec|glpat|github_pat)[-_][A-Za-z0-9_-]{16,250}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bAIza[\w-]{35}"
    r"|\bSG\.[\w-]{16,64}\.[\w-]{16,64}"
    r"|(?i:\b(?:bearer|basic)[ \t]{1,4})(?P<token>[A-Za-z0-9._~+/-]{16,4000}={0,2})"
    r"|(?<=://)(?P<login>[^\s/:@]{1,64}:[^\s/@]{1,256})(?=@)"
    r"|(?i:\b(?:password|passwort|passwd|pwd|passphrase|secret|api[ _-]?key|access[ _-]?key|token)"
    r"(?:[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?|[ ]is[ ]:?))"
    r"(?P<value>(?=[^\s\"',;]{0,200}[^\W\d_])(?=[^\s\"',;]{0,200}\d)[^\s\"',;]{6,400})",
)


def _secrets(text: str) -> Iterator[Span]:
    for match in _SECRET.finditer(text):
        yield match.span(match.lastgroup or 0)


# ---- payment cards

_SEPARATED_DIGITS = re.compile(r"(?<![\w])\d+(?:[ \u00a0.–-]\d+)*(?!\w)")
_GROUP = re.compile(r"\d+")
# The first digits and the lengths of the card networks (ISO/IEC 7812 issuer ranges, as the networks publish them).
_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?|62\d{14,17}"
)


_CARD_WORD = re.compile(
    r"\b(?:card|kreditkarte|visa|mastercard|amex)(?: ?(?:number|no\.?|num|nummer))?(?: is| ist|:)?[ #]{0,3}$",
    re.IGNORECASE,
)


def _cards(text: str) -> Iterator[Span]:
    """Cards begin and end where a group of digits does: what stands beside one, such as an expiry date, is not part of
    it. Where the words before say that it is a card, a wrong check digit does not save it."""
    for run in _SEPARATED_DIGITS.finditer(text):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in _GROUP.finditer(run.group())]
        named = bool(_CARD_WORD.search(text[max(0, run.start() - 40) : run.start()]))
        first = 0
        while first < len(groups):
            last = _card_end(text, groups, first, named=named and first == 0)
            if last is None:
                first += 1
                continue
            yield groups[first][0], groups[last][1]
            first = last + 1


def _card_end(text: str, groups: list[Span], first: int, *, named: bool) -> int | None:
    digits = ""
    long_enough: int | None = None
    for last in range(first, len(groups)):
        digits += text[slice(*groups[last])]
        if len(digits) > 19:
            break
        if len(digits) >= 13 and _CARD.fullmatch(digits) and luhn(digits):
            return last
        if named and len(digits) >= 13 and long_enough is None:
            long_enough = last
    return long_enough


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


# ---- bank accounts

_IBAN = re.compile(
    r"(?<![\w-])[A-Z]{2}\d{2}(?:[A-Z\d]{11,30}(?!\w)|(?:[ \u00a0-][A-Z\d]{1,4}(?!\w)){3,8})", re.IGNORECASE
)


def _ibans(text: str) -> Iterator[Span]:
    position = 0
    while match := _IBAN.search(text, position):
        found = match.group()
        # In groups, what stands behind the account may have been read as its last groups.
        while len(found) >= 15 and not is_iban(found):
            found = re.sub(r"(?:^|[ \u00a0-])[^ \u00a0-]*$", "", found)
        position = match.start() + len(found) if len(found) >= 15 else match.start() + 4
        if len(found) >= 15:
            yield match.start(), position


def is_iban(text: str) -> bool:
    """Whether the check digits of ISO 13616 fit."""
    compact = re.sub(r"[ \u00a0-]", "", text).upper()
    if not 15 <= len(compact) <= 34 or not compact.isascii() or not compact.isalnum():
        return False
    if stdnum_iban is not None:
        return bool(stdnum_iban.is_valid(compact, check_country=False))
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


# ---- ids of persons

_SSN = re.compile(
    # United States: social security number, and the taxpayer number of the same shape
    r"(?<![\w-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"
    r"|(?i:\b(?:ssn|social security(?: number| no\.?)?)(?: is)?[ :#]{1,3})(?P<bare>(?:\d[ -]?){3,10}\d)(?!\w)"
    # United Kingdom: national insurance number
    r"|(?<![\w-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![\w-])"
)


def _ssns(text: str) -> Iterator[Span]:
    for match in _SSN.finditer(text) if _DIGIT.search(text) else ():
        yield match.span(match.lastgroup or 0)


# ---- phone numbers

_GAP = r"[ \u00a0.\-/()]"
_ALONE = r"(?<![\w.#+/-])"
_OVER = r"(?![\w-]|\.\d)"
_PHONE = re.compile(
    # "+49 170 1234567"
    rf"(?<![\w+])(?P<abroad>(?:\(\+\d{{1,3}}\)|\+{_GAP}?\d)(?:{_GAP}{{0,2}}\d){{6,14}})(?!\w)"
    # "(212) 555-0123", "1-800-555-0199"
    rf"|{_ALONE}(?P<american>(?:1[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{{4}}){_OVER}"
    # "020 7946 0958", "(089) 123456", "06 12 34 56 78"
    rf"|{_ALONE}(?P<trunk>(?:\(0[1-9]\d{{0,4}}\)|0[1-9]\d{{0,4}}){_GAP}\d{{2,8}}(?:{_GAP}\d{{2,8}}){{0,4}}){_OVER}"
    # "call me at 5550123"
    r"|(?i:\b(?:phone|tel|telephone|telefon|mobile|handy|cell|fax|whatsapp|(?:call|text|reach|ring|phone)(?: me)?"
    r"(?: back)?(?: at| on)|ring me|call me)(?: number| no\.?| nr\.?)?(?: is| at|\.)?[ :]{1,3})"
    rf"(?P<named>\(?\d(?:{_GAP}{{0,2}}\d){{6,14}})(?!\w)"
)
_LAST_GROUP = re.compile(rf"{_GAP}*\d+$")
_DATE = re.compile(r"\(?(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)|\d{4}([./-])\d{1,2}\2\d{1,2})(?![./-]?\d)")
_OTHER_NUMBER = re.compile(
    r"(?:order|invoice|ticket|case|ref|reference|sku|tracking|serial|part|parcel|booking|version|build|rma|po|bestellung"
    r"|rechnung)(?: ?(?:no|nr|number|id|code)\b)?\.?(?: is| was)?[ :#]{0,3}$",
    re.IGNORECASE,
)


def _phones(text: str) -> Iterator[Span]:
    position = 0 if _DIGIT.search(text) else len(text)
    while match := _PHONE.search(text, position):
        shape = match.lastgroup or ""
        start, found = (
            match.start(shape),
            _phone(match.group(shape), shape, text[max(0, match.start() - 40) : match.start()]),
        )
        position = start + len(found) if found else match.end()
        if found:
            yield start, position


def _phone(found: str, shape: str, before: str) -> str:
    """The part of what was found that is a phone number, from its beginning; empty if it is none."""
    if shape == "abroad":
        return _possible_part(found)
    if _DATE.match(found) or (shape != "named" and _OTHER_NUMBER.search(before)):
        return ""
    if shape == "trunk":
        while _digits(found) > 12:  # the next number stands right behind it
            found = _LAST_GROUP.sub("", found)
        return found if _digits(found) >= 9 else ""
    return found


def _possible_part(number: str) -> str:
    """The longest beginning, by whole groups, that is as long as numbers of that country are. Not whether the number is
    given out: new ranges appear every month."""
    if phonenumbers is None:
        return number if _digits(number) >= 8 else ""
    while _digits(number):
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(number)):
                return number
        except phonenumbers.NumberParseException:
            pass
        number = _LAST_GROUP.sub("", number)
    return ""


def _digits(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


REDACTORS: Mapping[str, Redactor] = MappingProxyType(
    {
        "secret": Redactor("secret", _secrets),
        "email": Redactor("email", _emails),
        "iban": Redactor("iban", _ibans),
        "card": Redactor("card", _cards),
        "ssn": Redactor("ssn", _ssns),
        "phone": Redactor("phone", _phones),
    }
)
