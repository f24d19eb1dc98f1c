"""Images and sounds: single files, folders of them, and tables that name them."""
