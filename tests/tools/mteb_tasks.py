"""Write `site_builder/importers/mteb_tasks.tsv` by an installed MTEB (`pip install mteb`).

Run it after a release of MTEB, and put its version into `importers/mteb.py` and the documentation.
"""

from pathlib import Path

import mteb  # type: ignore[import-not-found]  # not needed to run the tests

PATH = Path(__file__).parents[2] / "site_builder/importers/mteb_tasks.tsv"
MOST_SUBSETS = 400

lines = ["task\tmain metric\tsplits (test)\tsubsets (default), or their number"]
tasks = mteb.get_tasks(exclude_superseded=False, exclude_private=False)
for task in sorted(tasks, key=lambda task: task.metadata.name):
    about, splits = task.metadata, ";".join(task.metadata.eval_splits)
    subsets = about.hf_subsets
    shown = ";".join(subsets) if len(subsets) <= MOST_SUBSETS else str(len(subsets))
    cells = (about.name, about.main_score, "" if splits == "test" else splits, shown)
    lines.append("\t".join(cells).removesuffix("\tdefault").rstrip("\t"))
PATH.write_text("\n".join(lines) + "\n", encoding="utf8")
