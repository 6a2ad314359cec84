"""Word lists of many languages, and the one spelling in which texts are compared with them.

The notation of a list: items part at white space; inside an item `_` is a space, `*` stands for any letters of the same
word, `..` for up to three words (or eight signs, where a script has no spaces), and `(a|b)`, `?` mean what they mean
in a regular expression. Accents do not count.
"""

from __future__ import annotations

import re
import unicodedata

# Letters without a canonical decomposition, and Arabic letters that are typed for each other.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ँ": "ं"}
)
# Traditional Chinese signs of the word lists, as their simplified forms.
_TRADITIONAL = (
    "轉請給個員經專門務幫說講話談聯絡繫電機讓來錯換處際實無壓這裡邊麼嗎們對會還沒過開關應該級維護財業訊號"
    "碼東問題總監廠術師線連為類聲氣時間點後現態聽誰別導戶購單見煩頭動覆隊當訴認識親顧學習將緊馬嘗試爛複讀"
    "體閒廢樣與並長幾產廣語帳費價買賣書車兩雙從進選層區國圖團網絕紅綠統續繼編輸輕較載遞遠違醫釋鐘鎖錄閉閱"
    "隨險難順須預領顯風飯館驗啟嚴圍報場壞備傳優儘冊剛創勞匯協卻參喚據擔擇搶損撥敗斷於暫條檔歡歷減測滿濟營"
    "狀獨環盡確禮稱簡糾約細終組結職腦臺興舉舊補裝規視覺觀計訂託記設許評詢詳誤調諮謝證議譯變貨質賬趕軟辦運"
    "達郵鈴銀錢鍵擾攤塊姊歸嚨嘰"
)
_SIMPLIFIED = (
    "转请给个员经专门务帮说讲话谈联络系电机让来错换处际实无压这里边么吗们对会还没过开关应该级维护财业讯号"
    "码东问题总监厂术师线连为类声气时间点后现态听谁别导户购单见烦头动复队当诉认识亲顾学习将紧马尝试烂复读"
    "体闲废样与并长几产广语帐费价买卖书车两双从进选层区国图团网绝红绿统续继编输轻较载递远违医释钟锁录闭阅"
    "随险难顺须预领显风饭馆验启严围报场坏备传优尽册刚创劳汇协却参唤据担择抢损拨败断于暂条档欢历减测满济营"
    "状独环尽确礼称简纠约细终组结职脑台兴举旧补装规视觉观计订托记设许评询详误调咨谢证议译变货质账赶软办运"
    "达邮铃银钱键扰摊块姐归咙叽"
)
_CHINESE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
# Accents, Hebrew and Arabic vowel signs, the Arabic stretcher, the dot below Devanagari letters.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u093c]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_APOSTROPHE = re.compile("[\u2018\u2019\u02bc\u00b4`\u05f3\u2032\uff07]")
# "l'agent" is two words, "don't" and "quelqu'un" are one each.
_ELISION = re.compile(r"\b([cdjlmnst]|qu|dell|all|nell|dall|sull|quell|un|puis|lorsqu)'(?=[aeiouh])")

NEVER = "(?!)"


def fold(text: str) -> str:
    """Lower case without accents, apostrophes and invisible signs; traditional Chinese as simplified."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _APOSTROPHE.sub("'", _INVISIBLE.sub("", text)))
        text = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
        text = unicodedata.normalize("NFC", text).translate(_LETTERS).translate(_CHINESE)
    text = text.lower()
    return _ELISION.sub(r"\1 ", text).replace("'", "") if "'" in text else text


def items(words: str) -> list[str]:
    """The items of a list, folded, in the notation still."""
    return fold(words).split()


def pattern(words: str, *, spaced: bool = True, clitics: str = "") -> str:
    """One regular expression for all items of a list, matching nothing for an empty list.

    With `spaced`, it matches whole words; `clitics` is an expression for what may be grown to their beginning.
    """
    sources = [_source(item, spaced) for item in items(words)]
    if not sources:
        return NEVER
    # The longest first: "is there nobody" before "is there".
    either = "|".join(sorted(dict.fromkeys(sources), key=lambda source: -len(source)))
    return rf"(?<!\S){clitics}(?:{either})(?!\S)" if spaced else f"(?:{either})"


def _source(item: str, spaced: bool) -> str:
    item = re.sub(r"\((?!\?)", "(?:", item)
    if not spaced:
        return item.replace("..", ".{0,8}?").replace("_", " ?")
    item = item.replace("*", r"\S{0,20}").replace("_.._", r" (?:\S{1,40} ){0,3}?")
    return item.replace("_", " ")
