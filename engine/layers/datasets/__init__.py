"""The data sets that ship, as the catalogue knows them."""
