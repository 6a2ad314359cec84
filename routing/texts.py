"""The desk's own lines: one function of (key, locale). Built in for en, fr, de and es; `texts:` of config.yaml wins.

Agents' words and people's words never come from here. Keys without a line in the customer's language fall back to the
default locale, then to English; a line for staff exists in English only unless an administrator adds others.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from .policy import Policy

_PLACE = re.compile(r"\{(\w+)\}")

# What may stand in braces; keys that are absent here take nothing, keys that an administrator made up take _USUAL.
PLACES: Mapping[str, tuple[str, ...]] = {
    "handoff": ("team",),
    "handoff_person": ("team", "person"),
    "parked": ("team", "opens"),
    "nobody_yet": ("team",),
    "still_waiting": ("team",),
    "claimed": ("person", "team"),
    "stepped_in": ("person", "team"),
    "invited": ("person",),
    "released": ("team",),
    "transferred": ("team",),
    "transferred_person": ("person", "team"),
    "reopened": ("person", "team"),
    "resolved": ("person",),
    "handed_back": ("person",),
    "remind_team": ("team", "minutes"),
    "remind_holder": ("minutes",),
    "taken_over": ("person", "to"),
    "assigned": ("by",),
    "other_spoke": ("person",),
    "held_by": ("person",),
    "delivery_failed": ("kind", "reason"),
    "poison": ("detail",),
    "answer_source": ("source",),
    "clarify": ("one", "other"),
    "clarify_one": ("one",),
    "bot_topics": ("topics",),
    "bot_about": ("topic",),
}
_USUAL = ("team", "person", "opens")

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "en": {
        # to the customer
        "handoff": "Passing you to {team}.",
        "handoff_person": "Passing you to {team}; {person} is asked first.",
        "parked": "{team} is closed now and opens {opens}. Your messages are kept, and somebody will answer then.",
        "nobody_yet": "Nobody has picked this up yet; it stays in the queue.",
        "still_waiting": "Got it, I've added that for {team}. You are still in the queue.",
        "slow": "This takes a little longer; I'm still on it.",
        "working": "is working on an answer…",
        "cannot_alone": "I can't help with that by myself.",
        "completed": "Done. Write again if there is anything else.",
        "cancel_button": "Cancel, keep chatting here",
        "cancelled": "All right, you are out of the queue; let's go on here.",
        "claimed": "{person} from {team} has joined.",
        "stepped_in": "{person} from {team} has joined.",
        "invited": "{person}, this one is yours.",
        "released": "You are back in the queue of {team}; nothing you wrote is lost.",
        "transferred": "Passing you on to {team}.",
        "transferred_person": "{person} from {team} takes over from here.",
        "reopened": "{person} has opened this again.",
        "resolved": "{person} marked this as solved. Write again if it is not.",
        "handed_back": "{person} has handed you back to the assistant.",
        "rating": "How did we do, from 1 to 5?",
        "rating_thanks": "Thank you for the rating.",
        "answer_source": "Source: {source}",
        "choice_helped": "That helped",
        "choice_person": "Talk to a person",
        "no_answer": "I am not sure I can answer that myself.",
        "clarify": "Is this about “{one}” or “{other}”?",
        "clarify_one": "Is this about “{one}”?",
        "bot_greeting": "Hello! What can I do for you?",
        "bot_topics": "I can help with: {topics}.",
        "bot_person": "If you would like a person instead, just say so.",
        "bot_about": (
            "This looks like a question about {topic}, which I cannot settle myself. "
            "Would you like a person to look at it?"
        ),
        "bot_unhelpful": "I am sorry that this did not help. Would you like a person to look at it?",
        "bot_again": "I have no better answer to that. Would you like a person to look at it?",
        "bot_welcome": "You are welcome!",
        # to staff
        "remind_team": "Nobody from {team} has taken this for {minutes} min.",
        "remind_holder": "The customer has waited {minutes} min for your answer.",
        "taken_over": "{person} took this over from {to}.",
        "assigned": "{by} gave you this conversation.",
        "wrote_again": "The customer wrote again.",
        "other_spoke": "{person} answered in a conversation that you hold. Take over, release, or talk to them.",
        "held_by": "{person} holds this conversation. Your line did not count as the answer; take over if it should.",
        "delivery_failed": "A {kind} could not be delivered: {reason}",
        "poison": "An event could not be processed and was put aside ({detail}). Please look after this customer.",
    },
    "fr": {
        "handoff": "Je vous passe {team}.",
        "handoff_person": "Je vous passe {team} ; nous demandons d'abord à {person}.",
        "parked": "{team} est fermé et rouvre {opens}. Vos messages sont conservés, on vous répondra alors.",
        "nobody_yet": "Personne ne s'en est encore chargé ; votre demande reste dans la file.",
        "still_waiting": "C'est noté et transmis à {team}. Vous êtes toujours dans la file.",
        "slow": "Cela prend un peu plus de temps ; j'y travaille toujours.",
        "working": "prépare une réponse…",
        "cannot_alone": "Je ne peux pas régler cela sans aide.",
        "completed": "C'est fait. Écrivez-nous de nouveau au besoin.",
        "cancel_button": "Annuler, continuer ici",
        "cancelled": "D'accord, vous n'êtes plus dans la file ; continuons ici.",
        "claimed": "{person} ({team}) vous rejoint.",
        "stepped_in": "{person} ({team}) vous rejoint.",
        "invited": "{person}, c'est à vous.",
        "released": "Vous êtes de nouveau dans la file de {team} ; rien de ce que vous avez écrit n'est perdu.",
        "transferred": "Je vous passe {team}.",
        "transferred_person": "{person} ({team}) prend la suite.",
        "reopened": "{person} a rouvert cette demande.",
        "resolved": "{person} considère que c'est résolu. Écrivez-nous si ce n'est pas le cas.",
        "handed_back": "{person} vous repasse l'assistant.",
        "rating": "Comment cela s'est-il passé, de 1 à 5 ?",
        "rating_thanks": "Merci pour votre note.",
        "answer_source": "Source : {source}",
        "choice_helped": "Cela m'a aidé",
        "choice_person": "Parler à une personne",
        "no_answer": "Je ne suis pas sûr de pouvoir répondre à cela.",
        "clarify": "S'agit-il de « {one} » ou de « {other} » ?",
        "clarify_one": "S'agit-il de « {one} » ?",
        "bot_greeting": "Bonjour ! Que puis-je faire pour vous ?",
        "bot_topics": "Je peux vous aider pour : {topics}.",
        "bot_person": "Si vous préférez une personne, dites-le simplement.",
        "bot_about": (
            "Votre question semble porter sur ceci : {topic}. Je ne peux pas la régler "
            "sans aide. Voulez-vous qu'une personne s'en occupe ?"
        ),
        "bot_unhelpful": "Désolé que cela ne vous ait pas aidé. Voulez-vous qu'une personne s'en occupe ?",
        "bot_again": "Je n'ai pas de meilleure réponse. Voulez-vous qu'une personne s'en occupe ?",
        "bot_welcome": "Avec plaisir !",
    },
    "de": {
        "handoff": "Ich gebe Sie weiter an {team}.",
        "handoff_person": "Ich gebe Sie weiter an {team}; zuerst wird {person} gefragt.",
        "parked": "{team} ist zu und öffnet {opens}. Ihre Nachrichten bleiben erhalten; jemand antwortet dann.",
        "nobody_yet": "Noch hat es niemand übernommen; Ihre Anfrage bleibt in der Warteschlange.",
        "still_waiting": "Notiert und ergänzt für {team}. Sie sind weiter in der Warteschlange.",
        "slow": "Das dauert etwas länger; ich bin noch dran.",
        "working": "arbeitet an einer Antwort …",
        "cannot_alone": "Das kann ich nicht allein lösen.",
        "completed": "Erledigt. Schreiben Sie einfach wieder, wenn noch etwas ist.",
        "cancel_button": "Abbrechen, hier weitermachen",
        "cancelled": "Gut, Sie sind aus der Warteschlange; machen wir hier weiter.",
        "claimed": "{person} von {team} ist jetzt da.",
        "stepped_in": "{person} von {team} ist jetzt da.",
        "invited": "{person}, das ist für Sie.",
        "released": "Sie sind wieder in der Warteschlange von {team}; nichts geht verloren.",
        "transferred": "Ich gebe Sie weiter an {team}.",
        "transferred_person": "{person} von {team} übernimmt.",
        "reopened": "{person} hat die Anfrage wieder geöffnet.",
        "resolved": "{person} hat das als gelöst markiert. Schreiben Sie, wenn es nicht stimmt.",
        "handed_back": "{person} hat Sie an den Assistenten zurückgegeben.",
        "rating": "Wie waren wir, von 1 bis 5?",
        "rating_thanks": "Danke für die Bewertung.",
        "answer_source": "Quelle: {source}",
        "choice_helped": "Das hat geholfen",
        "choice_person": "Mit einem Menschen sprechen",
        "no_answer": "Ich bin nicht sicher, ob ich das beantworten kann.",
        "clarify": "Geht es um „{one}“ oder „{other}“?",
        "clarify_one": "Geht es um „{one}“?",
        "bot_greeting": "Hallo! Was kann ich für Sie tun?",
        "bot_topics": "Ich kann hierbei helfen: {topics}.",
        "bot_person": "Wenn Sie lieber einen Menschen möchten, sagen Sie es einfach.",
        "bot_about": (
            "Das klingt nach einer Frage zu „{topic}“, die ich nicht allein klären kann. Soll sich jemand das ansehen?"
        ),
        "bot_unhelpful": "Schade, dass das nicht geholfen hat. Soll sich jemand das ansehen?",
        "bot_again": "Eine bessere Antwort habe ich nicht. Soll sich jemand das ansehen?",
        "bot_welcome": "Gern geschehen!",
    },
    "es": {
        "handoff": "Le paso con {team}.",
        "handoff_person": "Le paso con {team}; primero preguntamos a {person}.",
        "parked": "{team} está cerrado y abre {opens}. Sus mensajes se guardan y entonces le responderán.",
        "nobody_yet": "Todavía no lo ha tomado nadie; su consulta sigue en la cola.",
        "still_waiting": "Anotado y añadido para {team}. Sigue usted en la cola.",
        "slow": "Esto tarda un poco más; sigo en ello.",
        "working": "está preparando una respuesta…",
        "cannot_alone": "No puedo resolver esto sin ayuda.",
        "completed": "Hecho. Escríbanos de nuevo si necesita algo más.",
        "cancel_button": "Cancelar y seguir aquí",
        "cancelled": "De acuerdo, ya no está en la cola; sigamos aquí.",
        "claimed": "{person}, de {team}, ya está aquí.",
        "stepped_in": "{person}, de {team}, ya está aquí.",
        "invited": "{person}, esto es para usted.",
        "released": "Vuelve usted a la cola de {team}; no se pierde nada de lo que escribió.",
        "transferred": "Le paso con {team}.",
        "transferred_person": "{person}, de {team}, continúa a partir de aquí.",
        "reopened": "{person} ha vuelto a abrir la consulta.",
        "resolved": "{person} lo ha dado por resuelto. Escríbanos si no es así.",
        "handed_back": "{person} le ha devuelto al asistente.",
        "rating": "¿Cómo lo hicimos, del 1 al 5?",
        "rating_thanks": "Gracias por su valoración.",
        "answer_source": "Fuente: {source}",
        "choice_helped": "Me ha servido",
        "choice_person": "Hablar con una persona",
        "no_answer": "No estoy seguro de poder responder a eso.",
        "clarify": "¿Se trata de «{one}» o de «{other}»?",
        "clarify_one": "¿Se trata de «{one}»?",
        "bot_greeting": "¡Hola! ¿En qué puedo ayudarle?",
        "bot_topics": "Puedo ayudarle con: {topics}.",
        "bot_person": "Si prefiere una persona, dígalo sin más.",
        "bot_about": (
            "Parece una pregunta sobre «{topic}», que no puedo resolver sin ayuda. ¿Quiere que lo vea una persona?"
        ),
        "bot_unhelpful": "Siento que no le haya servido. ¿Quiere que lo vea una persona?",
        "bot_again": "No tengo una respuesta mejor. ¿Quiere que lo vea una persona?",
        "bot_welcome": "¡De nada!",
    },
}

_DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "de": ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
    "es": ("lun.", "mar.", "mié.", "jue.", "vie.", "sáb.", "dom."),
}
_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "de": ("Jan.", "Febr.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    "es": ("ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."),
}


def line(policy: Policy, key: str, locale: str, **values: object) -> str:
    """The line for that key in the customer's language, filled in. A place without a value becomes empty.

    Raises:
        KeyError: neither built in nor in the configuration. `lint` and the tests see to it that this does not happen.
    """
    return _PLACE.sub(lambda place: str(values.get(place.group(1), "")), template(policy, key, locale))


def template(policy: Policy, key: str, locale: str) -> str:
    """The line with its places still open."""
    for language in dict.fromkeys((locale, base(locale), policy.defaults.locale, base(policy.defaults.locale), "en")):
        for source in (policy.texts, BUILT_IN):
            found = source.get(language, {}).get(key)
            if found is not None:
                return found
    for lines in policy.texts.values():  # an administrator's own key, in none of these languages
        if key in lines:
            return lines[key]
    raise KeyError(key)


def base(locale: str) -> str:
    """`fr` of `fr-CA` and `fr_CA`."""
    return re.split(r"[-_]", locale, maxsplit=1)[0].lower()


def when(at_ms: int, timezone: str, locale: str) -> str:
    """An instant on the clock of that zone, named so that nobody has to guess: `Mon 30 Mar 09:00 (Europe/Paris)`."""
    local = datetime.fromtimestamp(at_ms / 1000, tz=ZoneInfo(timezone))
    language = base(locale) if base(locale) in _DAYS else "en"
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    dot = "." if language == "de" else ""
    return f"{day} {local.day}{dot} {month} {local:%H:%M} ({timezone})"


def unknown_placeholders(key: str, text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names in braces that nothing fills in, each with those that would be."""
    known = PLACES.get(key, () if key in BUILT_IN["en"] else _USUAL)
    return [(name, known) for name in _PLACE.findall(text) if name not in known]
