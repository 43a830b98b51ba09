"""Labels from a language model: groups of near terms are sent, statements about pairs come back.

encoding        the terms' vectors, in shards
grouping        vectors to groups of near terms
selection       which terms and groups come first when not all are wanted
prompts         what is sent: the instructions (texts/) and the terms as data
answers         what comes back, checked: labels and rejects
account         tokens and money: nothing is sent that could exceed the budget
cache           answers by content: nothing is paid twice
pace            how fast requests may start, and pauses
endpoint        one request to an OpenAI-compatible endpoint
asking          many requests at once, each tried until it is answered or given up
agreement       the labels against the dictionaries
plan            from parameters and terms to the requests of a run, and their estimate
run             the requests of a run, asked and collected
"""
