"""Messages in French. The code says them in English; the English template is the key, as in gettext.

`messages/PACKAGE.csv` has one line a template: `en,fr`. In the English, `{}` stands for something that is kept as it is, `{!r}`
for something quoted, `{*}` for words of ours that are translated again; in the French, `{1}`, `{2}`… are these in their order.

`texts/*.csv` is the same for what the shipped maps, policies and demonstration say in English: reasons, notes, footnotes. A house
that writes its own in French writes it in French: it is shown as it is, and `spoken` says in which language that is.

`whole/NAME.csv` is for short texts of one place, told word for word there and nowhere else (`whole_texts.py`).
"""

from greffe.french.spoken import spoken
from greffe.french.tell import Told, tell, tell_text
from greffe.french.texts import ours, text_in_french

__all__ = ["Told", "ours", "spoken", "tell", "tell_text", "text_in_french"]
