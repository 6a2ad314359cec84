"""The words of every language in which people ask for people."""

from bot.agents.models.local.lexicons.eastern import CHINESE, JAPANESE, KOREAN
from bot.agents.models.local.lexicons.english import ENGLISH
from bot.agents.models.local.lexicons.germanic import DUTCH, GERMAN
from bot.agents.models.local.lexicons.iberian import PORTUGUESE, SPANISH
from bot.agents.models.local.lexicons.nordic import DANISH_NORWEGIAN, FINNISH, SWEDISH
from bot.agents.models.local.lexicons.romance import FRENCH, ITALIAN
from bot.agents.models.local.lexicons.slavic import CZECH, POLISH, RUSSIAN, UKRAINIAN
from bot.agents.models.local.lexicons.southern import ARABIC, HEBREW, HINDI, HINDI_ROMAN, TURKISH

LEXICONS = (
    ENGLISH,
    GERMAN,
    DUTCH,
    SWEDISH,
    DANISH_NORWEGIAN,
    FINNISH,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    POLISH,
    CZECH,
    RUSSIAN,
    UKRAINIAN,
    TURKISH,
    ARABIC,
    HEBREW,
    HINDI,
    HINDI_ROMAN,
    JAPANESE,
    KOREAN,
    CHINESE,
)
