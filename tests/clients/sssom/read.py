"""sssom-py, unmodified, in its own environment: parses and validates the files named; prints JSON.

For each file: rows, columns, ids and predicates as it read them, and what its validators found.
"""

import json
import logging
import sys

from sssom.parsers import parse_sssom_table
from sssom.validators import validate

logging.disable(logging.CRITICAL)
found = {}
for path in sys.argv[1:]:
    mappings = parse_sssom_table(path)
    reports = validate(mappings, fail_on_error=False)
    found[path] = {
        "rows": mappings.df.fillna("").astype(str).to_dict(orient="records"),
        "set": mappings.metadata["mapping_set_id"],
        "validators": [kind.value for kind in reports],
        "problems": [result.message for report in reports.values() for result in report.results],
    }
print(json.dumps(found))
