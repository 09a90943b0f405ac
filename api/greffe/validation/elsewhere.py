"""The rules of the list that no rule here is: where each is enforced, and the tests that show it; or why it cannot be yet.

A rule here asks one question of one table. What refuses a file before it is a table, a map before it makes one, or an act
after it was made, stands where that is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.model.findings import ERROR, INFO, WARNING
from greffe.model.structures import Texts
from greffe.validation.rule import ALL

ENFORCED: Final = "elsewhere"
NOT_YET: Final = "not yet"


@dataclass(frozen=True)
class Elsewhere:
    """A rule of the list. `where`: module and name that enforce it, '' when nothing does; `holds` and `broken`: tests
    that show something passing and something refused; `reason` says why nothing does, in English and French."""

    id: str
    severity: str
    level: int
    service: str
    recipients: tuple[str, ...]
    sentences: Texts
    where: str = ""
    holds: str = ""
    broken: str = ""
    reason: Texts | None = None

    @property
    def state(self) -> str:
        """ENFORCED or NOT_YET."""
        return ENFORCED if self.where else NOT_YET


def _texts(en: str, fr: str) -> Texts:
    return {"en": en, "fr": fr}


_ROWS: Final = "tests/spec/ingest/test_ingest_rows.py"
_TYPES: Final = "tests/spec/catalogue/test_types.py"
_CALCULATIONS: Final = "tests/spec/catalogue/test_calculation_checks.py"
_MAPS: Final = "tests/spec/kinds/test_component_maps.py"
_AGAINST: Final = "tests/spec/release/test_check_against.py"
_ESTAT: Final = ("ESTAT",)
_BOTH: Final = ("ESTAT", "UNODC")
_DELIVERY: Final = "tests/spec/transmission/test_a_delivery.py"
_ACROSS: Final = "greffe.validation.across:tried"  # the relations themselves: mappings/policies/identities.csv
_AGREE: Final = "tests/spec/release/test_identities.py::test_equal_figures_are_no_finding"
_DIFFER: Final = (
    "tests/spec/release/test_identities.py::test_a_figure_that_differs_by_one_is_an_error_with_both_figures"
)

ELSEWHERE: Final[tuple[Elsewhere, ...]] = (
    Elsewhere(
        "QR-FMT-01", ERROR, 0, "STRUVAL", ("internal", "ESTAT", "UNODC", "CEPEJ"),
        _texts(
            "A period has the form of its frequency.",
            "Une période a la forme de sa fréquence.",
        ),
        "greffe.ingest.words:check_periods", f"{_ROWS}::test_good_rows", f"{_ROWS}::test_one_wrong_cell",
    ),
    Elsewhere(
        "QR-FMT-02", ERROR, 0, "STRUVAL", ("internal", "ESTAT"),
        _texts(
            "A value is a plain decimal number: a point, no blanks.",
            "Une valeur est un nombre décimal simple : un point, pas d’espaces.",
        ),
        "greffe.ingest.checks:number_form", f"{_ROWS}::test_good_rows", f"{_ROWS}::test_one_wrong_cell",
    ),
    Elsewhere(
        "QR-COD-02", ERROR, 1, "CONVAL", ALL,
        _texts(
            "A row of a map concerns the periods between its dates, and no others.",
            "Une ligne de correspondance concerne les périodes entre ses dates, et elles seules.",
        ),
        "greffe.mapping.apply:apply",
        f"{_MAPS}::test_validity_bounds_the_period_of_the_observation",
        f"{_MAPS}::test_periods_outside_validity_are_reported_together",
    ),
    Elsewhere(
        "QR-COD-04", ERROR, 0, "STRUVAL", _BOTH,
        _texts(
            "An ICCS code exists (QR-COD-01), and so does its parent: a code list without it does not load.",
            "Un code de l’ICCS existe (QR-COD-01), son parent aussi : une nomenclature sans lui ne se charge pas.",
        ),
        "greffe.catalogue.artefact_json:read_message",
        "tests/spec/catalogue/test_instances.py::test_the_classification_of_crime_has_four_levels",
        "tests/spec/catalogue/test_artefact_files.py::test_what_is_not_understood_is_refused",
    ),
    Elsewhere(
        "QR-COD-05", ERROR, 0, "STRUVAL", ("UNODC",),
        _texts(
            "Labels of the UNODC stand as it spells them: a word that no list has in that spelling is refused.",
            "Les libellés de l’ONUDC sont écrits comme il les écrit : un mot qu’aucune liste n’a ainsi est refusé.",
        ),
        "greffe.ingest.spellings:Layout",
        "tests/spec/catalogue/test_instances_of_content.py::test_spellings_that_are_no_ids",
        f"{_ROWS}::test_one_wrong_cell",
    ),
    Elsewhere(
        "QR-STA-04", ERROR, 0, "STRUVAL", ALL,
        _texts(
            "Each internal status becomes one OBS_STATUS; a row whose status has none is left out and told.",
            "Chaque statut interne devient un OBS_STATUS ; une ligne dont le statut n’en a pas est laissée et signalée.",
        ),
        "greffe.mapping.unmapped:unmapped",
        f"{_MAPS}::test_the_first_row_that_matches_wins",
        f"{_MAPS}::test_no_target_is_reported_with_its_weight",
    ),
    Elsewhere(
        "QR-EMB-01", ERROR, 0, "release gate", ("internal",),
        _texts(
            "Nothing of a release is readable before its instant.",
            "Rien d’une diffusion n’est lisible avant son instant.",
        ),
        "greffe.store.ledger:Ledger",
        "tests/spec/release/test_lifecycle.py::test_a_release_takes_effect_five_seconds_after_its_commit_at_the_earliest",
        "tests/spec/release/test_calendar.py::test_nothing_is_to_be_seen_until_the_announced_second_of_a_night_in_which_the_clock_changes",
    ),
    Elsewhere(
        "QR-FMT-06", ERROR, 0, "STRUVAL", _ESTAT,
        _texts(
            "A file is UTF-8 without a mark, and its header is that of the structure, in its order.",
            "Un fichier est en UTF-8 sans marque, et son en-tête est celui de la structure, dans son ordre.",
        ),
        "greffe.validation.structural.files:check_form",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_file_is_held_against_the_structure",
    ),
    Elsewhere(
        "QR-FMT-07", ERROR, 0, "EDAMIS", _ESTAT,
        _texts(
            "A file is named as its dataset is: DOMAIN_STRUCT_PERIODICITY_COUNTRY_YEAR_PERIOD.",
            "Un fichier est nommé comme son jeu de données : DOMAIN_STRUCT_PERIODICITY_COUNTRY_YEAR_PERIOD.",
        ),
        "greffe.validation.structural.files:check_name",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_name_that_is_no_dataset_name_is_told",
    ),
    Elsewhere(
        "QR-FMT-08", WARNING, 0, "EDAMIS", _ESTAT,
        _texts(
            "The year in the name of a file is the last one of its data.",
            "L’année dans le nom d’un fichier est la dernière de ses données.",
        ),
        "greffe.validation.structural.files:check_name",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_file_is_held_against_the_structure",
    ),
    Elsewhere(
        "QR-FMT-09", ERROR, 0, "EDAMIS", _ESTAT,
        _texts(
            "The country in the name of a file is that of its data.",
            "Le pays dans le nom d’un fichier est celui de ses données.",
        ),
        "greffe.validation.structural.files:check_name",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_file_is_held_against_the_structure",
    ),
    Elsewhere(
        "QR-KEY-03", ERROR, 0, "STRUVAL", _ESTAT,
        _texts(
            "The dimensions of a file stand in the order of the structure.",
            "Les dimensions d’un fichier sont dans l’ordre de la structure.",
        ),
        "greffe.validation.structural.files:check_form",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_file_is_held_against_the_structure",
    ),
    Elsewhere(
        "QR-EMB-02", ERROR, 0, "release gate", _BOTH,
        _texts(
            "Where EMBARGO_DATE is filled, CONF_STATUS is N.",
            "Quand EMBARGO_DATE est rempli, CONF_STATUS est N.",
        ),
        "greffe.validation.structural.data:structural",
        f"{_AGAINST}::test_a_good_file_has_no_finding",
        f"{_AGAINST}::test_a_file_is_held_against_the_structure",
    ),
    Elsewhere(
        "QR-EMB-03", WARNING, 0, "release gate", ("internal",),
        _texts(
            "A release is announced at least 30 days ahead (notice, a threshold), or says why not.",
            "Une diffusion est annoncée au moins 30 jours avant (notice, un seuil), ou dit pourquoi non.",
        ),
        "greffe.release.calendar:announce",
        "tests/spec/release/test_calendar.py::test_the_calendar_of_a_calendar_program",
        "tests/spec/release/test_calendar.py::test_less_than_thirty_days_ahead_needs_a_public_reason",
    ),
    Elsewhere(
        "QR-TRA-01", ERROR, 0, "release gate", ALL,
        _texts(
            "A transmission has no open error, and every warning is accepted in writing.",
            "Une transmission n’a aucune erreur ouverte, et tout avertissement est accepté par écrit.",
        ),
        "greffe.transmission.building:build",
        f"{_DELIVERY}::test_from_plan_to_receipt",
        f"{_DELIVERY}::test_a_file_that_its_recipient_would_refuse_is_not_built",
    ),
    Elsewhere(
        "QR-TRA-02", WARNING, 0, "EDAMIS", _ESTAT,
        _texts(
            "The same content is not sent twice for one period.",
            "Le même contenu n’est pas envoyé deux fois pour une période.",
        ),
        "greffe.transmission.plan:plan_of",
        f"{_DELIVERY}::test_from_plan_to_receipt",
        f"{_DELIVERY}::test_the_same_is_not_sent_twice_and_a_correction_says_why",
    ),
    Elsewhere(
        "QR-TRA-03", WARNING, 0, "EDAMIS", ALL,
        _texts(
            "Deadlines are kept: what is late is told to whoever works on it.",
            "Les échéances sont tenues : ce qui est en retard est signalé à qui en a la charge.",
        ),
        "greffe.release.deadlines:due",
        "tests/spec/release/test_deadlines.py::test_a_draft_and_a_release_are_seen",
        "tests/spec/release/test_deadlines.py::test_what_is_due_until_when",
    ),
    Elsewhere(
        "QR-UNI-01", ERROR, 1, "CONVAL", _BOTH,
        _texts(
            "Legal persons are in no international count of persons: a map that leads them there does not load.",
            "Les personnes morales n’entrent dans aucun décompte international de personnes : une correspondance qui les "
            "y mène ne se charge pas.",
        ),
        "greffe.catalogue.calculation_types:check_types",
        "tests/spec/mappings/test_shipped_maps_content.py::test_legal_persons_are_read_and_sent_to_nobody",
        f"{_TYPES}::test_unequal_types_do_not_load",
    ),
    Elsewhere(
        "QR-UNI-02", WARNING, 1, "CONVAL", ALL,
        _texts(
            "Source and target count in one unit, or the map declares a conversion or the flag D: else it does not load.",
            "Source et cible comptent dans une même unité, ou la correspondance déclare une conversion ou le signe D : "
            "sinon elle ne se charge pas.",
        ),
        "greffe.catalogue.calculation_types:check_types",
        f"{_TYPES}::test_equal_types_load",
        f"{_TYPES}::test_persons_onto_cases_says_which_conversion_would_do",
    ),
    Elsewhere(
        "QR-TYP-01", ERROR, 1, "CONVAL", ALL,
        _texts(
            "Counting unit and moment of source and target are equal, or the map says what becomes of them.",
            "Unité de compte et moment de la source et de la cible sont égaux, ou la correspondance dit ce qu’ils "
            "deviennent.",
        ),
        "greffe.catalogue.calculation_types:check_types",
        f"{_TYPES}::test_equal_types_load",
        f"{_TYPES}::test_unequal_types_do_not_load",
    ),
    Elsewhere(
        "QR-TYP-03", ERROR, 1, "CONVAL", ALL,
        _texts(
            "A sum runs over what the indicator adds up over; a map that sums over anything else does not load.",
            "Une somme porte sur ce qui s’additionne pour l’indicateur ; une correspondance qui additionne sur autre "
            "chose ne se charge pas.",
        ),
        "greffe.catalogue.calculation_types:check_types",
        f"{_CALCULATIONS}::test_flows_are_summed_over_time_when_they_add_up_over_it",
        f"{_TYPES}::test_an_indicator_is_summed_only_over_what_it_adds_up_over",
    ),
    Elsewhere(
        "QR-MAP-01", ERROR, 1, "CONVAL", ALL,
        _texts(
            "No source cell feeds two cells that exclude each other: a total and its parts are not summed.",
            "Aucune cellule n’alimente deux cellules qui s’excluent : un total et ses parties ne s’additionnent pas.",
        ),
        "greffe.catalogue.overlap:check_overlaps",
        "tests/spec/catalogue/test_seeded_defects.py::test_sound_maps_are_not_refused",
        "tests/spec/catalogue/test_seeded_defects.py::test_a_total_and_its_parts_are_not_summed",
    ),
    Elsewhere(
        "QR-MAP-02", ERROR, 1, "CONVAL", ALL,
        _texts(
            "A broader source fills a narrower target with a weight or the flag D only: else the map does not load.",
            "Une source plus large ne remplit une cible plus étroite qu’avec un poids ou le signe D : sinon la "
            "correspondance ne se charge pas.",
        ),
        "greffe.catalogue.broader:check_broader",
        "tests/spec/kinds/test_sums_and_status.py::test_the_flag_d_says_that_definitions_differ",
        "tests/spec/catalogue/test_coherence.py::test_a_broader_source_goes_out_with_the_flag_d_or_not_at_all",
    ),
    Elsewhere(
        "QR-MAP-03", ERROR, 1, "CONVAL", ALL,
        _texts(
            "The weights of a split add up to one: else the map does not load.",
            "Les poids d’une répartition font un : sinon la correspondance ne se charge pas.",
        ),
        "greffe.catalogue.calculation_coherence:check_calculations",
        f"{_CALCULATIONS}::test_every_kind_loads_as_it_is_declared",
        f"{_CALCULATIONS}::test_what_a_calculation_may_not_say",
    ),
    Elsewhere(
        "QR-XSR-01", ERROR, 3, "CONVAL", _BOTH,
        _texts(
            "Eurostat and the UNODC are sent one count for one concept and year.",
            "Eurostat et l’ONUDC reçoivent un même nombre pour un concept et une année.",
        ),
        _ACROSS, _AGREE, _DIFFER,
    ),
    Elsewhere(
        "QR-XSR-02", WARNING, 3, "CONVAL", ("CEPEJ", "ESTAT"),
        _texts(
            "Judges sent to the CEPEJ are at most those sent to Eurostat, and most of them.",
            "Les juges envoyés à la CEPEJ sont au plus ceux envoyés à Eurostat, et la plupart d’entre eux.",
        ),
        _ACROSS, _AGREE, _DIFFER,
    ),
    Elsewhere(
        "QR-XSR-03", WARNING, 3, "CONVAL", _BOTH,
        _texts(
            "A prison stock that is sent is the internal one at the day declared for its year.",
            "Un stock de détenus envoyé est le stock interne au jour déclaré pour son année.",
        ),
        reason=_texts(
            "The stock of a year is made of the internal one at the day that a row of stock_dates.csv declares for it, so that "
            "it cannot differ; what was published is compared with it by greffe bridge.",
            "Le stock d’une année est fait du stock interne au jour que lui donne une ligne de stock_dates.csv : il ne peut "
            "en différer ; ce qui est publié lui est comparé par greffe bridge.",
        ),
    ),
    Elsewhere(
        "QR-XSR-04", WARNING, 4, "CONVAL", _ESTAT,
        _texts(
            "Persons prosecuted do not exceed the suspects of the interior ministry by more than 20 percent.",
            "Les poursuivis ne dépassent pas de plus de 20 % les mis en cause de l’Intérieur.",
        ),
        _ACROSS, _AGREE, _DIFFER,
    ),
    Elsewhere(
        "QR-XSR-05", WARNING, 4, "CONVAL", ("internal",),
        _texts(
            "Divorces agree with the figure that Insee uses.",
            "Les divorces sont ceux qu’utilise l’Insee.",
        ),
        reason=_texts(
            "No figure of Insee on divorces is held here to compare with.",
            "Aucun chiffre de l’Insee sur les divorces n’est détenu ici pour comparer.",
        ),
    ),
    Elsewhere(
        "QR-XSR-06", INFO, 5, "CONVAL", ("ESTAT", "CEPEJ"),
        _texts(
            "A rate lies between the 1st and the 99th percentile of Europe.",
            "Un taux est entre le 1er et le 99e centile de l’Europe.",
        ),
        reason=_texts(
            "The rates of the other countries are not held here.",
            "Les taux des autres pays ne sont pas détenus ici.",
        ),
    ),
    Elsewhere(
        "QR-XSR-07", ERROR, 3, "CONVAL", _ESTAT,
        _texts(
            "The population of a rate is that of Eurostat's demo_pjan for its year.",
            "La population d’un taux est celle de demo_pjan d’Eurostat pour son année.",
        ),
        reason=_texts(
            "The population extract is demo_pjan; a second copy to compare it with is not held. Rates that do not follow from "
            "it are found by QR-RAT-01.",
            "L’extraction de population est demo_pjan ; aucune seconde copie n’est détenue pour comparer. Les taux qui n’en "
            "découlent pas sont trouvés par QR-RAT-01.",
        ),
    ),
)  # fmt: skip
