import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.apache.lucene.util.CharsRef;

/**
 * Reads synonym files as Lucene does: `keyword FILE` prints each rule's terms, `standard FILE...` builds the maps,
 * `widen FILE...` prints for each query of standard input the words that SynonymGraphFilter adds, ignoreCase="true".
 */
public class SolrRules {
  static class Printing extends SolrSynonymParser {
    final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Printing(Analyzer analyzer) { super(true, true, analyzer); }
    @Override
    public void add(CharsRef input, CharsRef output, boolean includeOrig) {
      out.println(input + "\u001f" + output);
      super.add(input, output, includeOrig);
    }
  }

  public static void main(String[] arguments) throws Exception {
    boolean keyword = arguments[0].equals("keyword");
    for (int i = 1; i < arguments.length; i++) {
      Analyzer analyzer = keyword ? new KeywordAnalyzer() : new StandardAnalyzer();
      SolrSynonymParser parser = keyword ? new Printing(analyzer) : new SolrSynonymParser(true, true, analyzer);
      try (Reader reader = Files.newBufferedReader(Path.of(arguments[i]), StandardCharsets.UTF_8)) {
        parser.parse(reader);
      }
      SynonymMap map = parser.build();
      if (arguments[0].equals("standard")) System.out.println(map.words.size());
      if (arguments[0].equals("widen")) widen(map);
    }
  }

  static void widen(SynonymMap map) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String query : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
      TreeSet<String> added = new TreeSet<>();
      try (TokenStream words = new StandardAnalyzer().tokenStream("query", query);
          TokenStream widened = new SynonymGraphFilter(words, map, true)) {
        widened.reset();
        while (widened.incrementToken())
          if (widened.getAttribute(TypeAttribute.class).type().equals(SynonymGraphFilter.TYPE_SYNONYM))
            added.add(widened.getAttribute(CharTermAttribute.class).toString());
        widened.end();
      }
      out.println(String.join(" ", added));
    }
  }
}
