"""Does a text promise a transfer? What is promised must be done, and what is done is said once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import promises_transfer, without_promises
from bot.agents.saydo import SpeechGate

PROMISES = [
    "I'll connect you with a colleague.",
    "I’ll put you through to support.",
    "Transferring you to billing...",
    "Transferring to HelperAgent...",
    "Let me transfer you to our billing team.",
    "Let me get someone to help you.",
    "I am going to hand you over to a human agent.",
    "You are being transferred now.",
    "I've escalated your issue to our team.",
    "Sure! Connecting you now.",
    "I will pass this on to the team.",
    "One moment please while I transfer you.",
    "A colleague will be with you shortly.",
    "Your chat has been escalated.",
    "Okay, I'm connecting you to a person.",
    "I understand. Please hold while I connect you to an agent.",
]
NO_PROMISES = [
    "Would you like me to connect you with a person?",
    "I can transfer you to billing if you like.",
    "If you'd like, I'll connect you to a person.",
    "Just say so and I will pass you to a person.",
    "I cannot transfer you.",
    "I won't transfer you.",
    "I will not connect you to anyone.",
    "I have put your order on hold.",
    "I have put it in your cart.",
    "I've forwarded you the invoice.",
    "You can connect your phone to the TV.",
    "Your money was transferred yesterday.",
    "Your refund will be transferred to your card.",
    "To transfer funds, open the app.",
    "The transfer takes two days.",
    "",
]

# Per language: promises, and what is none (an offer, a condition, a denial, another transfer).
ELSEWHERE = {
    "de": (
        [
            "Ich verbinde Sie mit einem Kollegen.",
            "Ich leite Ihre Anfrage an unser Team weiter.",
            "Sie werden jetzt mit einem Mitarbeiter verbunden.",
            "Einen Moment, ich stelle Sie durch.",
        ],
        [
            "Möchten Sie, dass ich Sie mit einem Kollegen verbinde?",
            "Wenn Sie möchten, verbinde ich Sie mit einem Kollegen.",
            "Ich kann Sie leider nicht verbinden.",
            "Verbinden Sie das Gerät mit dem WLAN.",
        ],
    ),
    "fr": (
        [
            "Je vous mets en relation avec un conseiller.",
            "Je vous transfère vers notre équipe.",
            "Vous allez être mis en relation avec un agent.",
            "Je vais vous transférer à un collègue.",
        ],
        [
            "Voulez-vous que je vous transfère à un conseiller ?",
            "Si vous voulez, je vous mets en relation avec un conseiller.",
            "Je ne peux pas vous transférer.",
            "Le virement a été transféré hier.",
        ],
    ),
    "es": (
        [
            "Le paso con un compañero.",
            "Te transfiero con un agente ahora.",
            "Voy a transferirle con un especialista.",
            "Su caso ha sido transferido a nuestro equipo.",
        ],
        [
            "¿Quiere que le pase con un agente?",
            "Si quiere, le paso con un compañero.",
            "No puedo transferirle.",
            "La transferencia tarda dos días.",
        ],
    ),
    "it": (
        [
            "La metto in contatto con un operatore.",
            "Ti passo a un collega.",
            "Sto trasferendo la sua richiesta al team.",
            "La sua richiesta è stata inoltrata.",
        ],
        [
            "Vuole che la metta in contatto con un operatore?",
            "Se vuole, la passo a un collega.",
            "Non posso trasferirla.",
            "Il bonifico arriva domani.",
        ],
    ),
    "pt": (
        [
            "Vou transferi-lo para um atendente.",
            "Estou transferindo você para um colega.",
            "Você será transferido para um especialista.",
            "Vou te passar para um atendente.",
            "Vou passar você para um humano.",
        ],
        [
            "Quer que eu transfira você para um atendente?",
            "Se quiser, vou transferi-lo.",
            "Não posso transferir você.",
            "A transferência demora dois dias.",
        ],
    ),
    "nl": (
        [
            "Ik verbind u door met een collega.",
            "Ik zet je door naar een medewerker.",
            "U wordt doorverbonden met een medewerker.",
            "Ik breng je in contact met een collega.",
        ],
        [
            "Wilt u dat ik u doorverbind?",
            "Als u wilt, verbind ik u door.",
            "Ik kan u niet doorverbinden.",
            "Verbind de kabel met de router.",
        ],
    ),
    "pl": (
        [
            "Łączę pana z konsultantem.",
            "Przekazuję sprawę do naszego zespołu.",
            "Zaraz przełączę panią do konsultanta.",
            "Twoja sprawa została przekazana do zespołu.",
        ],
        [
            "Czy chcesz, żebym połączył cię z konsultantem?",
            "Jeśli chcesz, przełączę cię do konsultanta.",
            "Nie mogę cię przełączyć.",
            "Przelew trwa dwa dni.",
        ],
    ),
    "sv": (
        [
            "Jag kopplar dig till en kollega.",
            "Jag ska koppla dig vidare nu.",
            "Du blir nu kopplad till en handläggare.",
            "Jag skickar ditt ärende vidare till teamet.",
        ],
        [
            "Vill du att jag kopplar dig till en kollega?",
            "Om du vill kopplar jag dig vidare.",
            "Jag kan inte koppla dig vidare.",
            "Koppla kabeln till routern.",
        ],
    ),
    "da": (
        [
            "Jeg stiller dig om til en kollega.",
            "Jeg vil stille dig om nu.",
            "Du bliver nu viderestillet til en medarbejder.",
            "Jeg sender din sag videre til teamet.",
        ],
        [
            "Vil du have, at jeg stiller dig om?",
            "Hvis du vil, stiller jeg dig om.",
            "Jeg kan ikke stille dig om.",
            "Overførslen tager to dage.",
        ],
    ),
    "nb": (
        [
            "Jeg setter deg over til en kollega.",
            "Jeg skal sette deg over nå.",
            "Du blir nå satt over til en kundebehandler.",
            "Jeg sender saken videre til teamet.",
        ],
        [
            "Vil du at jeg setter deg over?",
            "Hvis du vil, setter jeg deg over.",
            "Jeg kan ikke sette deg over.",
            "Overføringen tar to dager.",
        ],
    ),
    "fi": (
        [
            "Siirrän sinut kollegalle.",
            "Yhdistän teidät asiakaspalvelijalle.",
            "Sinut siirretään nyt asiakaspalvelijalle.",
            "Asiasi on välitetty tiimille.",
        ],
        [
            "Haluatko, että siirrän sinut kollegalle?",
            "Jos haluat, siirrän sinut kollegalle.",
            "En voi siirtää sinua.",
            "Siirto kestää kaksi päivää.",
        ],
    ),
    "cs": (
        [
            "Přepojuji vás na kolegu.",
            "Hned vás spojím s operátorem.",
            "Budete přepojeni na operátora.",
            "Váš požadavek byl předán našemu týmu.",
        ],
        [
            "Chcete, abych vás přepojil?",
            "Pokud chcete, přepojím vás.",
            "Nemohu vás přepojit.",
            "Převod trvá dva dny.",
        ],
    ),
    "ru": (
        [
            "Перевожу вас на оператора.",
            "Сейчас соединю вас со специалистом.",
            "Ваш запрос передан в отдел.",
            "Оператор свяжется с вами в ближайшее время.",
        ],
        [
            "Хотите, я переведу вас на оператора?",
            "Если хотите, я соединю вас с оператором.",
            "Я не могу перевести вас на оператора.",
            "Перевод занимает два дня.",
        ],
    ),
    "uk": (
        [
            "Переводжу вас на оператора.",
            "Зараз з'єднаю вас з фахівцем.",
            "Ваш запит передано до відділу.",
            "Оператор зв'яжеться з вами найближчим часом.",
        ],
        [
            "Хочете, я переведу вас на оператора?",
            "Якщо хочете, я з'єднаю вас з оператором.",
            "Я не можу перевести вас на оператора.",
            "Переказ триває два дні.",
        ],
    ),
    "tr": (
        [
            "Sizi bir temsilciye bağlıyorum.",
            "Seni bir arkadaşıma aktarıyorum.",
            "Talebinizi ekibe ilettim.",
            "Temsilcimiz sizinle iletişime geçecek.",
        ],
        [
            "Sizi bir temsilciye bağlamamı ister misiniz?",
            "İsterseniz sizi bir temsilciye bağlıyorum.",
            "Sizi bağlayamam.",
            "Havale iki gün sürer.",
        ],
    ),
    "ar": (
        [
            "سأحولك إلى أحد الزملاء.",
            "جاري تحويلك إلى موظف.",
            "سأقوم بتحويلك الآن.",
            "تم تحويل طلبك إلى الفريق.",
        ],
        [
            "هل تريد أن أحولك إلى موظف؟",
            "إذا أردت سأحولك إلى موظف.",
            "لا يمكنني تحويلك.",
            "التحويل يستغرق يومين.",
        ],
    ),
    "he": (
        [
            "אני מעביר אותך לנציג.",
            "אעביר אותך לעמית שלי.",
            "הפנייה שלך הועברה לצוות.",
            "אני מחברת אותך לנציג.",
        ],
        [
            "האם להעביר אותך לנציג?",
            "אם תרצה, אעביר אותך לנציג.",
            "אני לא יכול להעביר אותך.",
            "ההעברה לוקחת יומיים.",
        ],
    ),
    "hi": (
        [
            "मैं आपको एजेंट से जोड़ रहा हूँ।",
            "मैं आपको एक सहकर्मी से कनेक्ट कर रही हूँ।",
            "आपका अनुरोध टीम को भेज दिया गया है।",
            "एजेंट आपसे संपर्क करेगा।",
        ],
        [
            "क्या मैं आपको एजेंट से जोड़ दूँ?",
            "अगर आप चाहें तो मैं आपको एजेंट से जोड़ दूंगा।",
            "मैं आपको नहीं जोड़ सकता।",
            "ट्रांसफर में दो दिन लगते हैं।",
        ],
    ),
    "ja": (
        [
            "担当者におつなぎします。",
            "オペレーターにお繋ぎいたします。",
            "担当者に引き継ぎます。",
            "ただいま転送しております。",
        ],
        [
            "担当者におつなぎしましょうか。",
            "ご希望でしたら担当者におつなぎします。",
            "おつなぎできません。",
            "送金には二日かかります。",
        ],
    ),
    "zh": (
        [
            "我现在为您转接人工客服。",
            "正在为您转接。",
            "我会把您的问题转交给同事。",
            "我這就幫您轉接專員。",
        ],
        [
            "需要我为您转接人工吗？",
            "如果您愿意，我为您转接人工。",
            "我无法为您转接。",
            "转账需要两天。",
        ],
    ),
    "ko": (
        [
            "상담사에게 연결해 드리겠습니다.",
            "지금 연결해 드릴게요.",
            "담당자에게 전달했습니다.",
            "담당자가 곧 연락드리겠습니다.",
        ],
        [
            "상담사에게 연결해 드릴까요?",
            "원하시면 상담사에게 연결해 드리겠습니다.",
            "연결해 드릴 수 없습니다.",
            "이체는 이틀 걸립니다.",
        ],
    ),
}


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_seen(text: str) -> None:
    assert promises_transfer(text)


@pytest.mark.parametrize("text", NO_PROMISES)
def test_offers_denials_and_other_transfers_are_none(text: str) -> None:
    assert not promises_transfer(text)


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, (said, _) in ELSEWHERE.items() for text in said])
def test_a_promise_is_seen_in_other_languages(language: str, text: str) -> None:
    assert promises_transfer(text), language


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, (_, said) in ELSEWHERE.items() for text in said])
def test_offers_and_denials_are_none_in_other_languages(language: str, text: str) -> None:
    assert not promises_transfer(text), language


@pytest.mark.parametrize("mark", "。！")
def test_only_the_promise_is_left_out_where_sentences_have_no_space_between(mark: str) -> None:
    assert without_promises(f"請求書は七番です{mark}担当者におつなぎします{mark}") == f"請求書は七番です{mark}"


def test_only_the_promise_is_left_out() -> None:
    assert without_promises("I see. I'll connect you with Ana. The invoice is 7.") == "I see. The invoice is 7."


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"ab .!?\n", "I'll connect you. ", "Transferring you now.", "Fine. "])))
def test_the_gate_shows_the_same_however_the_text_is_cut(pieces: list[str]) -> None:
    whole, pieced = SpeechGate(), SpeechGate()

    shown = whole.feed("".join(pieces)) + whole.end()
    bit_by_bit = "".join([pieced.feed(letter) for piece in pieces for letter in piece]) + pieced.end()

    assert shown.split() == bit_by_bit.split()
    assert len(whole.said) + len(whole.held) == len("".join(pieces))
    assert not promises_transfer(shown)
