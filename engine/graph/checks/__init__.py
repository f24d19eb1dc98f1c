"""What keeps a document from being built, as far as it shows without shapes or data.

The compiler raises the first of these; `engine.advice.document` tells all of them
with what one click can do, and warns of more.
"""
