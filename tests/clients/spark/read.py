"""What Spark reads of releases where they lie, one JSON line: read.py FLOW=FILE[,FILE …] …; files of one dataflow are one table."""

from __future__ import annotations

import json
import sys

from pyspark.sql import DataFrame, SparkSession, functions

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")


def told(table: DataFrame) -> dict[str, object]:
    """Its columns with their types, its rows, and the exact sum of each period."""
    exact = functions.sum(functions.col("OBS_VALUE").cast("decimal(38, 6)"))
    sums = table.groupBy("TIME_PERIOD").agg(exact.alias("total")).collect()
    return {
        "columns": dict(table.dtypes),
        "rows": [row.asDict() for row in table.collect()],
        "sums": {row["TIME_PERIOD"]: None if row["total"] is None else str(row["total"]) for row in sums},
    }


named = dict(argument.split("=", 1) for argument in sys.argv[1:])
read = spark.read.option("mergeSchema", "true")
print(json.dumps({flow: told(read.parquet(*files.split(","))) for flow, files in named.items()}))
