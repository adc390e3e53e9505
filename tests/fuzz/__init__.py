"""Files from anybody, by the thousand: each is read, or refused in one sentence.

A *target* is one reader of files that are not trusted (docs/security.md). Its test draws files that
are wrong in some way, mostly good ones with damage, and hands them to the reader through
`tests.fuzz.targets`, which allows two outcomes only and counts them.

`make test` takes a few cases of each target, always the same ones. `make fuzz` takes others, until
FUZZ_MINUTES are over, and prints what came of them. `examples/<target>/` keeps files that were read
wrongly once; each target's test reads them, too.
"""
