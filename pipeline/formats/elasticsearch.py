"""Synonym sets for Elasticsearch: each file is the body of one PUT _synonyms/NAME.

A set holds 10,000 rules at most, which is the default of `export.rules.rules_per_file`; an analyser
takes one set in each of its synonym_graph filters. The body may hold nothing but rules: sources
and licences stand in the manifest.
"""

import json

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.rules import Rule, rule_text, write_rules
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["write"]


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write synonyms-0001.json and so on.

    The id of a rule is that of its cluster; that of a slip has a number behind it.

    Args:
        export: The export.
        folder: Where to write.
        params: Form and number of the rules.

    Returns:
        What the format cannot carry.
    """

    def text(rule: Rule) -> str:
        synonyms = rule_text(rule, params.rules.form)
        entry = {"id": rule.id, "synonyms": synonyms}
        return "\n" + json.dumps(entry, ensure_ascii=False)

    around = ('{"synonyms_set": [', ",", "\n]}\n")
    return write_rules(export, folder, params.rules, "synonyms-{}.json", text, around)
