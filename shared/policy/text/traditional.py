"""Traditional Chinese read as simplified, for in that patterns are written.

A sign becomes another, of those that packs have; and what Taiwan calls otherwise gets the mainland's name, also the
sentences that glibc and bash print for `zh_TW`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TRADITIONAL = (
    "個為爲義書亂於傳體價儘盡備儲內冊寫衝沖凍憑創別則務動區佔參發號啟啓員響圍壞塊聲處複復夠頭實審對屬帳賬庫應開異棄張"
    "強錄徑態總戶執護報擇損換據斂數斷無舊時顯暫機殺權條標樣檔檢測滿點狀環現蓋盤確碼離積稱競節範籤簽類係繫約線組終綁結"
    "絡絕統緒續維編網聯髒腳獲裝規觸計認記許設訪證識譯試話語誤請讀調負敗費質資賦賴轉載輯輸達過運進遠連適選邏釋鑒鑑針鑰"
    "鏈鍊銷鎖錯鍵鏡長閉問間閾隊項須預頻題額驗驟後憶沒匯丟"
)
_SIMPLIFIED = (
    "个为为义书乱于传体价尽尽备储内册写冲冲冻凭创别则务动区占参发号启启员响围坏块声处复复够头实审对属账账库应开异弃张"
    "强录径态总户执护报择损换据敛数断无旧时显暂机杀权条标样档检测满点状环现盖盘确码离积称竞节范签签类系系约线组终绑结"
    "络绝统绪续维编网联脏脚获装规触计认记许设访证识译试话语误请读调负败费质资赋赖转载辑输达过运进远连适选逻释鉴鉴针钥"
    "链链销锁错键镜长闭问间阈队项须预频题额验骤后忆没汇丢"
)
_SIGNS = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_NAMES = {
    "拒绝不符权限的操作": "权限不够",
    "已无多餘空间": "没有空间",
    "配置记忆体": "分配内存",
    "此一档案或": "那个文件或",
    "记忆体": "内存",
    "磁碟": "磁盘",
    "档案": "文件",
    "连线": "连接",
    "逾时": "超时",
    "程式": "程序",
    "网路": "网络",
    "伺服器": "服务器",
    "位址": "地址",
    "使用者": "用户",
    "装置": "设备",
    "资料库": "数据库",
    "资料": "数据",
    "汇流排": "总线",
    "砍掉": "杀死",
}
_NAMED = re.compile("|".join(_NAMES))
_OF_BOTH = [name for name in _NAMES if not set(name) & set(_SIMPLIFIED)]
"""Names whose signs are the same in both."""
_RUN = re.compile(f"[{_TRADITIONAL}]+")
_ANY = re.compile("|".join([_RUN.pattern, *_OF_BOTH]))
_MAYBE = re.compile(f"[{_TRADITIONAL}{''.join(name[0] for name in _OF_BOTH)}]")
"""What all of `_ANY` begins with: searched for in a third of the time."""


def with_simplified(text: str) -> str:
    """The text's lines, each that has such signs or names followed by what it is in simplified ones. Linear.

    Both are there, for patterns may be written in either; and Japanese has some of these signs.
    """
    if text.isascii() or _MAYBE.search(text) is None:
        return text
    lines = []
    for line in text.split("\n"):
        lines.append(line)
        if not line.isascii() and _ANY.search(line) is not None:
            lines.append(simplified(line))
    return "\n".join(lines)


def simplified(line: str) -> str:
    """A line in simplified Chinese."""
    return _NAMED.sub(lambda name: _NAMES[name[0]], _RUN.sub(lambda run: run[0].translate(_SIGNS), line))


def as_printed(lines: Sequence[str], place: int) -> str:
    """The line at that place, or the one that it is in simplified Chinese."""
    before, line = lines[max(place - 1, 0)], lines[place]
    return before if simplified(before) == line else line
