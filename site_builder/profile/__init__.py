"""Measure training sets as features of their tasks."""
