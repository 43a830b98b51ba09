"""Synonym files for Solr and Lucene (SynonymGraphFilterFactory, format solr)."""

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.licences import sources_in_words
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.rules import Rule, rule_text, write_rules
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["write"]


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write synonyms-0001.txt and so on; give them all to the filter, with commas between.

    Args:
        export: The export.
        folder: Where to write.
        params: Form and number of the rules.

    Returns:
        What the format cannot carry.
    """
    head = [f"Synonyms of {export.language}, made by nymgraph {export.manifest['nymgraph']}."]
    head += sources_in_words(export.manifest)
    comments = "".join(f"# {line}\n" for line in head)

    def text(rule: Rule) -> str:
        return rule_text(rule, params.rules.form) + "\n"

    return write_rules(export, folder, params.rules, "synonyms-{}.txt", text, (comments, "", ""))
