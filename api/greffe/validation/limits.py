"""What a rule that is run cannot find in the published files that are held here, and why."""

from __future__ import annotations

from typing import Final

from greffe.model.structures import Texts

SIX_SECTIONS: Final[Texts] = {
    "en": "The multiple counting of 2020 and 2021 (145,185 and 153,702 in the sections) is not found in the prison file "
    "of 11 May 2023 as it is held here: six of its eleven sections make 54,698 of 62,543 and 57,536 of 69,448 persons.",
    "fr": "Le compte multiple de 2020 et 2021 (145 185 et 153 702 dans les sections) n’est pas trouvé dans le fichier des "
    "prisons du 11 mai 2023 tel qu’il est détenu ici : six des onze sections font 54 698 personnes sur 62 543 et 57 536 "
    "sur 69 448.",
}
