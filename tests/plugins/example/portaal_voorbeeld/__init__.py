"""An example product: it keeps notes of a gemeente, and uses every hook there is."""
