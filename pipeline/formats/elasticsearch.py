"""Synonym sets for Elasticsearch: each file is the body of one PUT _synonyms/NAME.

A set holds 10,000 rules at most, which is the default of `export.rules.rules_per_file`; an analyser
takes one set in each of its synonym_graph filters. The body may hold nothing but rules: sources
and licences stand in the manifest.
"""

import json
from collections.abc import Iterator
from typing import TextIO

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.rules import Rule, rule_text, write_rules
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["write"]


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write synonyms-0001.json and so on; the id of a rule is that of its cluster.

    Args:
        export: The export.
        folder: Where to write.
        params: Form and number of the rules.

    Returns:
        What the format cannot carry.
    """

    def write_file(stream: TextIO, rules: Iterator[Rule]) -> int:
        stream.write('{"synonyms_set": [')
        written = 0
        for rule in rules:
            entry = {
                "id": str(rule.cluster_id),
                "synonyms": rule_text(rule.terms, params.rules.form),
            }
            stream.write(",\n" if written else "\n")
            stream.write(json.dumps(entry, ensure_ascii=False))
            written += 1
        stream.write("\n]}\n")
        return written

    return write_rules(export, folder, params.rules, "synonyms-{}.json", write_file)
