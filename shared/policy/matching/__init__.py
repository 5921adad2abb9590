"""Patterns in a text: which of thousands are in it, and which rule asks for those, in a time that has a bound.

The way of a text, which is also an order to read the modules in:

1. `wording` is the entrance. It has the text made normal (`policy.text`), leaves out what is noise (`noise`), and asks
   for the rules one by one: what a rule asks for is in `asks`, how it is looked for in `steps`. Answers are kept.
2. `search` has all patterns by number. Nearly all of them need some text to be there (`literals`), and of some a text
   is enough (`sure`). So a pattern whose texts are not there is not searched for at all.
3. `prefilter` says which of the needed texts are there, by the distinct words of the text (`words`, `wordparts`,
   `wordindex`) and by four characters in a row (`grams`).
4. `possible` is what is left, for one text: some numbers. Those are searched for with RE2 (`patterns`, which refuses
   what `weight` finds too heavy), in the lines that have what they need.
5. `alike` spares a text all of that if one before it differed in digits and ids alone (`ids`, `as_told`).

What is the same for all texts is worked out when the package is made (`sought`), and read by a new process row by row
as texts ask for it (`early`, `table`).
"""
