"""Messages in French. The code says them in English; the English template is the key, as in gettext.

`messages/PACKAGE.csv` has one line a template: `en,fr`. In the English, `{}` stands for something that is kept as it is, `{!r}`
for something quoted, `{*}` for words of ours that are translated again; in the French, `{1}`, `{2}`… are these in their order.
"""

from greffe.french.tell import Told, tell, tell_text

__all__ = ["Told", "tell", "tell_text"]
