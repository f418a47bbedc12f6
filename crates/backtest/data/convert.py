"""Turns mybinder-daily-costs.csv (a column per key) into mybinder.csv (columns date, key, cost).

Usage: python3 convert.py, in this folder. Empty cells are days without data for that key, and give no row.
"""

import csv

with open("mybinder-daily-costs.csv", newline="", encoding="utf-8") as wide:
    rows = list(csv.reader(wide))
with open("mybinder.csv", "w", newline="", encoding="utf-8") as long:
    out = csv.writer(long, lineterminator="\n")
    out.writerow(["date", "key", "cost"])
    for column, key in enumerate(rows[0][1:], start=1):
        for row in rows[1:]:
            if row[column] != "":
                out.writerow([row[0], key, row[column]])
