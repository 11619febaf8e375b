"""What changed as machines read it; `docs/changes.md` explains every key."""

from __future__ import annotations

from typing import Any

from site_builder.compute.changes import Changes, FactChange, ScoreChange
from site_builder.compute.release import Release


def change_values(changes: Changes) -> dict[str, Any]:
    """Every change, with the ids of the data; null where something was not compared."""
    claims = changes.claims
    return {
        "old": _release(changes.old),
        "new": _release(changes.new),
        "any_score": changes.any_score,
        "scores": {
            "changed": [_changed(change) for change in changes.scores_changed],
            "added": [_one(change, change.after) for change in changes.scores_added],
            "removed": [_one(change, change.before) for change in changes.scores_removed],
        },
        "models": {
            "added": list(changes.models_added),
            "removed": list(changes.models_removed),
            "changed": [_fact(fact, "model") for fact in changes.models_changed],
        },
        "tasks": {
            "added": list(changes.tasks_added),
            "removed": list(changes.tasks_removed),
            "changed": [_fact(fact, "task") for fact in changes.tasks_changed],
        },
        "ranks": [
            {"model": m.model, "variant": m.variant, "before": m.before, "after": m.after}
            for m in changes.ranks
        ],
        "claims": None if claims is None else [
            {
                "file": c.file,
                "line": c.line,
                "condition": c.condition,
                "before": {"holds": c.held, "sentence": c.before},
                "after": {"holds": c.holds, "sentence": c.after},
            }
            for c in claims.turned
        ],
        "claims_not_compared": None if claims is None else claims.unjudged,
        "provenance_lost": None if changes.lost is None else [
            {"model": x.model, "task": x.task, "variant": x.variant, "lost": list(x.lost)}
            for x in changes.lost
        ],
        "flags": [_fact(fact, "model", "task", "variant") for fact in changes.flags],
        "rules": [_fact(fact) for fact in changes.rules],
    }  # fmt: skip


def _release(release: Release) -> dict[str, str | None]:
    return {"sha256": release.sha256, "date": release.date}


def _key(change: ScoreChange) -> dict[str, str]:
    return {"model": change.model, "task": change.task, "variant": change.variant}


def _one(change: ScoreChange, score: float | None) -> dict[str, object]:
    return {**_key(change), "score": score}


def _changed(change: ScoreChange) -> dict[str, object]:
    return {
        **_key(change),
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "better": change.better,
        "beyond_noise": change.beyond_noise,
    }


def _fact(fact: FactChange, *names: str) -> dict[str, object]:
    said = {"key": fact.key, "before": fact.before, "after": fact.after}
    return {**dict(zip(names, fact.of, strict=True)), **said}
