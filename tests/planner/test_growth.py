from benchmarks.plan import measure


def test_a_line_of_figures_says_what_a_sample_expects() -> None:
    terms = [a + b + c for a in "bdfgk" for b in "aeiou" for c in ("rat", "ton", "lim", "des")]
    line = measure(sorted(terms), 100, rows=50)
    assert line.startswith("100 terms: ")
    read, expected = line.split(": ")[1].split(" entries a term, ")
    assert expected.split(" ")[0] == read  # the sample is the whole lexicon here
    # barat: " ba" is held by 4 terms, "bar" by 1, "ara" by 5, "rat" and "at " by 25 each
    assert read == "60"
