"""Lists of runs: what each says in a few words, what people say of it, its trash."""
